"""Sessions on an SQLite file. Each statement is prepared once per connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from linernotes.domain.errors import Invalid
from linernotes.stores.sql.engines import open_file
from linernotes.stores.sql.faults import ours
from linernotes.stores.sql.identification.sessions import NOT_KEPT, Row, Session, Turn, undone
from linernotes.stores.sql.idle import Idle

T = TypeVar("T")
MOST = 256
"""Values of a list in one statement."""
_EXACT = 8
_PREPARED = 512
_UNFIT = (OverflowError, UnicodeEncodeError)


class SqliteSession:
    """A connection that begins no transaction by itself."""

    def __init__(self, *, path: str) -> None:
        """Connect."""
        try:
            self._connection = open_file(path)
        except sqlite3.Error as exc:
            raise ours(exc) from exc
        self._writing = False

    def begin(self) -> None:
        """Wait for the write lock."""
        self.tell("BEGIN IMMEDIATE")
        self._writing = True

    def commit(self) -> None:
        """Keep what was written since `begin`."""
        self.tell("COMMIT")
        self._writing = False

    def ask(self, text: str, values: Sequence[object] = ()) -> list[Row]:
        self._check()
        try:
            return self._connection.execute(text, values).fetchall()
        except sqlite3.Error as exc:
            raise ours(exc) from exc
        except _UNFIT as exc:
            raise Invalid(NOT_KEPT) from exc

    def ask_among(
        self, text: str, among: Sequence[int] | Sequence[bytes], *, after: Sequence[object] = ()
    ) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(among), MOST):
            some: list[int | bytes] = [*among[start : start + MOST]]
            some += some[-1:] * (_padded(len(some)) - len(some))
            found += self.ask(_with_list(text, len(some)), (*some, *after))
        return found

    def tell(self, text: str, values: Sequence[object] = ()) -> int:
        self._check()
        try:
            return self._connection.execute(text, values).rowcount
        except sqlite3.Error as exc:
            raise ours(exc) from exc
        except _UNFIT as exc:
            raise Invalid(NOT_KEPT) from exc

    def tell_all(self, text: str, rows: Sequence[Sequence[object]]) -> None:
        for row in rows:
            self.tell(text, row)

    def insert_all(self, text: str, rows: Sequence[Sequence[object]]) -> list[int]:
        return [self.ask(text, row)[0][0] for row in rows]

    def close(self) -> None:
        """Let go of the connection; what was not committed is undone."""
        self._connection.close()

    def _check(self) -> None:
        """Raise Unavailable where SQLite undid all of a transaction, as it does for want of disk or memory.

        Every further statement would be kept at once, on its own.
        """
        if self._writing and not self._connection.in_transaction:
            raise undone("Is the disk full?")


class SqliteSessions:
    """Sessions on a file, as many as are in use at once."""

    remote = False

    def __init__(self, *, path: str) -> None:
        """Connect when there is something to do."""
        self._idle: Idle[SqliteSession] = Idle(connect=lambda: SqliteSession(path=path))

    def read(self, ask: Callable[[Session], T]) -> T:
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
        """Wait for the write lock, of which there is one, whatever the turn."""
        del turn
        session = self._idle.take()
        try:
            session.begin()
            yield session
            session.commit()
        except BaseException:
            session.close()
            raise
        self._idle.give(session)

    def close(self) -> None:
        self._idle.close()


def _padded(count: int) -> int:
    """Return how many values a statement for so many takes: few different ones, so that they stay prepared."""
    return count if count <= _EXACT else -(-count // _EXACT) * _EXACT


@lru_cache(maxsize=_PREPARED)
def _with_list(text: str, size: int) -> str:
    return text.replace("{among}", f"IN ({','.join('?' * size)})")
