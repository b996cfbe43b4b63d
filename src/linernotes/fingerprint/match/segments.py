"""Which parts of one recording are in another, as Chromaprint's matcher finds them."""

from __future__ import annotations

import msgspec

from linernotes.fingerprint.kernels import segments as kernels
from linernotes.fingerprint.kernels.compiling import read_only
from linernotes.fingerprint.match.compare import check
from linernotes.fingerprint.values import Words

MOST_ERROR = 10.0
"""Bits of 32 that may differ in the mean, Chromaprint's own threshold."""


class Segment(msgspec.Struct, frozen=True):
    """A shared part: where it begins in either fingerprint and its length, in words, and the bits that differ.

    `error` is the mean number of differing bits in a word, 0 to 32.
    """

    a: int
    b: int
    length: int
    error: float


def segments(a: Words, b: Words, *, most_error: float = MOST_ERROR) -> tuple[Segment, ...]:
    """Return the parts that are shared at the best offset of the two, in time order.

    Differs from Chromaprint in two places: nothing random is added to the errors, and a part is joined with the one
    before only where they touch. Raises `Invalid` for more than 65,535 words.
    """
    check(a, b)
    if not a.size or not b.size:
        return ()
    offset, rows = kernels.segments(read_only(a), read_only(b), most_error)
    in_a, in_b = max(int(offset), 0), max(-int(offset), 0)
    return tuple(Segment(in_a + begin, in_b + begin, length, bits / length) for begin, length, bits in rows.tolist())
