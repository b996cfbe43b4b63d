"""A staged dump as the ports see it: the adapter that a store compiles from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from linernotes.domain.entities import Area, Label, Series
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameRecord
from linernotes.dumps.compose import albums, artists, names, recordings
from linernotes.dumps.compose.rows import Rows
from linernotes.ports.ingest import AlbumEntry, ArtistEntry, RecordingEntry, Sizes

_SIZES = """
SELECT (SELECT count(*) FROM artist), (SELECT count(*) FROM release_group), (SELECT count(*) FROM recording),
       (SELECT count(*) FROM placed_track),
       (SELECT count(*) FROM placed_track) + (SELECT count(*) FROM redirect) + (SELECT count(*) FROM release_group)
       + (SELECT count(*) FROM release) * 2 + (SELECT count(*) FROM isrc) + (SELECT count(*) FROM release_label)
       + (SELECT count(*) FROM medium_cdtoc) + (SELECT count(*) FROM entity_link)
"""
_GROUPS_PER_GB = 24_000
_ARTISTS_PER_GB = 30_000
_LABELS_PER_RANGE = 50_000
_RECORDINGS_PER_GB = 500_000


class StagedDump:
    """Implements ``StagedCatalogue`` and ``StagedIdentifiers``. One per process."""

    def __init__(self, file: Path, *, memory_mb: int, threads: int) -> None:
        """Open a staging database; ``memory_mb`` is for DuckDB and the rows in hand together."""
        self._share = memory_mb / 1024
        self._rows = Rows(file, memory_mb=max(256, memory_mb // 2), threads=threads)

    def sizes(self) -> Sizes:
        """How many rows are to come."""
        return Sizes(*self._rows.all(_SIZES)[0])

    def album_ranges(self) -> list[tuple[int, int]]:
        """Ranges of release group rows that fit the memory."""
        return self._rows.ranges(albums.GROUP_IDS, max(500, int(_GROUPS_PER_GB * self._share)))

    def albums(self, low: int, high: int) -> Iterator[AlbumEntry]:
        """The groups of a range, by row."""
        return albums.compose_albums(self._rows, low, high)

    def artist_ranges(self) -> list[tuple[int, int]]:
        """Ranges of artist rows that fit the memory."""
        return self._rows.ranges(artists.ARTIST_IDS, max(500, int(_ARTISTS_PER_GB * self._share)))

    def artists(self, low: int, high: int) -> Iterator[ArtistEntry]:
        """The artists of a range, by row."""
        return artists.compose_artists(self._rows, low, high)

    def labels(self) -> Iterator[tuple[int, Label]]:
        """All labels, by row."""
        for low, high in self._rows.ranges(artists.LABEL_IDS, _LABELS_PER_RANGE):
            yield from artists.compose_labels(self._rows, low, high)

    def series(self) -> Iterator[tuple[int, Series]]:
        """All series, by row."""
        return artists.compose_series(self._rows)

    def areas(self) -> Iterator[tuple[int, Area]]:
        """All areas, by row."""
        return iter(self._rows.areas.items())

    def recordings(self) -> Iterator[RecordingEntry]:
        """All recordings, by raw MBID."""
        count = self._rows.all("SELECT count(*) FROM recording")[0][0]
        parts = 1 + int(count / (_RECORDINGS_PER_GB * self._share))
        return recordings.compose_recordings(self._rows, parts)

    def names(self) -> Iterator[NameRecord]:
        """What is searchable, artists first."""
        for low, high in self.artist_ranges():
            yield from names.compose_artist_names(self._rows, low, high)
        for low, high in self.album_ranges():
            yield from names.compose_group_names(self._rows, low, high)

    def tracks(self) -> Iterator[tuple[bytes, int]]:
        """Track MBIDs and their release's ordinal, by MBID."""
        return self._rows.stream(recordings.TRACKS)

    def merged_recordings(self) -> Iterator[tuple[bytes, bytes]]:
        """Merged recording MBIDs and their targets, by the merged one."""
        return self._rows.stream(recordings.MERGED_RECORDINGS)

    def isrcs(self) -> Iterator[tuple[str, bytes]]:
        """ISRCs and recording MBIDs, by both."""
        return self._rows.stream(recordings.ISRCS)

    def barcodes(self) -> Iterator[tuple[str, int]]:
        """Barcodes and release ordinals, by both."""
        return self._rows.stream(recordings.BARCODES)

    def catalog_numbers(self) -> Iterator[tuple[str, int]]:
        """Catalogue numbers as printed and release ordinals."""
        return self._rows.stream(recordings.CATALOG_NUMBERS)

    def disc_ids(self) -> Iterator[tuple[str, int]]:
        """Disc ids and release ordinals, by both."""
        return self._rows.stream(recordings.DISC_IDS)

    def urls(self) -> Iterator[tuple[int, str, int]]:
        """URL keys, kinds and rows, sorted."""
        return self._rows.stream(recordings.URLS)

    def recording_urls(self) -> Iterator[tuple[int, bytes]]:
        """URL keys and recording MBIDs, sorted."""
        return self._rows.stream(recordings.RECORDING_URLS)

    def keys(self, kind: Kind) -> Iterator[tuple[bytes, int]]:
        """MBIDs of a kind and their rows, by MBID."""
        return recordings.compose_keys(self._rows, kind)

    def close(self) -> None:
        """Close the staging database."""
        self._rows.close()
