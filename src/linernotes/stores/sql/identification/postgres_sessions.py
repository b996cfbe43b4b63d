"""Sessions on a PostgreSQL server. Each statement is prepared at its first use on a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8, Int8BinaryDumper
from sqlalchemy import Engine

from linernotes.domain.errors import Invalid
from linernotes.stores.sql.faults import ours
from linernotes.stores.sql.identification.sessions import NOT_KEPT, Row, Session, Turn, undone
from linernotes.stores.sql.idle import Idle

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
_TEXTS = 512
_UNFIT = (psycopg.DataError, OverflowError, UnicodeEncodeError)
_HIGHEST = (1 << 63) - 1
# Every statement looks a few rows up. Before a server has counted the rows of a new table, it would read it all.
_BY_INDEX = "-cenable_hashjoin=off -cenable_mergejoin=off"


class PostgresSession:
    """A connection that begins no transaction by itself."""

    def __init__(self, connection: Connection) -> None:
        """Take over a connection."""
        self._connection = connection
        connection.prepare_threshold = 0
        # One type for all numbers: a statement is prepared once, whatever their size.
        connection.adapters.register_dumper(int, _WholeNumber)
        # One for all, with what it gives read at once: to make one costs about as much as a small statement.
        self._cursor = connection.cursor(binary=True)

    @property
    def died(self) -> bool:
        """Whether the connection is no more."""
        return self._connection.broken

    def ask(self, text: str, values: Sequence[object] = ()) -> list[Row]:
        return self._execute(_for_psycopg(text), values).fetchall()

    def ask_among(
        self, text: str, among: Sequence[int] | Sequence[bytes], *, after: Sequence[object] = ()
    ) -> list[Row]:
        if not among:
            return []
        if isinstance(among[0], int):
            # Else a list is of the type that its largest number needs, and what was prepared for small ones fails.
            numbers = [Int8(one) for one in cast("Sequence[int]", among)]
            return self._execute(_with_list(text, "bigint"), (numbers, *after)).fetchall()
        return self._execute(_with_list(text, "bytea"), (list(among), *after)).fetchall()

    def tell(self, text: str, values: Sequence[object] = ()) -> int:
        return self._execute(_for_psycopg(text), values).rowcount

    def tell_all(self, text: str, rows: Sequence[Sequence[object]]) -> None:
        with _ours():
            self._cursor.executemany(_for_psycopg(text), rows)

    def insert_all(self, text: str, rows: Sequence[Sequence[object]]) -> list[int]:
        if not rows:
            return []
        if len(rows) == 1:
            return [self.ask(text, rows[0])[0][0]]
        with _ours():
            self._cursor.executemany(_for_psycopg(text), rows, returning=True)
            found = [row[0] for row in self._cursor.fetchall()]
            while self._cursor.nextset():
                found += [row[0] for row in self._cursor.fetchall()]
        return found

    def commit(self) -> None:
        """Keep what was written. The server takes a COMMIT for a ROLLBACK after a statement that failed."""
        if self._connection.info.transaction_status is not TransactionStatus.INTRANS:
            raise undone("The log says which statement failed.")
        self.tell("COMMIT")

    def close(self) -> None:
        """Let go of the connection; what was not committed is undone."""
        self._connection.close()

    def _execute(self, text: str, values: Sequence[object]) -> psycopg.Cursor[Row]:
        try:
            return self._cursor.execute(text, values)
        except _UNFIT as exc:
            raise Invalid(NOT_KEPT) from exc
        except psycopg.Error as exc:
            raise ours(exc) from exc


class PostgresSessions:
    """Sessions on the server that an engine leads to, as many as are in use at once."""

    remote = True

    def __init__(self, *, engine: Engine) -> None:
        """Connect, where the engine does, when there is something to do."""
        words, named = engine.dialect.create_connect_args(engine.url)
        self._address = words, dict(named) | {"options": f"{named.get('options', '')} {_BY_INDEX}"}
        self._idle: Idle[PostgresSession] = Idle(connect=self._connect)

    def read(self, ask: Callable[[Session], T]) -> T:
        """Ask once more where the connection had died while it waited: a server may have been started anew."""
        session = self._idle.take()
        try:
            found = ask(session)
        except BaseException:
            died = session.died
            session.close()
            if not died:
                raise
        else:
            self._idle.give(session)
            return found
        self._idle.empty()
        return self._read_once(ask)

    def _read_once(self, ask: Callable[[Session], T]) -> T:
        session = self._idle.take()
        try:
            found = ask(session)
        except BaseException:
            session.close()
            raise
        self._idle.give(session)
        return found

    @contextmanager
    def writing(self, turn: Turn) -> Iterator[Session]:
        """Wait for the advisory lock of this turn, which ends with the transaction."""
        session = self._begin()
        try:
            session.ask("SELECT pg_advisory_xact_lock(?)", (turn.value,))
            yield session
            session.commit()
        except BaseException:
            session.close()
            raise
        self._idle.give(session)

    def _begin(self) -> PostgresSession:
        session = self._idle.take()
        try:
            session.tell("BEGIN")
        except BaseException:
            died = session.died
            session.close()
            if not died:
                raise
            self._idle.empty()
            session = self._connect()
            session.tell("BEGIN")
        return session

    def close(self) -> None:
        self._idle.close()

    def _connect(self) -> PostgresSession:
        words, named = self._address
        with _ours():
            return PostgresSession(psycopg.connect(*words, **named, autocommit=True))


class _WholeNumber(Int8BinaryDumper):
    """A number as PostgreSQL's bigint."""

    def dump(self, obj: int) -> bytes | bytearray | memoryview | None:
        if not -_HIGHEST <= obj <= _HIGHEST:
            raise OverflowError(NOT_KEPT)
        return super().dump(obj)


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except _UNFIT as exc:
        raise Invalid(NOT_KEPT) from exc
    except psycopg.Error as exc:
        raise ours(exc) from exc


@lru_cache(maxsize=_TEXTS)
def _for_psycopg(text: str) -> str:
    return text.replace("?", "%s")


@lru_cache(maxsize=_TEXTS)
def _with_list(text: str, kind: str) -> str:
    return _for_psycopg(text).replace("{among}", f"= ANY(%s::{kind}[])")
