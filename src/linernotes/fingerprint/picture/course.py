"""The course of two fingerprints laid over each other: in how many bits each pair of words differs."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.values import Words


class Course(msgspec.Struct, frozen=True, eq=False):
    """Where two fingerprints overlap: the words' differing bits (0-32), and the words at which it begins in A and B."""

    errors: NDArray[np.uint8]
    bits: NDArray[np.uint32]
    start_a: int
    start_b: int


def course(a: Words, b: Words, *, shift: int) -> Course:
    """Lay word `i` of B over word `i + shift` of A; an overlap of nothing has no errors."""
    start_a, start_b = max(shift, 0), max(-shift, 0)
    size = max(0, min(a.size - start_a, b.size - start_b))
    bits = a[start_a : start_a + size] ^ b[start_b : start_b + size]
    return Course(np.bitwise_count(bits), bits, start_a, start_b)
