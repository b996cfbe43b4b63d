"""Which files of a library were handed in already, by path, size and time of change.

It is a memory and no more: whoever loses it hands everything in again, and a submission that is there already is not
counted twice. A file that was changed, or of which another length was read, is another submission. It lies beside the
state in a file of its own, as paths belong to this machine and the state may be shared by several.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from linernotes.domain.errors import Conflict, Unavailable

LIBRARY_FILE = "library.db"
VERSION = 2
BUSY_SECONDS = 30.0
_TABLE = """
create table if not exists handed_in (
    place text not null, path blob not null, size integer not null, changed integer not null, length real not null,
    submission integer not null, sign text not null default '', primary key (place, path)
) without rowid
"""
_INDEX = "create index if not exists by_submission on handed_in (place, submission)"
_ADD_SIGN = "alter table handed_in add column sign text not null default ''"
_FIND = "select size, changed, length from handed_in where place = ? and path = ?"
_KEEP = "insert or replace into handed_in (place, path, size, changed, length, submission) values (?, ?, ?, ?, ?, ?)"
_NEWEST = (
    "select submission, max(sign) from handed_in where place = ? and 0 < submission and submission < ?"
    " group by submission order by submission desc limit ?"
)
_UNSIGNED = "select distinct submission from handed_in where place = ? and 0 < submission and sign = ''"
_SIGN = "update handed_in set sign = ? where place = ? and submission = ?"
_FORGET = "delete from handed_in where place = ? and submission >= ?"


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """A file as it was when it was looked at; ``changed`` in unix nanoseconds."""

    path: Path
    size: int
    changed: int


def stamp(path: Path) -> Stamp:
    """Look at a file. Raises ``OSError``."""
    found = path.stat()
    # Not resolved: a link that leads elsewhere tomorrow is the same place in the library.
    return Stamp(path.absolute(), found.st_size, found.st_mtime_ns)


class KnownFiles:
    """The memory for one place that files are handed in at: a database, or a server. For one thread."""

    def __init__(self, connection: sqlite3.Connection, *, place: str) -> None:
        """Use an open connection; ``place`` names where files are handed in."""
        self._connection = connection
        self._place = place

    def knows(self, file: Stamp, *, length: float) -> bool:
        """Whether the file was handed in as it is now, with as many seconds of it at least (0 is all of them)."""
        with _translated():
            row = self._connection.execute(_FIND, (self._place, os.fsencode(file.path))).fetchone()
        return row is not None and row[:2] == (file.size, file.changed) and _covers(row[2], length)

    def keep(self, files: Iterable[tuple[Stamp, int]], *, length: float) -> None:
        """Remember files with the numbers of their submissions, 0 for none, all or none of them."""
        rows = [
            (self._place, os.fsencode(file.path), file.size, file.changed, length, submission)
            for file, submission in files
        ]
        with _translated(), self._connection:
            self._connection.executemany(_KEEP, rows)

    def newest(self, *, below: int, limit: int) -> list[tuple[int, str]]:
        """At most ``limit`` submissions with lower numbers, highest first, each with its sign, "" without one."""
        with _translated():
            return self._connection.execute(_NEWEST, (self._place, below, limit)).fetchall()

    def unsigned(self) -> list[int]:
        """Return the submissions that have no sign yet."""
        with _translated():
            return [row[0] for row in self._connection.execute(_UNSIGNED, (self._place,))]

    def sign(self, signs: Mapping[int, str]) -> None:
        """Remember by what submissions are told from others that may have their numbers one day."""
        with _translated(), self._connection:
            self._connection.executemany(_SIGN, [(sign, self._place, number) for number, sign in signs.items()])

    def forget(self, first: int) -> int:
        """Forget the files of this submission and of all with higher numbers; return how many files."""
        with _translated(), self._connection:
            return self._connection.execute(_FORGET, (self._place, first)).rowcount


@contextmanager
def known_files(data_dir: Path, *, place: str) -> Iterator[KnownFiles]:
    """Open the memory of a data folder, which is made if it is missing."""
    path = data_dir / LIBRARY_FILE
    with _translated():
        data_dir.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        with _translated():
            _prepare(connection, path)
        yield KnownFiles(connection, place=place)
    finally:
        connection.close()


class NoKnownFiles:
    """Remembers nothing, and knows no file."""

    def knows(self, file: Stamp, *, length: float) -> bool:
        return False

    def keep(self, files: Iterable[tuple[Stamp, int]], *, length: float) -> None:
        """Forget them."""


def _covers(had: float, wanted: float) -> bool:
    return had == 0 or (wanted != 0 and had >= wanted)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("pragma user_version").fetchone()[0]
    if version > VERSION:
        raise Conflict(f"{path} was made by a newer version.", hint="Update, or move the file away.")
    # Two commands at once wait for each other; what a crash of the machine takes is only handed in again.
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    with connection:
        connection.execute(_TABLE)
        if version == 1:
            connection.execute(_ADD_SIGN)
        connection.execute(_INDEX)
        connection.execute(f"pragma user_version = {VERSION}")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        raise Unavailable(f"{LIBRARY_FILE} cannot be used: {exc}", hint="Look at the data folder.") from exc
