"""Opens the state database; in embedded mode that also creates and upgrades it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from linernotes.domain.errors import Conflict
from linernotes.stores.sql.engines import make_engine, revision_inside
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.location import SCHEMA, STATE_FILE, Location, is_server, name_of
from linernotes.stores.sql.revisions import HEAD, check_known, current_revision, needed, pending
from linernotes.stores.sql.state import SqlState

__all__ = ["STATE_FILE", "make_engine", "open_state", "upgrade"]

# Any number that nobody else locks with: the letters "liner".
_LOCK = 0x6C696E6572


def open_state(where: Location) -> SqlState:
    """Open the database at a path or URL, made first where there is none.

    A file is brought up to date. A server's schema, on which other processes may be at work, is not: Conflict says what
    to run. Raises Conflict also for a schema that is newer than this program, Corrupt for a damaged file, Invalid for
    a URL that is none, and Unavailable otherwise.
    """
    revision = current_revision(where)
    if revision is None or (revision != HEAD and not is_server(where)):
        upgrade(where)
    elif needed(revision):
        raise Conflict(
            f"{name_of(where)} has schema {revision}, and this version needs {needed(revision)[-1]}",
            hint="Run `linernotes db upgrade`.",
        )
    return SqlState(engine=make_engine(where))


def upgrade(where: Location, *, only: str | None = None) -> tuple[str, ...]:
    """Apply the migrations that are missing, all or none, and return their revisions, oldest first.

    With ``only``, a label, those up to the first of the other label. Raises Conflict where others have to come first.
    """
    from linernotes.stores.sql.migrations import run  # noqa: PLC0415 - imports alembic

    with translated():
        if not is_server(where):
            Path(where).parent.mkdir(parents=True, exist_ok=True)
        engine = make_engine(where)
        try:
            with engine.begin() as connection:
                _lock(connection)
                revision = revision_inside(connection)
                if revision is not None:
                    check_known(where, revision)
                todo = pending(revision, only)
                if todo:
                    run(connection, todo[-1])
        finally:
            engine.dispose()
    return todo


def _lock(connection: Connection) -> None:
    """Keep all others away. Whoever comes second waits here, and then finds nothing left to do."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    else:
        for timeout in ("statement_timeout", "lock_timeout"):
            connection.execute(text(f"SET LOCAL {timeout} = 0"))  # a migration takes what it takes
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
