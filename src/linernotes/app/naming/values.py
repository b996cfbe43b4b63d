"""What somebody who names files answers, whoever it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from linernotes.usecases.identify.values import Query


class NamedRelease(msgspec.Struct, frozen=True):
    """The earliest release that a recording is on; ``date`` is as much of YYYY-MM-DD as is known."""

    mbid: str
    title: str
    date: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that a file may be. Texts are empty where nothing is known.

    ``acoustid`` is the UUID of the track that sounds alike, ``sources`` how many submissions say that it is this
    recording, ``length`` the seconds of what was matched, and ``offset`` where a clip begins in it, in seconds.
    ``by_tags`` tells a name that is known from somebody's tags alone.
    """

    score: float
    acoustid: str
    mbid: str = ""
    title: str = ""
    artist: str = ""
    release: NamedRelease | None = None
    sources: int = 0
    length: float | None = None
    offset: float | None = None
    by_tags: bool = False

    def why(self, query: Query) -> str:
        """Say in a few words what speaks for it, or against it, beside the score."""
        said = [f"{self.sources} source{'' if self.sources == 1 else 's'}"] if self.sources else []
        if query.clip:
            said += [f"from {_clock(self.offset)}"] if self.offset is not None else []
        elif self.length is not None:
            said += [_difference(self.length - query.duration)]
        if self.by_tags:
            said += ["named by tags"]
        elif not self.title:
            said += ["its name is not known"]
        return " · ".join(said)


def best_first(found: Sequence[Named]) -> tuple[Named, ...]:
    """Sort: what sounds most alike, then what has a name, then what more submissions say; equal ones by MBID.

    A track's only recording takes the name that tags have for the track, where it has none of its own.
    """
    named = [one for track in dict.fromkeys(one.acoustid for one in found) for one in _joined(found, track)]
    return tuple(sorted(named, key=lambda one: (-one.score, not one.title, -one.sources, one.mbid, one.title)))


def _joined(found: Sequence[Named], track: str) -> Sequence[Named]:
    of_track = [one for one in found if one.acoustid == track]
    recordings = [one for one in of_track if not one.by_tags]
    if len(recordings) != 1 or len(of_track) == 1 or recordings[0].title:
        return of_track
    said = next(one for one in of_track if one.by_tags)
    named = {"title": said.title, "artist": said.artist, "release": said.release, "by_tags": True}
    return [msgspec.structs.replace(recordings[0], **named)]


class Namer(Protocol):
    """Somebody who knows music by its sound."""

    @property
    def batch(self) -> int:
        """How many queries are best asked at once."""
        ...

    @property
    def clips(self) -> bool:
        """Whether it is known that excerpts are found."""
        ...

    async def name(self, queries: Sequence[Query], *, least: float) -> list[tuple[Named, ...]]:
        """Return what each may be, in the order asked, best first, and nothing of a score below ``least``.

        Raises ``Invalid`` when one of them cannot be asked for, and ``Unavailable`` or ``Unauthorised`` when none can.
        """
        ...


def _difference(seconds: float) -> str:
    # Whole seconds are asked with, so that less than one is no difference.
    whole = round(seconds)
    return f"duration differs by {abs(whole)} s" if abs(seconds) >= 1 else "same duration"


def _clock(seconds: float) -> str:
    tenths = round(abs(seconds) * 10)
    return f"{'-' if seconds < 0 else ''}{tenths // 600}:{tenths % 600 / 10:04.1f}"
