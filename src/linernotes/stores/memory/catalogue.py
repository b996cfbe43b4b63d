"""The catalogue as plain values in memory: for tests, and for whoever brings the data from elsewhere.

It answers as the port says, and is the reference that other stores are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.dates import PartialDate, first_release_date
from linernotes.domain.entities import (
    AlbumSummary,
    Artist,
    Label,
    Link,
    Recording,
    Release,
    ReleaseGroup,
    ReleaseMatch,
    Series,
    Track,
)
from linernotes.domain.errors import Invalid
from linernotes.domain.ids import MBID, EntityRef, Kind, catalog_number_key, parse_barcode
from linernotes.stores.memory.lookup import ByMbid, grouped

_NO_DATE = PartialDate()


class MemoryCatalogue:
    """One build of the catalogue, held as the domain values it was made from."""

    def __init__(
        self,
        *,
        info: BuildInfo,
        artists: Iterable[Artist] = (),
        release_groups: Iterable[ReleaseGroup] = (),
        releases: Iterable[Release] = (),
        recordings: Iterable[Recording] = (),
        labels: Iterable[Label] = (),
        series: Iterable[Series] = (),
        changed_at: Mapping[EntityRef, int] | None = None,
    ) -> None:
        """Index the entities; ``changed_at`` says in unix milliseconds when one became different."""
        self._info = info
        self._artists = ByMbid(artists)
        self._groups = ByMbid(release_groups)
        self._releases = ByMbid(releases)
        self._recordings = ByMbid(recordings)
        self._labels = ByMbid(labels)
        self._series = ByMbid(series)
        self._index_releases()
        self._index_identifiers()
        self._discographies = grouped(self._credited_albums(), lambda album: album.mbid)
        changes = [Change(ref.kind, ref.mbid, at) for ref, at in (changed_at or {}).items()]
        self._changes = sorted(changes, key=lambda change: (-change.changed_at, change.mbid))

    def artists(self, mbids: Sequence[MBID]) -> list[Artist | None]:
        return self._artists.many(mbids)

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        return self._groups.many(mbids)

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        return self._releases.many(mbids)

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        return self._recordings.many(mbids)

    def labels(self, mbids: Sequence[MBID]) -> list[Label | None]:
        return self._labels.many(mbids)

    def series(self, mbids: Sequence[MBID]) -> list[Series | None]:
        return self._series.many(mbids)

    def discography(self, artist: MBID) -> tuple[AlbumSummary, ...] | None:
        found = self._artists.get(artist)
        return None if found is None else self._discographies.get(found.mbid, ())

    def releases_of(self, release_groups: Sequence[MBID]) -> list[tuple[Release, ...] | None]:
        groups = self._groups.many(release_groups)
        return [None if group is None else self._editions.get(group.mbid, ()) for group in groups]

    def releases_with(self, recordings: Sequence[MBID]) -> list[ReleaseMatch]:
        wanted = {self._recording_ids.get(mbid, mbid) for mbid in recordings}
        holders = {release for mbid in wanted for release in self._holders.get(mbid, ())}
        return [self._match(self._by_id[mbid], wanted) for mbid in sorted(holders)]

    def by_isrc(self, isrc: str) -> tuple[MBID, ...]:
        return self._isrcs.get(isrc, ())

    def by_barcode(self, barcode: str) -> tuple[MBID, ...]:
        return self._barcodes.get(barcode, ())

    def by_catalog_number(self, key: str) -> tuple[MBID, ...]:
        return self._catalog_numbers.get(key, ())

    def by_disc_id(self, disc_id: str) -> tuple[MBID, ...]:
        return self._disc_ids.get(disc_id, ())

    def by_url(self, urls: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        return [self._urls.get(url, ()) for url in urls]

    def by_track(self, track: MBID) -> MBID | None:
        return self._tracks.get(track)

    def info(self) -> BuildInfo:
        return self._info

    def changed_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        return [c for c in self._changes if c.kind is kind and c.changed_at > since][:limit]

    def close(self) -> None:
        """Do nothing: there are no files."""

    def _index_releases(self) -> None:
        releases = self._releases.all
        self._by_id = {release.mbid: release for release in releases}
        self._editions: dict[MBID, tuple[Release, ...]] = {}
        for release in sorted(releases, key=_by_date):
            group = self._groups.canonical(release.release_group)
            self._editions[group] = (*self._editions.get(group, ()), release)
        merged = [(old, t.recording) for _, t in self._all_tracks() for old in t.old_recording_mbids]
        merged += [(old, recording.mbid) for recording in self._recordings.all for old in recording.old_mbids]
        self._recording_ids = dict(merged)
        self._holders = grouped(((t.recording, r.mbid) for r, t in self._all_tracks()), str)
        self._tracks = {old: r.mbid for r, t in self._all_tracks() for old in t.old_mbids}
        self._tracks.update((t.mbid, r.mbid) for r, t in self._all_tracks())

    def _index_identifiers(self) -> None:
        releases = self._releases.all
        isrcs = [(isrc, t.recording) for _, t in self._all_tracks() for isrc in t.isrcs]
        isrcs += [(isrc, recording.mbid) for recording in self._recordings.all for isrc in recording.isrcs]
        self._isrcs = grouped(isrcs, str)
        self._barcodes = grouped(((code, r.mbid) for r in releases for code in _barcodes(r)), str)
        self._catalog_numbers = grouped(((key, r.mbid) for r in releases for key in _catalog_numbers(r)), str)
        disc_ids = ((disc, r.mbid) for r in releases for medium in r.media for disc in medium.disc_ids)
        self._disc_ids = grouped(disc_ids, str)
        links = ((link.url, ref) for ref, entity_links in self._linked() for link in entity_links)
        self._urls = grouped(links, lambda ref: (ref.kind.value, ref.mbid))

    def _all_tracks(self) -> Iterator[tuple[Release, Track]]:
        return ((r, track) for r in self._releases.all for medium in r.media for track in medium.tracks)

    def _linked(self) -> Iterator[tuple[EntityRef, tuple[Link, ...]]]:
        yield from ((EntityRef(Kind.ARTIST, e.mbid), e.links) for e in self._artists.all)
        yield from ((EntityRef(Kind.RELEASE_GROUP, e.mbid), e.links) for e in self._groups.all)
        yield from ((EntityRef(Kind.RELEASE, e.mbid), e.links) for e in self._releases.all)
        yield from ((EntityRef(Kind.RECORDING, e.mbid), e.links) for e in self._recordings.all)
        yield from ((EntityRef(Kind.LABEL, e.mbid), e.links) for e in self._labels.all)

    def _credited_albums(self) -> Iterator[tuple[MBID, AlbumSummary]]:
        for group in self._groups.all:
            credited = [self._artists.canonical(name.artist) for name in group.credit]
            for artist in set(credited):
                yield artist, self._summary(group, credited.index(artist))

    def _summary(self, group: ReleaseGroup, position: int) -> AlbumSummary:
        statuses = {release.status for release in self._editions.get(group.mbid, ())}
        return AlbumSummary(
            mbid=group.mbid,
            title=group.title,
            type=group.type,
            secondary_types=group.secondary_types,
            release_statuses=tuple(sorted(status for status in statuses if status is not None)),
            statusless=None in statuses,
            first_release_date=group.first_release_date,
            credit_position=position,
            old_mbids=group.old_mbids,
        )

    def _match(self, release: Release, wanted: set[MBID]) -> ReleaseMatch:
        matched = sum(track.recording in wanted for medium in release.media for track in medium.tracks)
        total = sum(medium.track_count for medium in release.media)
        return ReleaseMatch(release.mbid, self._groups.canonical(release.release_group), matched, total)


def _by_date(release: Release) -> tuple[tuple[int, int, int], MBID]:
    first = first_release_date([event.date for event in release.events if event.date is not None])
    return (first or _NO_DATE).order(), release.mbid


def _barcodes(release: Release) -> Iterator[str]:
    try:
        yield parse_barcode(release.barcode or "")
    except Invalid:
        return


def _catalog_numbers(release: Release) -> Iterator[str]:
    keys = (catalog_number_key(label.catalog_number or "") for label in release.labels)
    return (key for key in keys if key)
