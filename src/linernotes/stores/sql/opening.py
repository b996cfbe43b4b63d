"""Opens the state database; in embedded mode that also creates and upgrades it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.revisions import HEAD, current_revision, pending
from linernotes.stores.sql.state import SqlState

STATE_FILE = "state.sqlite"
BUSY_SECONDS = 30
AGAIN_SECONDS = 0.01


def open_state(path: Path) -> SqlState:
    """Open the database at ``path``, made or brought up to date first where that is needed.

    Raises Conflict for a schema that is newer than this program, Corrupt for a damaged file, Unavailable otherwise.
    """
    if current_revision(path) != HEAD:
        upgrade(path)
    return SqlState(engine=make_engine(path))


def upgrade(path: Path) -> tuple[str, ...]:
    """Apply the migrations that are missing, all or none, and return their revisions, oldest first."""
    from linernotes.stores.sql.migrations import run  # noqa: PLC0415 - imports alembic

    with translated():
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = make_engine(path)
        try:
            with engine.connect() as connection:
                # Whoever comes second waits here, and then finds nothing left to do.
                connection.execute(text("BEGIN EXCLUSIVE"))
                todo = pending(_revision_inside(connection))
                if todo:
                    run(connection)
                connection.exec_driver_sql("COMMIT")
        finally:
            engine.dispose()
    return todo


def make_engine(path: Path) -> Engine:
    """Return an engine whose commits are on disk when they return."""
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=FULL")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for others here, whatever its time-out, so this does."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _revision_inside(connection: Connection) -> str | None:
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'"))
    if names.first() is None:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
