"""Turns what SQLite, PostgreSQL and SQLAlchemy raise into our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from linernotes.domain.errors import Corrupt, Unavailable

SOURCE = "state database"
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
# https://www.postgresql.org/docs/current/errcodes-appendix.html
DAMAGED_STATES = frozenset({"XX001", "XX002"})
FORBIDDEN_STATE = "42501"
COME_BACK_SECONDS = 5.0


@contextmanager
def translated() -> Iterator[None]:
    """Raise Corrupt for a damaged database and Unavailable for everything else that goes wrong inside."""
    try:
        yield
    except DBAPIError as exc:
        raise ours(exc.orig) from exc
    except (PoolTimeout, sqlite3.Error, OSError) as exc:
        raise ours(exc) from exc


def ours(exc: BaseException | None) -> Corrupt | Unavailable:
    """Return our error for a driver's."""
    primary_code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in their low byte
    state = getattr(exc, "sqlstate", None)
    reason = " ".join(str(exc).split())  # PostgreSQL's are of several lines
    if primary_code in DAMAGED or state in DAMAGED_STATES:
        return Corrupt(f"the state database is damaged: {reason}", hint="Restore a backup of it.", source=SOURCE)
    return Unavailable(
        f"the state database cannot be used: {reason}",
        hint=_hint(exc, state),
        source=SOURCE,
        retry_after=COME_BACK_SECONDS,
    )


def _hint(exc: BaseException | None, state: str | None) -> str:
    if state == FORBIDDEN_STATE:
        return "The database user needs the right to create a schema in this database."
    if getattr(exc, "sqlite_errorcode", 0) & 0xFF in FULL:
        return "Is the disk full?"
    if hasattr(exc, "sqlstate"):
        return "See whether PostgreSQL is running, and whether the setting `database` is right."
    return ""
