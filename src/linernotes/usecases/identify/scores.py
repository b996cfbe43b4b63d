"""Which score decides what is a match, which one is told, and how a match among others is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import Struct

from linernotes.fingerprint.match import compare
from linernotes.fingerprint.values import Words
from linernotes.usecases.identify.values import Match

LEAST = 0.4
"""A match has more than this by the score of AcoustID's database, whichever score is told."""

Score = Callable[[Words, Words], float]

_single = Struct("<f")


def reported(kind: str) -> Score:
    """Return the score that is told: `sql`, or AcoustID's look-ups' own, which programs' thresholds are made for."""
    return compare.score if kind == "sql" else compare.lookup_score


def rounded(score: float) -> float:
    """Return the shortest decimal of a score's 32 bits, which is how AcoustID writes it: 0.9290991."""
    [single] = _single.unpack(_single.pack(score))
    for digits in (6, 7, 8):
        short = float(f"{single:.{digits}g}")
        if _single.unpack(_single.pack(short))[0] == single:
            return short
    return float(f"{single:.9g}")


def best(matches: Iterable[Match], limit: int) -> tuple[Match, ...]:
    """Return the best match of each track, best first, of equal ones the one of the lowest fingerprint first."""
    chosen: dict[int, Match] = {}
    for match in sorted(matches, key=lambda match: (-match.score, match.fingerprint)):
        chosen.setdefault(match.track.id, match)
    return tuple(chosen.values())[:limit]
