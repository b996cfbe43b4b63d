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
# https://www.postgresql.org/docs/current/errcodes-appendix.html
DAMAGED_STATES = frozenset({"XX001", "XX002"})


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
    reason = " ".join(str(exc).split())  # PostgreSQL's are of several lines
    primary_code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in their low byte
    if primary_code in DAMAGED or getattr(exc, "sqlstate", None) in DAMAGED_STATES:
        return Corrupt(f"the state database is damaged: {reason}", hint="Restore a backup of it.", source=SOURCE)
    return Unavailable(f"the job queue cannot be used: {reason}", source=SOURCE)
