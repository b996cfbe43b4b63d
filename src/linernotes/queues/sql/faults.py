"""Turns what the databases and SQLAlchemy raise into our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from linernotes.domain.errors import Corrupt, Invalid, Unavailable

SOURCE = "job queue"
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def translated() -> Iterator[None]:
    """Raise Invalid for text that cannot be kept, Corrupt for a damaged file, Unavailable for everything else."""
    try:
        yield
    except (DataError, UnicodeEncodeError) as exc:
        raise Invalid("a job holds text that the database cannot keep", source=SOURCE) from exc
    except DBAPIError as exc:
        raise _ours(exc.orig) from exc
    except (PoolTimeout, sqlite3.Error, OSError) as exc:
        raise _ours(exc) from exc


def _ours(exc: BaseException | None) -> Corrupt | Unavailable:
    primary_code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in their low byte
    if primary_code in DAMAGED:
        return Corrupt(f"the state database is damaged: {exc}", hint="Restore a backup of it.", source=SOURCE)
    return Unavailable(f"the job queue cannot be used: {exc}", source=SOURCE)
