"""The catalogue and what sources said since, as one: the newer of two answers wins, and what is missing is noted.

A look-up costs one read of the overlay and at most one of the catalogue, whatever the size of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.entities import (
    AlbumSummary,
    Artist,
    Label,
    Recording,
    Release,
    ReleaseGroup,
    ReleaseMatch,
    Series,
)
from linernotes.domain.facts import BY_KIND, Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.traces import Scheme
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.overlay import Overlay
from linernotes.usecases.library.choosing import Chooser
from linernotes.usecases.library.lifetimes import Terms

T = TypeVar("T")
MOST_MOVES = 3
"""How many merges one after the other are followed."""


def data_time(info: BuildInfo) -> int:
    """Return when a dump was taken (unix ms): what a source said later is newer than the catalogue."""
    if not info.built_at:
        return 0
    try:
        taken = datetime.fromisoformat(info.dump_timestamp)
    except ValueError:
        return info.built_at
    return int(taken.replace(tzinfo=taken.tzinfo or UTC).timestamp() * 1000)


class MergedCatalogue:
    """A catalogue that grows. With ``partly`` it answers with what is here and asks for nothing."""

    def __init__(self, *, base: CatalogueSnapshot, overlay: Overlay, terms: Terms, partly: bool = False) -> None:
        """Lay the overlay over the base."""
        self._base = base
        self._overlay = overlay
        self._partly = partly
        self._choose = Chooser(terms=terms, data_time=data_time(base.info()), partly=partly)

    def artists(self, mbids: Sequence[MBID]) -> list[Artist | None]:
        return self._entities(Kind.ARTIST, mbids, self._base.artists)

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        return self._entities(Kind.RELEASE_GROUP, mbids, self._base.release_groups)

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        return self._entities(Kind.RELEASE, mbids, self._base.releases)

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        return self._entities(Kind.RECORDING, mbids, self._base.recordings)

    def labels(self, mbids: Sequence[MBID]) -> list[Label | None]:
        return self._entities(Kind.LABEL, mbids, self._base.labels)

    def series(self, mbids: Sequence[MBID]) -> list[Series | None]:
        return self._entities(Kind.SERIES, mbids, self._base.series)

    def discography(self, artist: MBID) -> tuple[AlbumSummary, ...] | None:
        [fact] = self._overlay.read([Wanted(Aspect.DISCOGRAPHY, artist)])
        asked = Wanted(Aspect.DISCOGRAPHY, artist)
        held = self._base.discography(artist)
        return cast(tuple[AlbumSummary, ...] | None, self._choose(asked, fact, held))

    def releases_of(self, release_groups: Sequence[MBID]) -> list[tuple[Release, ...] | None]:
        asked = [Wanted(Aspect.EDITIONS, mbid) for mbid in release_groups]
        facts = self._overlay.read(asked)
        unsettled = [n for n, fact in enumerate(facts) if not self._choose.settled(fact)]
        held = dict(zip(unsettled, self._base.releases_of([release_groups[n] for n in unsettled]), strict=True))
        chosen = [self._choose(one, facts[n], held.get(n)) for n, one in enumerate(asked)]
        return self._with_releases([() if one is None and self._partly else one for one in chosen])

    def releases_with(self, recordings: Sequence[MBID]) -> list[ReleaseMatch]:
        matches = {match.release: match for match in self._base.releases_with(recordings)}
        refs = {ref.mbid for found in self._overlay.find(Scheme.RECORDING, recordings) for ref in found}
        asked = [Wanted(Aspect.RELEASE, mbid) for mbid in sorted(refs)]
        for fact in self._overlay.read(asked) if asked else ():
            if fact is None or fact.value is None:
                continue
            if fact.value.mbid not in matches or self._choose.settled(fact):
                matches[fact.value.mbid] = _match(fact.value, set(recordings))
        return [matches[mbid] for mbid in sorted(matches)]

    def by_isrc(self, isrc: str) -> tuple[MBID, ...]:
        return self._named(Aspect.ISRC, Scheme.ISRC, isrc, self._base.by_isrc(isrc))

    def by_barcode(self, barcode: str) -> tuple[MBID, ...]:
        return self._named(Aspect.BARCODE, Scheme.BARCODE, barcode, self._base.by_barcode(barcode))

    def by_catalog_number(self, key: str) -> tuple[MBID, ...]:
        [found] = self._overlay.find(Scheme.CATALOG_NUMBER, [key])
        return _ascending(self._base.by_catalog_number(key), found)

    def by_disc_id(self, disc_id: str) -> tuple[MBID, ...]:
        return self._named(Aspect.DISC_ID, Scheme.DISC_ID, disc_id, self._base.by_disc_id(disc_id))

    def by_url(self, urls: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        asked = [Wanted(Aspect.URL, url) for url in urls]
        rows = zip(asked, self._overlay.read(asked), self._overlay.find(Scheme.URL, urls), strict=True)
        held = self._base.by_url(urls)
        return [self._choose.named(*row, base) for row, base in zip(rows, held, strict=True)]

    def by_track(self, track: MBID) -> MBID | None:
        [found] = self._overlay.find(Scheme.TRACK, [track])
        return found[0].mbid if found else self._base.by_track(track)

    def info(self) -> BuildInfo:
        return self._base.info()

    def changed_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        return self._base.changed_since(kind, since, limit)

    def close(self) -> None:
        """Close the catalogue underneath."""
        self._base.close()

    def _entities(
        self, kind: Kind, mbids: Sequence[MBID], read: Callable[[Sequence[MBID]], list[T | None]]
    ) -> list[T | None]:
        if not mbids:
            return []
        asked = [Wanted(BY_KIND[kind], mbid) for mbid in mbids]
        facts = self._followed(asked)
        held = read([mbid if fact is None else MBID(fact.wanted.key) for mbid, fact in zip(mbids, facts, strict=True)])
        self._follow_merged(asked, facts, held)
        return [self._choose(*row) for row in zip(asked, facts, held, strict=True)]

    def _follow_merged(self, asked: list[Wanted], facts: list[Fact | None], held: Sequence[Any]) -> None:
        """Where the catalogue alone knows that an entity was merged, put in what was said of the one that is left."""
        merged = [
            n
            for n, (one, fact, value) in enumerate(zip(asked, facts, held, strict=True))
            if value is not None and value.mbid != one.key and not self._choose.settled(fact)
        ]
        targets = [Wanted(asked[n].aspect, held[n].mbid) for n in merged]
        for n, fact in zip(merged, self._followed(targets) if targets else (), strict=True):
            facts[n] = fact or facts[n]

    def _followed(self, asked: list[Wanted]) -> list[Fact | None]:
        """Read facts; where an entity was merged, the fact of the one that it was merged into."""
        facts = self._overlay.read(asked)
        for _ in range(MOST_MOVES):
            moved = [n for n, fact in enumerate(facts) if fact is not None and fact.moved_to]
            if not moved:
                break
            targets = [Wanted(asked[n].aspect, cast(Fact, facts[n]).moved_to or "") for n in moved]
            for n, target, fact in zip(moved, targets, self._overlay.read(targets), strict=True):
                facts[n] = fact or Fact(target, None, "", 0, partial=True)
        return facts

    def _with_releases(self, chosen: list[Any]) -> list[tuple[Release, ...] | None]:
        """Put releases in the place of the MBIDs that facts hold; the catalogue's own are releases already."""
        named = [mbid for one in chosen if one and isinstance(one[0], str) for mbid in one]
        releases = dict(zip(named, self.releases(named), strict=True)) if named else {}
        return [
            tuple(found for mbid in one if (found := releases[mbid]) is not None)
            if one and isinstance(one[0], str)
            else one
            for one in chosen
        ]

    def _named(self, aspect: Aspect, scheme: Scheme, key: str, held: tuple[MBID, ...]) -> tuple[MBID, ...]:
        asked = Wanted(aspect, key)
        [fact], [traced] = self._overlay.read([asked]), self._overlay.find(scheme, [key])
        kind = Kind.RECORDING if aspect is Aspect.ISRC else Kind.RELEASE
        refs = self._choose.named(asked, fact, traced, [EntityRef(kind, mbid) for mbid in held])
        return tuple(ref.mbid for ref in refs)


def _match(release: Release, wanted: set[MBID]) -> ReleaseMatch:
    rows = [track.recording for medium in release.media for track in medium.tracks]
    matched = sum(1 for recording in rows if recording in wanted)
    return ReleaseMatch(release.mbid, release.release_group, matched, len(rows))


def _ascending(held: Iterable[MBID], found: Iterable[EntityRef]) -> tuple[MBID, ...]:
    return tuple(sorted({*held, *(ref.mbid for ref in found)}))
