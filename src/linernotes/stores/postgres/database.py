"""Connections to one PostgreSQL database, shared by all threads of a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from linernotes.domain.errors import Unavailable
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.arrays import UuidArray, UuidArrayDumper
from linernotes.stores.postgres.faults import RETRY_SECONDS, SOURCE, place_of, translated

OLDEST = 15
CONNECTIONS = 8
WAIT_SECONDS = 5.0
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
# After a failure to connect, callers are told so for that long without another try.
FAILURE_SECONDS = 0.5
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
Pool = ConnectionPool[Connection]
# An import's connection that holds the lock says nothing for an hour, which a router on the way may take for dead.
_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "prepare_threshold": 0,
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": 30_000,  # milliseconds
    "application_name": "linernotes",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}
# Every statement of a reader is a look-up by key: planning it anew for each value or compiling it would cost more.
_READER = f"SET plan_cache_mode = force_generic_plan; SET jit = off; SET statement_timeout = '{STATEMENT_SECONDS}s'"
# Classes 08 (connection exception) and 57P (the server was stopped); no state at all is a connection that broke.
_LOST = ("08", "57P")


class Database:
    """A pool of connections for reading, and single connections for longer work. Opens when it is first needed.

    When the server goes away, reads fail at once with the reason, and the first that finds it again opens a new pool:
    an old one would go on waiting for its own next try.
    """

    def __init__(self, url: Secret, *, connections: int = CONNECTIONS, wait_seconds: float = WAIT_SECONDS) -> None:
        """Connect to nothing yet; who waits longer than ``wait_seconds`` for a connection gets ``Unavailable``."""
        self.place = place_of(url)
        self._url = url
        self._connections = connections
        self._wait = wait_seconds
        self._turn = threading.Lock()
        self._pool: Pool | None = None
        self._closed = False
        self._failed: tuple[float, str] | None = None

    def rows(self, statement: bytes, *values: object) -> list[Row]:
        """Return all rows of a reading statement, binary. A connection that broke while idle is replaced unseen."""
        with translated(self.place):
            pool = self._pool or self._opened()
            try:
                return _rows(pool, statement, values)
            except psycopg.OperationalError as exc:
                if not _lost(exc):
                    raise
                self._drop(pool)
                return _rows(self._pool or self._opened(), statement, values)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection outside the pool for long work, each statement its own transaction."""
        with translated(self.place), _connect(self._url) as connection:
            yield connection

    def close(self) -> None:
        """Close all pooled connections; nothing can be read after."""
        self._closed = True
        self._drop(self._pool)

    def _opened(self) -> Pool:
        with self._turn:
            if self._pool is None:
                self._refuse()
                try:
                    self._check_server()
                except psycopg.OperationalError as exc:
                    self._failed = time.monotonic(), str(exc)
                    raise
                pool = self._new_pool()
                pool.open(wait=True, timeout=self._wait)
                self._pool = pool
            return self._pool

    def _refuse(self) -> None:
        if self._closed:
            raise Unavailable(f"the connections to PostgreSQL at {self.place} are closed", source=SOURCE)
        if self._failed and time.monotonic() - self._failed[0] < FAILURE_SECONDS:
            raise psycopg.OperationalError(self._failed[1])

    def _check_server(self) -> None:
        """Try one connection first: a pool could not say why it gets none."""
        with _connect(self._url) as connection:
            version = connection.info.server_version // 10_000
        if version < OLDEST:
            raise Unavailable(
                f"PostgreSQL at {self.place} is version {version}",
                hint=f"{OLDEST} is the oldest that can be used.",
                source=SOURCE,
                retry_after=RETRY_SECONDS,
            )

    def _new_pool(self) -> Pool:
        return ConnectionPool(
            self._url.reveal(),
            kwargs=_OPTIONS,
            min_size=1,
            max_size=self._connections,
            timeout=self._wait,
            num_workers=1,
            configure=_configure,
            open=False,
        )

    def _drop(self, pool: Pool | None) -> None:
        with self._turn:
            if self._pool is pool:
                self._pool = None
        if pool is not None:
            pool.close()


def _rows(pool: Pool, statement: bytes, values: Sequence[object]) -> list[Row]:
    with pool.connection() as connection:
        return connection.cursor(binary=True).execute(statement, values).fetchall()


def _lost(exc: psycopg.OperationalError) -> bool:
    if isinstance(exc, PoolTimeout | TooManyRequests):
        return False
    return exc.sqlstate is None or exc.sqlstate.startswith(_LOST)


def _configure(connection: Connection) -> None:
    connection.adapters.register_dumper(UuidArray, UuidArrayDumper)
    connection.execute(_READER, prepare=False)


def _connect(url: Secret) -> Connection:
    connection: Connection = psycopg.connect(url.reveal(), **_OPTIONS)
    return connection
