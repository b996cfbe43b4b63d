"""From staged rows to domain values, a range at a time, so that memory does not grow with the dump."""
