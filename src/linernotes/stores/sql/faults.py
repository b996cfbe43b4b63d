"""Turns what SQLite and SQLAlchemy raise into our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from linernotes.domain.errors import Corrupt, Unavailable

SOURCE = "state database"
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def translated() -> Iterator[None]:
    """Raise Corrupt for a damaged file and Unavailable for everything else that goes wrong inside."""
    try:
        yield
    except DBAPIError as exc:
        raise _ours(exc.orig) from exc
    except (sqlite3.Error, OSError) as exc:
        raise _ours(exc) from exc


def _ours(exc: BaseException | None) -> Corrupt | Unavailable:
    primary_code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in their low byte
    if primary_code in DAMAGED:
        return Corrupt(f"the state database is damaged: {exc}", hint="Restore a backup of it.", source=SOURCE)
    return Unavailable(f"the state database cannot be used: {exc}", source=SOURCE)
