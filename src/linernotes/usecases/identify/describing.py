"""What tracks are: their links to recordings, and of these what the library knows.

However many tracks there are, their links, recordings, releases and release groups are each one read, or one for each
`MOST_IN_BATCH` of them. A recording of great fame is on hundreds of releases, and a look-up may name hundreds of
tracks: of one request at most `MOST_RECORDINGS` and `MOST_RELEASES` are read, in turn of each track and recording, so
that each has its first ones. What is beyond is as if it were not known here.

Links are what is answered; the rest is beside it, so that a fault there leaves the answer smaller, and does not end it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice, zip_longest
from typing import Any, TypeVar

import msgspec

from linernotes.domain.entities import Recording, Release, ReleaseGroup
from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.domain.identification import RecordingLink
from linernotes.domain.ids import MBID, Kind
from linernotes.ports.build import Build
from linernotes.ports.identification import Tracks
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording
from linernotes.usecases.library import Library
from linernotes.usecases.library.lookups import FEW, MOST_IN_BATCH, reader

T = TypeVar("T")

MOST_RECORDINGS = 2000
MOST_RELEASES = 1000
MOST_LINKS = 1000
"""So many recordings of a track are told, those with most sources: far more than any real one has."""

MOST_METADATA = 10
"""What so many users said of a track is told, if nobody else knows it."""

_log = logging.getLogger(__name__)


class _Known(msgspec.Struct):
    """What the library knows, by the MBIDs that it was asked for."""

    recordings: dict[MBID, Recording] = {}
    releases: dict[MBID, Release] = {}
    release_groups: dict[MBID, ReleaseGroup] = {}


class Describer:
    """Tells what tracks are. For the event loop."""

    def __init__(self, *, tracks: Tracks, library: Library, offload: Offload, seconds: float) -> None:
        """Sources are waited for so long, where the library asks any."""
        self._tracks = tracks
        self._library = library
        self._offload = offload
        self._seconds = seconds

    async def describe(self, tracks: Sequence[int], detail: Detail) -> Description:
        """Return what is known. Raises what the tracks' store has for a fault.

        Whoever links to a recording by an MBID of old links to the recording that it was merged into. Without any
        detail, links are wanted alone: no source is asked.
        """
        asked = list(dict.fromkeys(tracks))
        remote = self._tracks.remote
        links = await self._run(lambda: self._tracks.links(asked, limit=MOST_LINKS), len(asked), remote=remote)
        enabled = [tuple([link for link in row if not link.disabled]) for row in links]
        known = await self._known(enabled, detail)
        metadata = {}
        if detail.user_metadata and not known.recordings:
            said = await self._run(lambda: self._tracks.metadata(asked, limit=MOST_METADATA), len(asked), remote=remote)
            metadata = {track: rows for track, rows in zip(asked, said, strict=True) if rows}
        return Description(
            links={track: _linked(row, known.recordings) for track, row in zip(asked, enabled, strict=True)},
            releases=known.releases,
            release_groups=known.release_groups,
            metadata=metadata,
        )

    async def _known(self, links: Sequence[Sequence[RecordingLink]], detail: Detail) -> _Known:
        mbids = _in_turn([[link.mbid for link in row] for row in links], MOST_RECORDINGS)
        if not mbids:
            return _Known()
        if detail == Detail():
            return await self._look(mbids, detail)
        return (await self._library.ask(lambda: self._look(mbids, detail), seconds=self._seconds)).result

    async def _look(self, mbids: Sequence[MBID], detail: Detail) -> _Known:
        """Read what is here; the library fetches what is missing if it asked for this."""
        known = _Known()
        try:
            build = self._library.current()
        except Unavailable:
            return known  # Nothing was imported: links are all that there is.
        try:
            known.recordings = await self._entities(build, Kind.RECORDING, mbids)
            if detail.releases or detail.release_groups:
                releases = [recording.releases for recording in known.recordings.values()]
                known.releases = await self._entities(build, Kind.RELEASE, _in_turn(releases, MOST_RELEASES))
            if detail.release_groups:
                groups = dict.fromkeys(release.release_group for release in known.releases.values())
                known.release_groups = await self._entities(build, Kind.RELEASE_GROUP, list(groups))
        except LinernotesError as error:
            _log.warning("Not all that is known of tracks can be told: %s", error.message)
        return known

    async def _entities(self, build: Build, kind: Kind, mbids: Sequence[MBID]) -> dict[MBID, Any]:
        """Read entities; of those that are not here as a whole, what little is known."""
        if not mbids:
            return {}
        return await self._run(lambda: _read(build, kind, mbids), len(mbids), remote=build.remote)

    async def _run(self, work: Callable[[], T], size: int, *, remote: bool) -> T:
        """Read here what is small, and elsewhere what is large or waits for another program."""
        return await self._offload(work) if remote or size > FEW else work()


def _read(build: Build, kind: Kind, mbids: Sequence[MBID]) -> dict[MBID, Any]:
    found: dict[MBID, Any] = {}
    for start in range(0, len(mbids), MOST_IN_BATCH):
        part = mbids[start : start + MOST_IN_BATCH]
        found.update(zip(part, reader(build.catalogue, kind)(part), strict=True))
        lacking = [mbid for mbid in part if found[mbid] is None] if build.partly is not None else []
        if lacking:
            found.update(zip(lacking, reader(build.known, kind)(lacking), strict=True))
    return {mbid: value for mbid, value in found.items() if value is not None}


def _in_turn(rows: Iterable[Sequence[MBID]], most: int) -> list[MBID]:
    """Return at most so many different MBIDs: the first of each row, then the second of each, and so on."""
    columns = zip_longest(*rows)
    return list(islice(dict.fromkeys(mbid for mbid in chain.from_iterable(columns) if mbid is not None), most))


def _linked(links: Iterable[RecordingLink], recordings: Mapping[MBID, Recording]) -> tuple[LinkedRecording, ...]:
    sources: dict[MBID, int] = {}
    known: dict[MBID, Recording] = {}
    for link in links:
        recording = recordings.get(link.mbid)
        mbid = link.mbid if recording is None else recording.mbid
        sources[mbid] = sources.get(mbid, 0) + link.sources
        if recording is not None:
            known[mbid] = recording
    return tuple([LinkedRecording(mbid, sources[mbid], known.get(mbid)) for mbid in sorted(sources)])
