"""The part of a fingerprint that an index keeps and is asked with, as AcoustID takes it."""

from __future__ import annotations

import numpy as np

from linernotes.fingerprint.values import SILENCE, Words

LENGTH = 120
START = 80
MASK = 0xFFFFFFF0
_STEP = 512


def extract_query(words: Words) -> Words:
    """Return up to 120 different values, the top 28 bits of words, in the order in which they come.

    Silence is left out. The walk begins at the 80th word, or earlier when fewer than 200 words are not silent; that
    count decides although it is used as a place among all words. Only silence makes an empty query.
    """
    clean = int(np.count_nonzero(words != SILENCE))
    first = max(0, min(clean - LENGTH, START))
    found: dict[int, None] = {}
    for start in range(first, words.size, _STEP):
        part = words[start : start + _STEP]
        found.update(dict.fromkeys((part[part != SILENCE] & np.uint32(MASK)).tolist()))
        if len(found) >= LENGTH:
            break
    return np.array(list(found)[:LENGTH], dtype=np.uint32)


def extract_all(words: Words) -> Words:
    """Return every different value but silence, the top 28 bits of words, in the order in which they come first."""
    return np.array(list(dict.fromkeys((words[words != SILENCE] & np.uint32(MASK)).tolist())), dtype=np.uint32)
