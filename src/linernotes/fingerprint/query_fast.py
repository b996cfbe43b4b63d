"""`extract_query` and `extract_all` of `query` on compiled kernels: the same values, some ten times as fast.

Loading this loads numba, and the first call loads or compiles the kernels: for programs that handle many fingerprints.
"""

from __future__ import annotations

from linernotes.fingerprint.kernels import query as kernels
from linernotes.fingerprint.kernels.compiling import read_only
from linernotes.fingerprint.query import LENGTH, START
from linernotes.fingerprint.values import Words


def extract_query(words: Words) -> Words:
    """Return up to 120 different values, as `query.extract_query` does."""
    words = read_only(words)
    first = max(0, min(int(kernels.sounding(words)) - LENGTH, START))
    return kernels.distinct(words, first, LENGTH)


def extract_all(words: Words) -> Words:
    """Return every different value but silence, as `query.extract_all` does."""
    words = read_only(words)
    return kernels.distinct(words, 0, max(1, words.size))
