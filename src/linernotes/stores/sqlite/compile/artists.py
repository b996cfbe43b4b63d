"""``artists.sqlite``: artists, their discographies in parts, labels, series and areas."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from linernotes.domain.entities import AlbumSummary
from linernotes.domain.ids import Kind
from linernotes.ports.ingest import ArtistEntry, StagedCatalogue, StagedIdentifiers
from linernotes.ports.progress import Progress
from linernotes.stores.sqlite import schema
from linernotes.stores.sqlite.codec.compression import digest
from linernotes.stores.sqlite.codec.mbids import pack
from linernotes.stores.sqlite.compile.documents import Row, fill, spread_sample, trained
from linernotes.stores.sqlite.previous import ChangeTimes, changes_of

PHASE = "artists"
_ARTIST = "INSERT INTO artist VALUES (?, ?, ?)"
_DISCOGRAPHY = "INSERT INTO discography VALUES (?, ?)"
_CHANGE = "INSERT OR IGNORE INTO change VALUES (?, ?, ?)"
_SAMPLED_LABELS = 4000

_encode = msgspec.msgpack.Encoder().encode


def compile_artists(
    staged: StagedCatalogue, identifiers: StagedIdentifiers, build: Path, previous: ChangeTimes, progress: Progress
) -> dict[str, int]:
    """Write the file and return the rows by kind."""
    with schema.created(build, schema.ARTISTS) as con:
        writer = _Writer(con, staged, previous)
        ranges = staged.artist_ranges()
        progress.start(PHASE, total=staged.sizes().artists, unit="rows")
        for low, high in ranges:
            progress.advance(PHASE, writer.write(staged.artists(low, high)))
        counts = {"artist": writer.artists, "label": _labels(con, staged), "series": _series(con, staged)}
        areas = ((row, pack((area.mbid,)), area.name, area.code) for row, area in staged.areas())
        fill(con, "INSERT INTO area VALUES (?, ?, ?, ?)", areas)
        fill(con, "INSERT OR IGNORE INTO artist_key VALUES (?, ?)", identifiers.keys(Kind.ARTIST))
        fill(con, "INSERT OR IGNORE INTO label_key VALUES (?, ?)", identifiers.keys(Kind.LABEL))
        fill(con, "INSERT OR IGNORE INTO series_key VALUES (?, ?)", identifiers.keys(Kind.SERIES))
        progress.finish(PHASE)
        return counts


def _labels(con: sqlite3.Connection, staged: StagedCatalogue) -> int:
    sample = [_encode(label) for _, label in islice(staged.labels(), _SAMPLED_LABELS)]
    packed = trained(con, "label", sample)
    rows = ((row, packed(_encode(label))) for row, label in staged.labels())
    return fill(con, "INSERT INTO label VALUES (?, ?)", rows)


def _series(con: sqlite3.Connection, staged: StagedCatalogue) -> int:
    packed = trained(con, "series", [])
    rows = ((row, packed(_encode(series))) for row, series in staged.series())
    return fill(con, "INSERT INTO series VALUES (?, ?)", rows)


def _parts(albums: tuple[AlbumSummary, ...]) -> Iterator[bytes]:
    for start in range(0, len(albums), schema.ALBUMS_PER_PART):
        yield _encode(albums[start : start + schema.ALBUMS_PER_PART])


class _Writer:
    """Encodes and appends, a range at a time."""

    def __init__(self, con: sqlite3.Connection, staged: StagedCatalogue, previous: ChangeTimes) -> None:
        self.artists = 0
        self._con = con
        self._previous = previous
        sample = spread_sample(staged.artist_ranges(), staged.artists)
        self._pack_artist = trained(con, "artist", [_encode(entry.artist) for entry in sample])
        parts = [part for entry in sample for part in _parts(entry.discography[:50])]
        self._pack_discography = trained(con, "discography", parts)

    def write(self, entries: Iterator[ArtistEntry]) -> int:
        artists: list[Row] = []
        parts: list[Row] = []
        changes: list[Row] = []
        for entry in entries:
            artist = _encode(entry.artist)
            albums = list(_parts(entry.discography))
            mark = digest(artist, *albums)
            artists.append((entry.row, mark, self._pack_artist(artist)))
            first = entry.row << schema.PART_BITS
            parts += [(number, self._pack_discography(part)) for number, part in enumerate(albums, first)]
            mbids = [pack((one,)) for one in (entry.artist.mbid, *entry.artist.old_mbids)]
            changes += changes_of(self._previous, Kind.ARTIST, mbids, mark)
        self._con.executemany(_ARTIST, artists)
        self._con.executemany(_DISCOGRAPHY, parts)
        self._con.executemany(_CHANGE, changes)
        self.artists += len(artists)
        return len(artists)
