"""What the staging database says when it cannot go on, in our words."""

from __future__ import annotations

import duckdb

from linernotes.domain.errors import Unavailable


def staging_fault(exc: Exception) -> Unavailable:
    """Return our error for what the staging database or the disk says."""
    if isinstance(exc, duckdb.OutOfMemoryException):
        return Unavailable("the import needs more memory", hint="Raise import.memory_mb.")
    return Unavailable(f"the work folder cannot be used: {exc}", hint="Is the disk full?")
