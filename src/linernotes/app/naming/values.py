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

    def why(self, query: Query) -> str:
        """Say in a few words what speaks for it, or against it, beside the score."""
        said = [f"{self.sources} source{'' if self.sources == 1 else 's'}"] if self.sources else []
        if query.clip:
            said += [f"from {_clock(self.offset)}"] if self.offset is not None else []
        elif self.length is not None:
            said += [_difference(self.length - query.duration)]
        if not self.mbid:
            said += ["named by tags"]
        elif not self.title:
            said += ["its name is not known"]
        return " · ".join(said)


def best_first(found: Sequence[Named]) -> tuple[Named, ...]:
    """Sort: what sounds most alike, then what has a name, then what more submissions say; equal ones by MBID."""
    return tuple(sorted(found, key=lambda one: (-one.score, not one.title, -one.sources, one.mbid, one.title)))


class Namer(Protocol):
    """Somebody who knows music by its sound."""

    @property
    def batch(self) -> int:
        """How many queries are best asked at once."""
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
