"""``albums.sqlite``: release groups and, side by side, their releases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from linernotes.domain.ids import Kind
from linernotes.ports.ingest import AlbumEntry, StagedCatalogue
from linernotes.ports.progress import Progress
from linernotes.stores.sqlite import schema
from linernotes.stores.sqlite.codec.compression import digest
from linernotes.stores.sqlite.codec.mbids import pack
from linernotes.stores.sqlite.codec.release import encode_release
from linernotes.stores.sqlite.compile.documents import Row, spread_sample, trained
from linernotes.stores.sqlite.previous import ChangeTimes, changes_of

PHASE = "albums"
_GROUP = "INSERT INTO release_group VALUES (?, ?, ?, ?, ?, ?)"
_RELEASE = 'INSERT INTO "release" VALUES (?, ?, ?, ?, ?)'
_CHANGE = "INSERT OR IGNORE INTO change VALUES (?, ?, ?)"

_encode = msgspec.msgpack.Encoder().encode


def compile_albums(staged: StagedCatalogue, build: Path, previous: ChangeTimes, progress: Progress) -> dict[str, int]:
    """Write the file and return the rows by kind."""
    with schema.created(build, schema.ALBUMS) as con:
        writer = _Writer(con, staged, previous)
        ranges = staged.album_ranges()
        progress.start(PHASE, total=staged.sizes().release_groups, unit="rows")
        for low, high in ranges:
            progress.advance(PHASE, writer.write(staged.albums(low, high)))
        progress.finish(PHASE)
        return {"release-group": writer.groups, "release": writer.releases}


class _Writer:
    """Encodes and appends, a range at a time."""

    def __init__(self, con: sqlite3.Connection, staged: StagedCatalogue, previous: ChangeTimes) -> None:
        self.groups = 0
        self.releases = 0
        self._con = con
        self._previous = previous
        self._areas = {area.mbid: row for row, area in staged.areas()}
        sample = spread_sample(staged.album_ranges(), staged.albums)
        self._pack_group = trained(con, "release_group", [_encode(entry.group) for entry in sample])
        documents = [encode_release(release, self._areas)[1] for entry in sample for release in entry.releases]
        self._pack_release = trained(con, "release", documents)

    def write(self, entries: Iterator[AlbumEntry]) -> int:
        groups: list[Row] = []
        releases: list[Row] = []
        changes: list[Row] = []
        for entry in entries:
            encoded = [encode_release(release, self._areas) for release in entry.releases]
            group = _encode(entry.group)
            mark = digest(group, *(part for both in encoded for part in both))
            mbids = [pack((one,)) for one in (entry.group.mbid, *entry.group.old_mbids)]
            groups.append((entry.row, mbids[0], entry.first, len(encoded), mark, self._pack_group(group)))
            releases += self._release_rows(entry, encoded)
            changes += changes_of(self._previous, Kind.RELEASE_GROUP, mbids, mark)
        self._con.executemany(_GROUP, groups)
        self._con.executemany(_RELEASE, releases)
        self._con.executemany(_CHANGE, changes)
        self.groups += len(groups)
        self.releases += len(releases)
        return len(groups)

    def _release_rows(self, entry: AlbumEntry, encoded: list[tuple[bytes, bytes]]) -> Iterator[Row]:
        for number, (release, (mbids, document)) in enumerate(zip(entry.releases, encoded, strict=True), entry.first):
            tracks = sum(medium.track_count for medium in release.media)
            yield number, entry.row, tracks, mbids, self._pack_release(document)
