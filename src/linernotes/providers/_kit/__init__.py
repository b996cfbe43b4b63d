"""What every source shares: the manifest, and asking over HTTP with care."""
