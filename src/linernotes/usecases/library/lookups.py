"""The questions that every API has: entities by MBID and by other names, what belongs to what, search, changes.

An answer has one outcome for each thing asked, in the order asked, so that a fault in one spoils no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from linernotes.domain.entities import AlbumSummary, Release
from linernotes.domain.errors import Invalid, LinernotesError, NotFound
from linernotes.domain.facts import BY_KIND, Aspect, Provenance, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.ports.build import Build
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.offload import Offload
from linernotes.ports.state import ChangeMarks
from linernotes.usecases.library.asking import Asked, Library, worst
from linernotes.usecases.library.lifetimes import DUMP
from linernotes.usecases.library.merged import data_time
from linernotes.usecases.recent import RecentChanges, recent_changes

T = TypeVar("T")

MOST_IN_BATCH = 500
FEW = 20
"""More documents than this are read off the event loop."""


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """The answer to one question: a value and where it came from, or a fault, or neither: there is no such thing."""

    value: T | None = None
    provenance: Provenance | None = None
    fault: LinernotesError | None = None

    def get(self, complaint: str = "") -> T:
        """Return the value; raises the fault, or NotFound."""
        if self.fault is not None:
            raise self.fault
        if self.value is None:
            raise NotFound(complaint)
        return self.value


class Lookups:
    """Answers questions about the library."""

    def __init__(self, *, library: Library, marks: ChangeMarks, offload: Offload) -> None:
        """Keep whom to ask."""
        self._library = library
        self._dumped: tuple[CatalogueSnapshot | None, Provenance] = (None, Provenance(DUMP, 0))
        self._marks = marks
        self._offload = offload

    async def entities(self, kind: Kind, mbids: Sequence[MBID], *, seconds: float | None = None) -> list[Outcome[Any]]:
        """Look up to 500 entities of a kind up. Each value has the type of ``domain.entities`` for its kind.

        A merged MBID gives the entity that it leads to. Raises ``Invalid`` for more than 500.
        """
        if len(mbids) > MOST_IN_BATCH:
            raise Invalid(f"at most {MOST_IN_BATCH} MBIDs in one batch", hint="Ask for them in several batches.")
        asked = await self._read(lambda build: reader(build.catalogue, kind)(mbids), len(mbids), seconds)
        aspect = BY_KIND[kind]
        pairs = zip(mbids, asked.result, strict=True)
        return [self._outcome(asked, Wanted(aspect, mbid), value) for mbid, value in pairs]

    async def credited(self, mbids: Sequence[MBID]) -> list[Any]:
        """Return artists as far as they are known, without asking a source: for showing names. None for the others."""
        build = self._library.current()
        return await self._run(build, lambda: build.known.artists(mbids), len(mbids))

    async def discography(self, artist: MBID) -> Outcome[tuple[AlbumSummary, ...]]:
        """All release groups that credit the artist (by its canonical MBID) at any position, by MBID."""
        asked = await self._read(lambda build: build.catalogue.discography(artist), FEW + 1)
        return self._outcome(asked, Wanted(Aspect.DISCOGRAPHY, artist), asked.result)

    async def releases_of(self, group: MBID) -> Outcome[tuple[Release, ...]]:
        """The releases of a release group (by its canonical MBID), by earliest date (unknown last) then MBID.

        All of them, or a fault: one that could not be asked for is not left out.
        """
        asked = await self._read(lambda build: build.catalogue.releases_of([group])[0], FEW + 1)
        if asked.faults:
            return Outcome(fault=worst(asked.faults.values()))
        return self._outcome(asked, Wanted(Aspect.EDITIONS, group), asked.result)

    async def recordings_by_isrc(self, isrc: str) -> Outcome[tuple[EntityRef, ...]]:
        """Find the recordings with a parsed ISRC; a NotFound outcome is never given: nobody is an empty tuple."""
        return await self._named(Aspect.ISRC, Kind.RECORDING, isrc, lambda c: c.by_isrc(isrc))

    async def releases_by_barcode(self, barcode: str) -> Outcome[tuple[EntityRef, ...]]:
        """Find the releases with a parsed barcode."""
        return await self._named(Aspect.BARCODE, Kind.RELEASE, barcode, lambda c: c.by_barcode(barcode))

    async def releases_by_disc_id(self, disc_id: str) -> Outcome[tuple[EntityRef, ...]]:
        """Find the releases with a parsed disc id."""
        return await self._named(Aspect.DISC_ID, Kind.RELEASE, disc_id, lambda c: c.by_disc_id(disc_id))

    async def releases_by_catalog_number(self, key: str) -> tuple[EntityRef, ...]:
        """Find the releases with a catalogue number, given as ``catalog_number_key``; no source is asked."""
        asked = await self._read(lambda build: build.catalogue.by_catalog_number(key), 1)
        return tuple(EntityRef(Kind.RELEASE, mbid) for mbid in asked.result)

    async def by_url(self, url: str) -> Outcome[tuple[EntityRef, ...]]:
        """Find what is linked to exactly this URL, by kind then MBID."""
        asked = await self._read(lambda build: build.catalogue.by_url([url])[0], 1)
        return self._outcome(asked, Wanted(Aspect.URL, url), asked.result)

    async def release_of_track(self, track: MBID) -> MBID | None:
        """Find the release that holds a track; no source is asked."""
        return (await self._read(lambda build: build.catalogue.by_track(track), 1)).result

    async def search(self, text: str, kinds: Sequence[Kind], *, artist: str = "", limit: int) -> list[NameHit]:
        """Return at most ``limit`` hits of each kind, best first. With ``artist``, release groups of that artist.

        Raises ``Unavailable`` where the name is not in the index, of any of the kinds, and a source could not be asked.
        """

        def find(build: Build) -> list[NameHit]:
            if artist.strip():
                return build.names.search_album(text, artist, limit=limit)
            hits = build.names.search(text, kinds, limit=limit)
            return sorted(hits, key=lambda hit: (-hit.score, kinds.index(hit.kind)))

        asked = await self._read(find, FEW + 1)
        if asked.faults:
            raise worst(asked.faults.values())
        return asked.result

    async def changes(self, kind: Kind, *, since: int, limit: int) -> RecentChanges:
        """Return at most ``limit`` artists or release groups that changed after ``since`` (unix ms), newest first."""
        feed = self._library.current().catalogue
        marks = self._marks
        return await self._offload(lambda: recent_changes(feed=feed, marks=marks, kind=kind, since=since, limit=limit))

    async def refresh(self, kind: Kind, mbid: MBID) -> int:
        """Have an entity, and what belongs to it, fetched anew beside requests; return how many fetches were added."""
        wanted = [Wanted(BY_KIND[kind], mbid)]
        if kind is Kind.ARTIST:
            wanted.append(Wanted(Aspect.DISCOGRAPHY, mbid))
        elif kind is Kind.RELEASE_GROUP:
            wanted.append(Wanted(Aspect.EDITIONS, mbid))
        return await self._library.refresh_later(wanted, priority=1)

    async def _named(
        self, aspect: Aspect, kind: Kind, key: str, find: Callable[[CatalogueSnapshot], tuple[MBID, ...]]
    ) -> Outcome[tuple[EntityRef, ...]]:
        asked = await self._read(lambda build: find(build.catalogue), 1)
        refs = tuple(EntityRef(kind, mbid) for mbid in asked.result)
        return self._outcome(asked, Wanted(aspect, key), refs)

    async def _read(self, work: Callable[[Build], T], size: int, seconds: float | None = None) -> Asked[T]:
        async def attempt() -> T:
            build = self._library.current()
            return await self._run(build, lambda: work(build), size)

        return await self._library.ask(attempt, seconds=seconds)

    async def _run(self, build: Build, work: Callable[[], T], size: int) -> T:
        """Read here what is small, and elsewhere what is large or waits for another program."""
        return work() if size <= FEW and not build.remote else await self._offload(work)

    def _outcome(self, asked: Asked[Any], wanted: Wanted, value: Any) -> Outcome[Any]:
        """Return one outcome. A value without a note is from a catalogue that does not grow: from its dump."""
        fault = asked.faults.get(wanted)
        if fault is not None and not value:
            return Outcome(fault=fault)
        return Outcome(value, asked.found.get(wanted) or (None if value is None else self._from_dump()))

    def _from_dump(self) -> Provenance:
        catalogue = self._library.current().catalogue
        if catalogue is not self._dumped[0]:
            self._dumped = (catalogue, Provenance(DUMP, data_time(catalogue.info())))
        return self._dumped[1]


def reader(catalogue: CatalogueSnapshot, kind: Kind) -> Callable[[Sequence[MBID]], Sequence[Any]]:
    """Return the method that reads entities of a kind."""
    methods: dict[Kind, Callable[[Sequence[MBID]], Sequence[Any]]] = {
        Kind.ARTIST: catalogue.artists,
        Kind.RELEASE_GROUP: catalogue.release_groups,
        Kind.RELEASE: catalogue.releases,
        Kind.RECORDING: catalogue.recordings,
        Kind.LABEL: catalogue.labels,
        Kind.SERIES: catalogue.series,
    }
    return methods[kind]
