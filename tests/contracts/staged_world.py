"""A world as a staged dump gives it to a store: rows and ordinals made up, streams sorted as the port says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from linernotes.domain.entities import Area, Label, Link, Recording, Release, Series
from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord
from linernotes.ports.ingest import AlbumEntry, ArtistEntry, RecordingEntry, RecordingFacts, Sizes
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sqlite.identifiers import url_key
from tests.contracts.world import World

Ranges = list[tuple[int, int]]


def raw(mbid: MBID) -> bytes:
    """Return an MBID's bytes."""
    return UUID(mbid).bytes


class StagedWorld:
    """Implements ``StagedCatalogue`` and ``StagedIdentifiers``."""

    def __init__(self, world: World, memory: MemoryCatalogue) -> None:
        """Number the releases group by group."""
        self._world = world
        self._memory = memory
        self._albums: list[AlbumEntry] = []
        self._ordinals: dict[MBID, int] = {}
        for row, group in enumerate(world.release_groups, 1):
            releases = memory.releases_of([group.mbid])[0] or ()
            first = len(self._ordinals) + 1
            self._albums.append(AlbumEntry(row, first, group, releases))
            self._ordinals.update((release.mbid, number) for number, release in enumerate(releases, first))

    def sizes(self) -> Sizes:
        """Count the entities."""
        return Sizes(len(self._world.artists), len(self._albums), len(self._world.recordings), 0, 0)

    def album_ranges(self) -> Ranges:
        """Cut in two, so that a range boundary is crossed."""
        return [(1, 2), (2, len(self._albums) + 1)]

    def albums(self, low: int, high: int) -> Iterator[AlbumEntry]:
        """Yield the groups of a range."""
        return (entry for entry in self._albums if low <= entry.row < high)

    def artist_ranges(self) -> Ranges:
        """One range."""
        return [(1, len(self._world.artists) + 1)]

    def artists(self, low: int, high: int) -> Iterator[ArtistEntry]:
        """Yield the artists of a range."""
        for row, artist in enumerate(self._world.artists, 1):
            if low <= row < high:
                yield ArtistEntry(row, artist, self._memory.discography(artist.mbid) or ())

    def labels(self) -> Iterator[tuple[int, Label]]:
        """Yield the labels."""
        return iter(enumerate(self._world.labels, 1))

    def series(self) -> Iterator[tuple[int, Series]]:
        """Yield the series."""
        return iter(enumerate(self._world.series, 1))

    def areas(self) -> Iterator[tuple[int, Area]]:
        """Yield the areas of the releases' events."""
        areas = {event.area.mbid: event.area for one in self._releases() for event in one.events if event.area}
        return iter(enumerate(areas.values(), 1))

    def recordings(self) -> Iterator[RecordingEntry]:
        """Yield the recordings; those that a track describes in full carry no facts of their own."""
        places: defaultdict[MBID, list[int]] = defaultdict(list)
        for release in self._releases():
            for medium in release.media:
                for track in medium.tracks:
                    places[track.recording].append(self._ordinals[release.mbid])
        for recording in sorted(self._world.recordings, key=lambda one: one.mbid):
            yield RecordingEntry(raw(recording.mbid), sorted(places[recording.mbid]), _facts(recording))

    def names(self) -> Iterator[NameRecord]:
        """Yield nothing: names are another contract."""
        return iter(())

    def keys(self, kind: Kind) -> Iterator[tuple[bytes, int]]:
        """Yield MBIDs and rows, merged ones too."""
        rows: dict[Kind, Iterable[tuple[int, object]]] = {
            Kind.ARTIST: enumerate(self._world.artists, 1),
            Kind.RELEASE_GROUP: ((entry.row, entry.group) for entry in self._albums),
            Kind.RELEASE: ((self._ordinals[release.mbid], release) for release in self._releases()),
            Kind.LABEL: self.labels(),
            Kind.SERIES: self.series(),
        }
        found = [(raw(mbid), row) for row, one in rows[kind] for mbid in (one.mbid, *one.old_mbids)]  # type: ignore[attr-defined]
        return iter(sorted(found))

    def tracks(self) -> Iterator[tuple[bytes, int]]:
        """Yield track MBIDs and ordinals."""
        found = [
            (raw(mbid), self._ordinals[release.mbid])
            for release in self._releases()
            for medium in release.media
            for track in medium.tracks
            for mbid in (track.mbid, *track.old_mbids)
        ]
        return iter(sorted(found))

    def merged_recordings(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield merged recordings and their targets."""
        return iter(sorted((raw(old), raw(one.mbid)) for one in self._world.recordings for old in one.old_mbids))

    def isrcs(self) -> Iterator[tuple[str, bytes]]:
        """Yield ISRCs and recordings."""
        return iter(sorted((isrc, raw(one.mbid)) for one in self._world.recordings for isrc in one.isrcs))

    def barcodes(self) -> Iterator[tuple[str, int]]:
        """Yield barcodes and ordinals."""
        return self._by_release(lambda one: [one.barcode.lstrip("0")] if one.barcode else [])

    def catalog_numbers(self) -> Iterator[tuple[str, int]]:
        """Yield catalogue numbers and ordinals."""
        return self._by_release(lambda one: [label.catalog_number for label in one.labels if label.catalog_number])

    def disc_ids(self) -> Iterator[tuple[str, int]]:
        """Yield disc ids and ordinals."""
        return self._by_release(lambda one: [disc for medium in one.media for disc in medium.disc_ids])

    def urls(self) -> Iterator[tuple[int, str, int]]:
        """Yield URL keys, kinds and rows."""
        linked: list[tuple[str, int, tuple[Link, ...]]] = [
            *((Kind.ARTIST.value, row, one.links) for row, one in enumerate(self._world.artists, 1)),
            *((Kind.RELEASE_GROUP.value, entry.row, entry.group.links) for entry in self._albums),
            *((Kind.RELEASE.value, self._ordinals[one.mbid], one.links) for one in self._releases()),
            *((Kind.LABEL.value, row, one.links) for row, one in self.labels()),
        ]
        return iter(sorted({(url_key(link.url), kind, row) for kind, row, links in linked for link in links}))

    def recording_urls(self) -> Iterator[tuple[int, bytes]]:
        """Yield URL keys and recordings."""
        found = {(url_key(link.url), raw(one.mbid)) for one in self._world.recordings for link in one.links}
        return iter(sorted(found))

    def _releases(self) -> list[Release]:
        return [release for entry in self._albums for release in entry.releases]

    def _by_release(self, codes: Callable[[Release], list[str]]) -> Iterator[tuple[str, int]]:
        return iter(sorted({(code, self._ordinals[one.mbid]) for one in self._releases() for code in codes(one)}))


def _facts(recording: Recording) -> RecordingFacts:
    return RecordingFacts(
        title=recording.title,
        credit=recording.credit,
        length=recording.length,
        length_differs=True,
        disambiguation=recording.disambiguation,
        video=recording.video,
        isrcs=recording.isrcs,
        tags=recording.tags,
        rating=recording.rating,
        links=recording.links,
        old_mbids=recording.old_mbids,
        aliases=recording.aliases,
    )
