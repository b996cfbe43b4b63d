"""From a staged dump to the tables of a build. Each part is one transaction: it is there whole or not at all."""
