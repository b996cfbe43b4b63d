"""SQLAlchemy engines for the state, one text for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.location import SCHEMA, Location, is_server, server_url

BUSY_SECONDS = 30
AGAIN_SECONDS = 0.01
PAGE_BYTES = 8192


def make_engine(where: Location) -> Engine:
    """Return an engine whose commits are on disk when they return."""
    if is_server(where):
        # A server may have been started anew since a connection was last used.
        return create_engine(server_url(where), pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        URL.create("sqlite", database=str(where)), connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    return engine


def open_file(path: Path | str) -> sqlite3.Connection:
    """Return a connection to an SQLite file for any thread, which begins no transaction by itself."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, None)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that writes, which is committed at the end; errors become ours.

    On SQLite it has the write lock from the beginning, so that what it reads is what it changes.
    """
    with translated(), engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def revision_inside(connection: Connection) -> str | None:
    """Return the revision of the schema behind a connection, None where there is none."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")).scalar()
    else:
        found = connection.execute(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.alembic_version"}).scalar()
    if found is None:
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # For a file that is made now. A fingerprint takes more than half of SQLite's own 4 KiB, so a page held one.
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
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
