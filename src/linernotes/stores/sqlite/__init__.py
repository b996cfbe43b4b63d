"""The embedded catalogue: compiled documents in SQLite, read-only once built."""
