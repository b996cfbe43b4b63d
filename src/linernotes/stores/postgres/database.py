"""Connections to one PostgreSQL database, shared by all threads of a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from linernotes.domain.errors import Unavailable
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.arrays import UuidArray, UuidArrayDumper
from linernotes.stores.postgres.faults import SOURCE, place_of, translated

OLDEST = 15
CONNECTIONS = 8
WAIT_SECONDS = 5.0
CONNECT_SECONDS = 10
# An import's connection that holds the lock says nothing for an hour, which a router on the way may take for dead.
_KEPT_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 6}
STATEMENT_SECONDS = 30
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
# Every statement of a reader is a look-up by key: planning it anew for each value or compiling it would cost more.
_READER = f"SET plan_cache_mode = force_generic_plan; SET jit = off; SET statement_timeout = '{STATEMENT_SECONDS}s'"


class Database:
    """A pool of connections for reading, and single connections for longer work. Opens when it is first needed."""

    def __init__(self, url: Secret, *, connections: int = CONNECTIONS, wait_seconds: float = WAIT_SECONDS) -> None:
        """Connect to nothing yet; who waits longer than ``wait_seconds`` for a connection gets ``Unavailable``."""
        self.place = place_of(url)
        self._url = url
        self._wait = wait_seconds
        self._turn = threading.Lock()
        self._opened = False
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url.reveal(),
            kwargs={"autocommit": True, "prepare_threshold": 0, "connect_timeout": CONNECT_SECONDS, **_KEPT_ALIVE},
            min_size=1,
            max_size=connections,
            timeout=wait_seconds,
            num_workers=1,
            configure=_configure,
            open=False,
        )

    def rows(self, statement: bytes, *values: object) -> list[Row]:
        """Return all rows of a reading statement, binary. A connection that broke while idle is replaced unseen."""
        if not self._opened:
            self._open()
        with translated(self.place):
            try:
                return self._rows(statement, values)
            except psycopg.OperationalError as exc:
                if exc.sqlstate is not None and not exc.sqlstate.startswith(("08", "57P")):
                    raise
                self._pool.check()
                return self._rows(statement, values)

    def _rows(self, statement: bytes, values: Sequence[object]) -> list[Row]:
        with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            return cursor.execute(statement, values).fetchall()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection outside the pool for long work, each statement its own transaction."""
        with translated(self.place), _connect(self._url) as connection:
            yield connection

    def close(self) -> None:
        """Close all pooled connections; nothing can be read after."""
        self._pool.close()

    def _open(self) -> None:
        """Try one connection first: a pool could not say why it gets none."""
        with self._turn, translated(self.place):
            if self._opened:
                return
            with _connect(self._url) as connection:
                if connection.info.server_version < OLDEST * 10_000:
                    raise Unavailable(
                        f"PostgreSQL at {self.place} is version {connection.info.server_version // 10_000}",
                        hint=f"{OLDEST} is the oldest that can be used.",
                        source=SOURCE,
                    )
            self._pool.open(wait=True, timeout=self._wait)
            self._opened = True


def _configure(connection: Connection) -> None:
    connection.adapters.register_dumper(UuidArray, UuidArrayDumper)
    connection.execute(_READER, prepare=False)


def _connect(url: Secret) -> Connection:
    connection: Connection = psycopg.connect(
        url.reveal(), autocommit=True, connect_timeout=CONNECT_SECONDS, **_KEPT_ALIVE
    )
    return connection
