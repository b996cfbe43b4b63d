"""The tables of a compiled catalogue, in three files so that three processes can write them side by side.

Key tables hold merged MBIDs too, so one look-up finds an entity under any of its MBIDs. Rows are written once, in
key order, which leaves every page full; rowid tables carry the documents, because SQLite spills long values of
WITHOUT ROWID tables to overflow pages at more than twice the size.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linernotes.domain.errors import Unavailable

FORMAT = 1
"""Raised whenever an older reader could not read a build, or a newer one would misread an old one."""

FORMAT_FILE = "format"
INFO_FILE = "build.json"
PAGE_BYTES = 16_384
ALBUMS, ARTISTS, RECORDINGS = "albums", "artists", "recordings"
FILES = (ALBUMS, ARTISTS, RECORDINGS)
ALBUMS_PER_PART = 1000
PART_BITS = 16

_DICTIONARY = "CREATE TABLE dictionary (name TEXT PRIMARY KEY, data BLOB NOT NULL)"
_CHANGE = """
CREATE TABLE change (kind TEXT, changed_at INTEGER, mbid BLOB, PRIMARY KEY (kind, changed_at, mbid)) WITHOUT ROWID
"""
_RELEASE_GROUP = """
CREATE TABLE release_group (
    id INTEGER PRIMARY KEY, mbid BLOB, first INTEGER, releases INTEGER, digest BLOB, doc BLOB
)
"""


def _key_table(name: str) -> str:
    return f"CREATE TABLE {name}_key (mbid BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID"


TABLES = {
    ALBUMS: (
        _DICTIONARY,
        _CHANGE,
        _RELEASE_GROUP,
        'CREATE TABLE "release" (id INTEGER PRIMARY KEY, release_group INTEGER, tracks INTEGER, mbids BLOB, doc BLOB)',
    ),
    ARTISTS: (
        _DICTIONARY,
        _CHANGE,
        "CREATE TABLE artist (id INTEGER PRIMARY KEY, digest BLOB, doc BLOB)",
        "CREATE TABLE discography (id INTEGER PRIMARY KEY, doc BLOB)",
        "CREATE TABLE label (id INTEGER PRIMARY KEY, doc BLOB)",
        "CREATE TABLE series (id INTEGER PRIMARY KEY, doc BLOB)",
        "CREATE TABLE area (id INTEGER PRIMARY KEY, mbid BLOB, name TEXT, code TEXT)",
        _key_table("artist"),
        _key_table("label"),
        _key_table("series"),
    ),
    RECORDINGS: (
        _key_table("release_group"),
        _key_table("release"),
        "CREATE TABLE recording (mbid BLOB PRIMARY KEY, doc BLOB) WITHOUT ROWID",
        "CREATE TABLE merged_recording (mbid BLOB PRIMARY KEY, target BLOB) WITHOUT ROWID",
        'CREATE TABLE track (mbid BLOB PRIMARY KEY, "release" INTEGER) WITHOUT ROWID',
        "CREATE TABLE isrc (code TEXT, recording BLOB, PRIMARY KEY (code, recording)) WITHOUT ROWID",
        'CREATE TABLE barcode (code TEXT, "release" INTEGER, PRIMARY KEY (code, "release")) WITHOUT ROWID',
        'CREATE TABLE catalog_number (code TEXT, "release" INTEGER, PRIMARY KEY (code, "release")) WITHOUT ROWID',
        'CREATE TABLE disc_id (code TEXT, "release" INTEGER, PRIMARY KEY (code, "release")) WITHOUT ROWID',
        "CREATE TABLE url (key INTEGER, kind TEXT, id INTEGER, PRIMARY KEY (key, kind, id)) WITHOUT ROWID",
        "CREATE TABLE recording_url (key INTEGER, recording BLOB, PRIMARY KEY (key, recording)) WITHOUT ROWID",
    ),
}

_CHANGE_BY_MBID = "CREATE INDEX change_mbid ON change (mbid, kind, changed_at)"
INDEXES = {ALBUMS: (_CHANGE_BY_MBID,), ARTISTS: (_CHANGE_BY_MBID,)}


def path_of(build: Path, file: str) -> Path:
    """Return where one of ``FILES`` is within a build."""
    return build / f"{file}.sqlite"


def uri_of(build: Path, file: str) -> str:
    """Return the URI under which SQLite reads a file of a finished build: no locks, no journal."""
    return f"{path_of(build, file).absolute().as_uri()}?mode=ro&immutable=1"


@contextmanager
def created(build: Path, file: str) -> Iterator[sqlite3.Connection]:
    """Create one file of a new build and finish it at the end, durable.

    There is no journal: a build that is stopped is thrown away. Raises ``Unavailable`` when the disk is full.
    """
    con = sqlite3.connect(path_of(build, file), isolation_level=None)
    try:
        con.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536"):
            con.execute(f"PRAGMA {pragma}")
        for statement in TABLES[file]:
            con.execute(statement)
        con.execute("BEGIN")
        yield con
        for statement in INDEXES.get(file, ()):
            con.execute(statement)
        con.execute("COMMIT")
    except sqlite3.OperationalError as exc:
        raise Unavailable(f"{file}.sqlite cannot be written: {exc}", hint="Is the disk full?") from exc
    finally:
        con.close()
    with path_of(build, file).open("rb") as written:
        os.fsync(written.fileno())
