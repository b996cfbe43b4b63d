"""AcoustID's public data in SQL: loaded batch by batch, each with how far its file is, and read as of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text

from linernotes.domain.identification import FIRST_LOCAL_ID
from linernotes.ports.public_data import FileMark, Loaded, PublicReading, PublicRow, Stream
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.identification.public_links import MBIDS, Links
from linernotes.stores.sql.identification.public_loading import (
    load_fingerprints,
    load_meta,
    load_places,
    load_tracks,
)
from linernotes.stores.sql.identification.public_reading import SOURCES, SqlPublicReading
from linernotes.stores.sql.identification.public_tables import public_file
from linernotes.stores.sql.identification.sessions import Session, Sessions, Turn

MARK = f"SELECT name, size, modified, lines, bad, digest FROM {public_file.name} WHERE name = ? AND size = ?"
PUT_MARK = (
    f"INSERT INTO {public_file.name} (name, size, modified, lines, bad, digest) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (name, size) DO UPDATE SET modified = excluded.modified, lines = excluded.lines,"
    " bad = excluded.bad, digest = excluded.digest"
)
GO_ON = "SELECT setval(?::text::regclass, greatest((SELECT last_value FROM {sequence}), ?))"
# Many rows at once touch many pages: they are kept, and written back once for several batches.
ROOMY = ("PRAGMA cache_size = -131072", "PRAGMA wal_autocheckpoint = 32768")
LOADERS: dict[Stream, Callable[[Session, Any], Loaded]] = {
    Stream.TRACK: load_tracks,
    Stream.META: load_meta,
    Stream.FINGERPRINT: load_fingerprints,
}
LINKS = {
    Stream.TRACK_MBID: MBIDS,
    Stream.TRACK_PUID: "acoustid_track_puid",
    Stream.TRACK_META: "acoustid_track_meta",
}


class SqlPublicData:
    """Public data by files. May be used from several threads."""

    def __init__(self, *, engine: Engine, sessions: Sessions) -> None:
        """Load by sessions and read by the engine, both of one database; the tables must be there."""
        self._engine = engine
        self._is_server = engine.dialect.name == "postgresql"
        self._sessions = sessions

    def mark(self, name: str, size: int) -> FileMark | None:
        found = self._sessions.read(lambda session: session.ask(MARK, (name, size)))
        return FileMark(*found[0]) if found else None

    def load(self, stream: Stream, rows: Sequence[PublicRow], mark: FileMark, *, own: bool = False) -> Loaded:
        """Take in rows; with ``own`` they are from an export of this server, whose counts have those made here.

        Else, of a row that AcoustID numbered, its own changes alone are compared, and counts made here are kept.
        """
        with self._sessions.writing(Turn.IMPORT) as session:
            self._make_room(session)
            loaded = _taken_in(session, stream, rows, own=own)
            self._count_on(session, stream, rows)
            values = mark.name, mark.size, mark.modified, mark.lines, mark.bad, mark.digest
            session.tell(PUT_MARK, values)
        return loaded

    @contextmanager
    def reading(self) -> Iterator[PublicReading]:
        with translated(), self._engine.connect() as connection:
            if self._is_server:
                connection.execution_options(isolation_level="REPEATABLE READ")
                connection.execute(text("SET LOCAL statement_timeout = 0"))  # sorting takes what it takes
            else:
                connection.exec_driver_sql("BEGIN")
            yield SqlPublicReading(connection)

    def _make_room(self, session: Session) -> None:
        if not self._is_server:
            for each in ROOMY:
                session.ask(each)

    def _count_on(self, session: Session, stream: Stream, rows: Sequence[PublicRow]) -> None:
        """Number what is made here from now on above rows that were made here before. SQLite does so by itself."""
        highest = max((row.id for row in rows), default=0)
        if highest >= FIRST_LOCAL_ID and self._is_server:
            sequence = f"{SOURCES[stream].table.name}_id_seq"
            session.ask(GO_ON.format(sequence=sequence), (sequence, highest))


def _taken_in(session: Session, stream: Stream, rows: Sequence[Any], *, own: bool) -> Loaded:
    if stream in LINKS:
        return Links(session, LINKS[stream], own=own).load(rows)
    if stream is Stream.TRACK_FINGERPRINT:
        return load_places(session, rows, own=own)
    return LOADERS[stream](session, rows)
