"""The different values of a fingerprint in the order in which they come. `linernotes.fingerprint.query` is the twin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compiling import Int, kernel
from linernotes.fingerprint.values import SILENCE

_Words = NDArray[np.uint32]
_MASK = np.uint32(0xFFFFFFF0)
_SILENCE = np.uint32(SILENCE)
# Knuth's multiplicative hashing: the golden ratio's share of 32 bits.
_FACTOR = np.uint32(2654435769)


@kernel
def sounding(words: _Words) -> Int:
    """Return how many words are not silence."""
    count = 0
    for word in words:
        count += word != _SILENCE
    return count


@kernel
def distinct(words: _Words, first: Int, most: Int) -> _Words:
    """Return up to `most` different values from a word on, without silence, the top 28 bits of each."""
    bits = 1
    while (1 << bits) < 2 * most:
        bits += 1
    shift = np.uint32(32 - bits)
    last = np.uint64((1 << bits) - 1)
    # A value's lowest four bits are 0, so that 1 is none.
    seen = np.full(1 << bits, 1, dtype=np.uint32)
    found = np.empty(most, dtype=np.uint32)
    count = np.uint64(0)
    for at in range(np.uint64(first), np.uint64(words.size)):
        if words[at] == _SILENCE:
            continue
        value = words[at] & _MASK
        place = np.uint64(np.uint32(value * _FACTOR) >> shift)
        while seen[place] != np.uint32(1) and seen[place] != value:
            place = (place + np.uint64(1)) & last
        if seen[place] == value:
            continue
        seen[place] = value
        found[count] = value
        count += np.uint64(1)
        if count == np.uint64(most):
            break
    return found[:count]
