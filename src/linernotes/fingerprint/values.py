"""What a fingerprint is made of: 32-bit words in time order, and the numbers that every part of this package shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid

Words: TypeAlias = NDArray[np.uint32]
"""A fingerprint: one dimension, in time order, one word each `WORD_SECONDS`."""

ALGORITHM = 1
"""The number of the algorithm that the AcoustID world shares, as the compressed text says it in its first byte."""

RATE = 11025
"""Samples per second that are looked at."""

FRAME_SAMPLES = 4096
"""Samples in one frame."""

HOP_SAMPLES = FRAME_SAMPLES // 3
"""Samples from the beginning of a frame to the beginning of the next."""

WORD_SECONDS = HOP_SAMPLES / RATE
"""Seconds from one word to the next, about 0.124."""

SHORTEST_SAMPLES = FRAME_SAMPLES + 19 * HOP_SAMPLES
"""Fewer samples than this, 2.72 seconds, make no word."""

SILENCE = 627964279
"""The word that silence makes."""

MOST_WORDS = 1 << 20
"""More words than this, 36 hours of sound, are not accepted from outside unless asked for."""


def as_words(numbers: Sequence[int] | NDArray[np.generic]) -> Words:
    """Return numbers as words; those of the signed form (a word from 2^31 on less 2^32) become what they stand for.

    An array of words comes back as it is. Raises `Invalid` for what is not a row of 32-bit whole numbers.
    """
    if isinstance(numbers, np.ndarray) and numbers.dtype == np.uint32 and numbers.ndim == 1:
        return cast(Words, numbers)
    try:
        found = np.asarray(numbers, dtype=np.int64) if len(numbers) else np.zeros(0, dtype=np.int64)
    except (TypeError, ValueError, OverflowError) as exc:
        raise Invalid("These are not the words of a fingerprint.", hint="Hand over a row of whole numbers.") from exc
    if found.ndim != 1 or (found.size and (found.min() < -(1 << 31) or found.max() >= 1 << 32)):
        raise Invalid("A word of a fingerprint is a whole number of 32 bits.", hint="Hand over one row of them.")
    return found.astype(np.uint32)
