"""AcoustID's scores for two fingerprints that begin at about the same place. Thresholds everywhere are tuned to them.

`score` is what its database computes and decides by: above 0.4 a fingerprint is an answer, above 0.75 it joins a track,
above 0.9 it is the same. `lookup_score` is what its look-ups report; unrelated sound comes near 0.5 there.
"""

from __future__ import annotations

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.kernels import compare as kernels
from linernotes.fingerprint.kernels.compiling import read_only
from linernotes.fingerprint.values import Words

MOST_OFFSET = 80
"""Words, 9.9 seconds, by which the beginnings may differ."""

MOST_WORDS = (1 << 16) - 1
"""Words of a fingerprint that are compared in every pair, a little more than two hours."""


class Comparison(msgspec.Struct, frozen=True):
    """A score, where it was found (a word of the first less its partner in the second), and how many keys met there."""

    score: float
    offset: int
    votes: int


def compare(a: Words, b: Words, *, most_offset: int = MOST_OFFSET) -> Comparison:
    """Return the database's score (0 to 1, to the precision of 32 bits) with offset and votes; 0 is no limit.

    Its quirks are kept: of words with the same top 14 bits the last counts, and neither one whose last is the very
    first word nor one with all 14 bits set has a vote.
    """
    score, offset, votes = kernels.compare(read_only(a), read_only(b), most_offset)
    return Comparison(float(score), int(offset), int(votes))


def score(a: Words, b: Words) -> float:
    """Return the score by which AcoustID's database decides, `acoustid_compare2` with 80 words."""
    return float(kernels.compare(read_only(a), read_only(b), MOST_OFFSET)[0])


def lookup_score(a: Words, b: Words) -> float:
    """Return the score that AcoustID's look-ups report. Raises `Invalid` for more than 65,535 words."""
    check(a, b)
    return float(kernels.lookup(read_only(a), read_only(b))[0])


def check(a: Words, b: Words) -> None:
    """Raise `Invalid` for fingerprints so long that comparing every pair could take minutes."""
    if max(a.size, b.size) > MOST_WORDS:
        message = f"A fingerprint of {max(a.size, b.size)} words is too long to compare; {MOST_WORDS} is the most."
        raise Invalid(message, hint="Fingerprint a shorter part.")
