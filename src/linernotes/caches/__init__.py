"""Key-value adapters: counting what callers ask."""
