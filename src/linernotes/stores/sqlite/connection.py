"""One thread's view of a build: its three files on one connection, and a decompressor per kind of document.

A build never changes, so the files are opened immutable: no locks, no journal, and they stay readable when their
folder is removed.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linernotes.domain.entities import Area
from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.stores.sqlite import schema
from linernotes.stores.sqlite.codec.compression import Decompressor
from linernotes.stores.sqlite.codec.mbids import unpack

_CACHE_KIB = 8192
_CONNECTIONS = 4
Row = tuple[Any, ...]


class Connection:
    """Reads rows and documents; threads take turns."""

    def __init__(self, build: Path) -> None:
        """Open the files. Raises ``Unavailable`` when one is missing and ``Corrupt`` when one is damaged."""
        with translated(build):
            self._con = sqlite3.connect(schema.uri_of(build, schema.ALBUMS), uri=True, check_same_thread=False)
            for file in (schema.ARTISTS, schema.RECORDINGS):
                self._con.execute(f"ATTACH ? AS {file}", [schema.uri_of(build, file)])
            self._con.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            found = self._con.execute(
                "SELECT name, data FROM main.dictionary UNION ALL SELECT name, data FROM artists.dictionary"
            ).fetchall()
        self._build = build
        self._decompress = {name: Decompressor(data) for name, data in found}
        self._areas: dict[int, Area] = {}
        self._turn = threading.Lock()

    def one(self, sql: str, *parameters: object) -> Row | None:
        """Return a query's first row."""
        with self._turn, translated(self._build):
            row: Row | None = self._con.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, *parameters: object) -> list[Row]:
        """Return all rows of a query."""
        with self._turn, translated(self._build):
            return self._con.execute(sql, parameters).fetchall()

    def document(self, kind: str, packed: bytes) -> bytes:
        """Return a document as it was encoded. Raises ``Corrupt``."""
        with self._turn:
            return self._decompress[kind](packed)

    def area(self, row: int) -> Area:
        """Return an area by its row; each is read once."""
        area = self._areas.get(row)
        if area is None:
            found = self.one("SELECT mbid, name, code FROM area WHERE id = ?", row)
            if found is None:
                raise Corrupt(f"the catalogue names area {row} but does not hold it")
            area = self._areas[row] = Area(unpack(found[0])[0], found[1], found[2])
        return area

    def close(self) -> None:
        """Close the files."""
        self._con.close()


class Connections:
    """A few connections, each thread keeping to one of them.

    All are opened at once, because the folder may be removed while the build is still being read.
    """

    def __init__(self, build: Path) -> None:
        """Open the connections, so that a damaged build is noticed now."""
        self._open = [Connection(build) for _ in range(_CONNECTIONS)]
        self._next = itertools.cycle(self._open)
        self._local = threading.local()

    def get(self) -> Connection:
        """Return this thread's connection."""
        con: Connection | None = getattr(self._local, "connection", None)
        if con is None:
            con = self._local.connection = next(self._next)
        return con

    def close(self) -> None:
        """Close the connections of all threads."""
        for con in self._open:
            con.close()


@contextmanager
def translated(build: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as exc:
        raise Unavailable(f"the catalogue in {build} cannot be read: {exc}") from exc
    except sqlite3.DatabaseError as exc:
        raise Corrupt(
            f"the catalogue in {build} is damaged: {exc}", hint="Run `linernotes import` again; nothing else is lost."
        ) from exc
