"""A dump as values: read from the staging database, past the compiler and the codec of any store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec

from linernotes.domain.catalogue import BuildInfo, Layer
from linernotes.domain.entities import Artist, Label, Recording, Release, ReleaseGroup, Series, Track
from linernotes.domain.ids import MBID
from linernotes.dumps.sources import find_sources
from linernotes.dumps.staged import StagedDump
from linernotes.dumps.staging import Stager
from linernotes.ports.ingest import AlbumEntry, RecordingEntry, RecordingFacts
from linernotes.ports.progress import NoProgress
from linernotes.stores.memory.catalogue import MemoryCatalogue

MEMORY_MB = 1000


class Everything(msgspec.Struct, frozen=True):
    """All entities of a dump."""

    artists: list[Artist]
    release_groups: list[ReleaseGroup]
    releases: list[Release]
    recordings: list[Recording]
    labels: list[Label]
    series: list[Series]

    def catalogue(self, info: BuildInfo) -> MemoryCatalogue:
        """Return them in the store that is only values."""
        return MemoryCatalogue(info=info, **msgspec.structs.asdict(self))


def read_dump(dump: Path, work: Path) -> Everything:
    """Stage a dump and read all of it."""
    layers = frozenset(Layer)
    stager = Stager(work, layers=layers, memory_mb=MEMORY_MB, threads=2, progress=NoProgress())
    sources = find_sources([dump], layers=layers, threads=2)
    staged = StagedDump(stager.stage(sources).file, memory_mb=MEMORY_MB, threads=2)
    try:
        albums = [entry for low, high in staged.album_ranges() for entry in staged.albums(low, high)]
        return Everything(
            artists=[entry.artist for low, high in staged.artist_ranges() for entry in staged.artists(low, high)],
            release_groups=[entry.group for entry in albums],
            releases=[release for entry in albums for release in entry.releases],
            recordings=list(_recordings(staged, albums)),
            labels=[label for _, label in staged.labels()],
            series=[series for _, series in staged.series()],
        )
    finally:
        staged.close()


def _recordings(staged: StagedDump, albums: list[AlbumEntry]) -> Iterator[Recording]:
    ordinals = {number: release for entry in albums for number, release in enumerate(entry.releases, entry.first)}
    for entry in staged.recordings():
        yield _recording(entry, [ordinals[place] for place in dict.fromkeys(entry.places)])


def _recording(entry: RecordingEntry, releases: list[Release]) -> Recording:
    facts = entry.facts or RecordingFacts()
    mbid = MBID(str(UUID(bytes=entry.mbid)))
    first = _first_track(mbid, releases)
    return Recording(
        mbid=mbid,
        title=first.title if first and facts.title is None else facts.title or "",
        credit=first.credit if first and facts.credit is None else facts.credit or (),
        length=first.length if first and not facts.length_differs else facts.length,
        disambiguation=facts.disambiguation,
        video=first.video if first else facts.video,
        isrcs=first.isrcs if first else facts.isrcs,
        tags=facts.tags,
        rating=facts.rating,
        links=facts.links,
        releases=tuple(release.mbid for release in releases),
        old_mbids=first.old_recording_mbids if first else facts.old_mbids,
        aliases=facts.aliases,
    )


def _first_track(recording: MBID, releases: list[Release]) -> Track | None:
    tracks = (track for release in releases for medium in release.media for track in medium.tracks)
    return next((track for track in tracks if track.recording == recording), None)
