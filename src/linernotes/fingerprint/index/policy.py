"""Which segments to merge, and when: sizes in tiers, each three times the one below, each with two segments at most.

A posting is so written about log3(N / flush) times in all, and a search visits at most twice as many segments. As a
document lives in one segment only, the segments that are merged need not be neighbours in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

WIDTH = 3
# A bucket's offset is 32 bits, and a segment that large takes minutes to merge.
LARGEST = 3_000_000_000
_LEAST_POSTINGS = 12
_IDLE_WIDTH = 4
_DEAD_SHARE = 0.25


class Size(NamedTuple):
    """What the policy knows of a segment: postings and documents of all, and how many documents live."""

    postings: int
    documents: int
    living: int


def choose_merge(sizes: Sequence[Size], *, tier: int, largest: int = LARGEST) -> list[int]:
    """Return the places of the segments to merge now, which can be one alone, or none.

    `tier` is the size in postings below which segments are of the lowest tier.
    """
    for place, size in enumerate(sizes):
        if size.living == 0 or size.documents - size.living > max(_DEAD_SHARE * size.documents, 1000):
            return [place]
    tiers: dict[int, list[int]] = {}
    for place, size in enumerate(sizes):
        if _living(size) * WIDTH <= largest:
            tiers.setdefault(_tier(size, tier), []).append(place)
    for _, places in sorted(tiers.items()):
        if len(places) >= WIDTH:
            return _within(places, sizes, largest)
    return []


def choose_idle(sizes: Sequence[Size], *, tier: int, largest: int = LARGEST) -> list[int]:
    """Return the places of the segments to merge while nobody writes.

    These are the small ones, and with them the next larger one as long as it is not much larger than they are together,
    so that a large one is not written anew for a little.
    """
    chosen: list[int] = []
    total = 0
    for place in sorted(range(len(sizes)), key=lambda place: _living(sizes[place])):
        size = _living(sizes[place])
        if chosen and (size > max(_IDLE_WIDTH * total, tier) or total + size > largest):
            if len(chosen) > 1:
                break
            chosen, total = [], 0
        chosen.append(place)
        total += size
    return chosen if len(chosen) > 1 else []


def choose_all(sizes: Sequence[Size], *, largest: int = LARGEST) -> list[int]:
    """Return the places of segments whose merging leaves as few as there can be, or none when they are that few."""
    chosen: list[int] = []
    total = 0
    for place in sorted(range(len(sizes)), key=lambda place: _living(sizes[place])):
        if total + _living(sizes[place]) > largest:
            break
        chosen.append(place)
        total += _living(sizes[place])
    if len(chosen) == 1 and sizes[chosen[0]].living == sizes[chosen[0]].documents:
        return []
    return chosen


def _within(places: Sequence[int], sizes: Sequence[Size], largest: int) -> list[int]:
    """Return the first places whose segments together are not too large."""
    totals = accumulate(_living(sizes[place]) for place in places)
    return [place for place, total in zip(places, totals, strict=True) if total <= largest]


def _living(size: Size) -> int:
    """Return about how many postings live; documents that have next to none weigh as if they had some."""
    return max(size.postings * size.living // max(size.documents, 1), _LEAST_POSTINGS * size.living)


def _tier(size: Size, tier: int) -> int:
    found, upto = 0, tier
    while _living(size) > upto:
        found += 1
        upto *= WIDTH
    return found
