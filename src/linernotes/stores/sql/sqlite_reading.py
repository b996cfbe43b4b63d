"""Reads an overlay in SQLite: about as quick as SQLite itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from linernotes.domain.facts import Wanted
from linernotes.stores.sql.engines import open_file
from linernotes.stores.sql.faults import ours
from linernotes.stores.sql.idle import Idle
from linernotes.stores.sql.reading import COLUMNS, Names, Row, pairs
from linernotes.stores.sql.texts import storable

FACT = f"SELECT {COLUMNS} FROM fact WHERE aspect = ? AND key = ?"
NAME = "SELECT kind, mbid FROM trace WHERE scheme = ? AND key = ?"
GENERATION = "SELECT value FROM counter WHERE name = 'generation'"
T = TypeVar("T")


class SqliteReader:
    """Each statement is prepared once per connection; in one read transaction a question costs microseconds."""

    def __init__(self, *, path: str) -> None:
        """Connect when there is something to read."""
        self._idle: Idle[sqlite3.Connection] = Idle(connect=partial(open_file, path))

    def facts(self, wanted: Sequence[Wanted]) -> list[Row | None]:
        asked = pairs(wanted)
        return self._read(lambda run: [run(FACT, one).fetchone() for one in asked], several=len(asked) > 1)

    def names(self, scheme: str, keys: Sequence[str]) -> list[Names]:
        asked = [(scheme, storable(key)) for key in keys]
        return self._read(lambda run: [run(NAME, one).fetchall() for one in asked], several=len(asked) > 1)

    def generation(self) -> int:
        return int(self._read(lambda run: run(GENERATION).fetchone()[0], several=False))

    def close(self) -> None:
        self._idle.close()

    def _read(self, ask: Callable[[Callable[..., sqlite3.Cursor]], T], *, several: bool) -> T:
        try:
            connection = self._idle.take()
        except sqlite3.Error as exc:
            raise ours(exc) from exc
        try:
            if several:
                connection.execute("BEGIN")
            found = ask(connection.execute)
            if several:
                connection.execute("COMMIT")
        except sqlite3.Error as exc:
            connection.close()
            raise ours(exc) from exc
        except BaseException:
            connection.close()
            raise
        self._idle.give(connection)
        return found
