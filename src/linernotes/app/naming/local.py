"""Names from the data folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from linernotes.app.naming.values import Named, NamedRelease, best_first
from linernotes.domain.dates import PartialDate, first_release_date
from linernotes.domain.entities import ArtistCredit, Recording, Release
from linernotes.domain.identification import UserMetadata
from linernotes.domain.ids import MBID
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording, Match, Query

BATCH = 16
WANTED = Detail(recordings=True, releases=True, user_metadata=True)


class Identifying(Protocol):
    """What is asked of the use case."""

    async def match(self, queries: Sequence[Query], *, limit: int = 10) -> list[tuple[Match, ...]]:
        """Return the tracks that sound like each query, best first."""
        ...

    async def describe(self, tracks: Sequence[int], detail: Detail) -> Description:
        """Return what is known of tracks."""
        ...


class LocalNamer:
    """Asks the use case."""

    batch = BATCH

    def __init__(self, *, identify: Identifying, clips: bool = False) -> None:
        """Ask what somebody else opened and closes; ``clips`` is whether whole tracks are indexed."""
        self._identify = identify
        self.clips = clips

    async def name(self, queries: Sequence[Query], *, least: float) -> list[tuple[Named, ...]]:
        found = await self._identify.match(queries)
        return [await self._described([one for one in each if one.score >= least]) for each in found]

    async def _described(self, matches: Sequence[Match]) -> tuple[Named, ...]:
        """Describe one file's tracks by themselves: what tags say is told only where nothing else is known of any."""
        if not matches:
            return ()
        known = await self._identify.describe([match.track.id for match in matches], WANTED)
        return best_first([one for match in matches for one in _of(match, known)])


def _of(match: Match, known: Description) -> list[Named]:
    track = match.track.id
    said = [_from_tags(match, one) for one in known.metadata.get(track, ())]
    return [_linked(match, one, known.releases) for one in known.links.get(track, ())] + said


def _linked(match: Match, link: LinkedRecording, releases: Mapping[MBID, Release]) -> Named:
    recording = link.recording
    return Named(
        score=match.score,
        acoustid=match.track.gid,
        mbid=link.mbid,
        title=recording.title if recording else "",
        artist=_credit(recording.credit) if recording else "",
        release=_earliest(recording, releases) if recording else None,
        sources=link.sources,
        length=match.duration or None,
        offset=match.offset,
    )


def _from_tags(match: Match, said: UserMetadata) -> Named:
    return Named(
        score=match.score,
        acoustid=match.track.gid,
        title=said.track,
        artist=said.artist,
        release=NamedRelease("", said.album, "" if said.year is None else f"{said.year:04}") if said.album else None,
        length=match.duration or None,
        offset=match.offset,
        by_tags=True,
    )


def _credit(credit: ArtistCredit) -> str:
    return "".join(one.name + one.join_phrase for one in credit)


def _earliest(recording: Recording, releases: Mapping[MBID, Release]) -> NamedRelease | None:
    found = [releases[mbid] for mbid in recording.releases if mbid in releases]
    if not found:
        return None
    first = min(found, key=lambda release: (_date(release).order(), release.mbid))
    date = _date(first)
    return NamedRelease(first.mbid, first.title, str(date) if date.year is not None else "")


def _date(release: Release) -> PartialDate:
    return first_release_date([event.date for event in release.events if event.date]) or PartialDate()
