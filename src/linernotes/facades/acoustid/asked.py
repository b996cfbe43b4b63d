"""What a look-up asks for."""

from __future__ import annotations

import msgspec

from linernotes.facades.acoustid.errors import (
    INVALID_MAX_DURATION_DIFF,
    MISSING_PARAMETER,
    REQUEST_TOO_LARGE,
    Refused,
)
from linernotes.facades.acoustid.fingerprints import words_of
from linernotes.facades.acoustid.parameters import Parameters, uuid
from linernotes.usecases.identify.values import TOLERANCE, Query

MOST_FINGERPRINTS = 20
MOST_TRACKS = 100
LONGEST_TOLERANCE = 30
FAR = 10**9
"""No track has a duration near this one, either way: what is beyond finds nothing just as well."""


class Item(msgspec.Struct, frozen=True):
    """One of the things that are looked up: a fingerprint, or a track by its UUID ``gid``, sent as ``track``.

    ``index`` is its number in the batch; None for the one without a number.
    """

    index: int | None
    query: Query | None = None
    gid: str = ""
    track: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A look-up; one that is no batch has one item."""

    items: tuple[Item, ...]
    batch: bool


def read_lookup(given: Parameters, *, duration: str = "duration") -> Asked:
    """Return what is asked; ``duration`` is what that parameter is called.

    Items that are not right are left out. Raises ``Refused`` if the last one is such and no other was right.
    """
    tolerance = given.number("maxdurationdiff")
    tolerance = TOLERANCE if tolerance is None else tolerance
    if not 1 <= tolerance <= LONGEST_TOLERANCE:
        raise Refused(INVALID_MAX_DURATION_DIFF, "maxdurationdiff")
    suffixes = given.suffixes("fingerprint", "trackid")
    if not suffixes:
        raise Refused(MISSING_PARAMETER, "fingerprint")
    batch = bool(given.number("batch"))
    reading = _Reading(given, tolerance=tolerance, clip=bool(given.number("clip")), duration=duration)
    items: list[Item] = []
    for suffix in suffixes:
        try:
            items.append(reading.item(suffix))
        except Refused:
            if not items and suffix == suffixes[-1]:
                raise
            continue
        if not batch:
            break
        _check_size(items)
    return Asked(tuple(items), batch)


def _check_size(items: list[Item]) -> None:
    tracks = sum(item.query is None for item in items)
    if tracks > MOST_TRACKS or len(items) - tracks > MOST_FINGERPRINTS:
        raise Refused(REQUEST_TOO_LARGE)


class _Reading:
    """Reads items one by one."""

    def __init__(self, given: Parameters, *, tolerance: int, clip: bool, duration: str) -> None:
        self._given = given
        self._tolerance = tolerance
        self._clip = clip
        self._duration = duration

    def item(self, suffix: str) -> Item:
        index = int(suffix[1:]) if suffix else None
        track = self._given.text("trackid" + suffix)
        if track:
            return Item(index, gid=uuid(track, "trackid" + suffix), track=track)
        duration = self._length(self._duration + suffix)
        words = words_of(self._given.required("fingerprint" + suffix))
        return Item(index, Query(words, duration, self._tolerance, self._clip))

    def _length(self, name: str) -> int:
        given = self._given
        length = given.number(name) or 0 if self._clip else given.required_number(name)
        return max(-FAR, min(length, FAR))
