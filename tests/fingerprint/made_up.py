"""Words as sound would make them, without sound: they change little from one to the next."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from linernotes.fingerprint.values import Words

any_words = st.one_of(
    arrays.arrays(np.uint32, st.integers(0, 60)),
    arrays.arrays(np.uint32, st.integers(0, 60), elements=st.sampled_from([0, 1, 1 << 31, 0xFFFFFFFF, 627964279])),
)


def track(seed: int, count: int = 948) -> Words:
    """Return the words of a made-up track: in each, about five bits differ from the one before."""
    random = np.random.default_rng(seed)
    delta = np.packbits(random.random((count, 32)) < 0.16, axis=1, bitorder="little").view("<u4").ravel()
    delta[:1] = random.integers(0, 1 << 32, size=min(count, 1), dtype=np.uint32)
    return np.bitwise_xor.accumulate(delta).astype(np.uint32)


def noisy(words: Words, share: float, seed: int = 0) -> Words:
    """Return the words with this share of their bits turned over."""
    random = np.random.default_rng(seed)
    flips = np.packbits(random.random((words.size, 32)) < share, axis=1, bitorder="little").view("<u4").ravel()
    return (words ^ flips).astype(np.uint32)
