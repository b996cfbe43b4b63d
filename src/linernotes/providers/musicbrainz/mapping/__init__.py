"""From WS/2's values to the domain's, in the domain's orders. What makes no sense is ``Invalid``."""
