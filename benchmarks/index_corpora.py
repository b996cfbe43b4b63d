"""Made-up fingerprints for the benchmarks of the index: 120 different hashes each, whose lowest four bits are 0.

Block b of a corpus is the same in every process, so that a load program can ask for what a server was loaded with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 1000
LENGTH = 120
SHARE = 0.2
"""Of the hashes of a Zipf-heavy corpus, so many come from a million values with frequencies by rank."""
KINDS = {"uniform": 0.0, "zipf": 0.8, "zipf-1": 1.0}
"""The exponent of the frequencies; 0 is none of these values at all."""
_VALUES = 1_000_000


class Corpus:
    """Fingerprints of a kind, in blocks of `BLOCK`."""

    def __init__(self, kind: str) -> None:
        self._exponent = KINDS[kind]
        if self._exponent:
            weights = np.arange(1, _VALUES + 1) ** -self._exponent
            self._below = np.cumsum(weights / weights.sum())
            self._values = np.random.default_rng(0).integers(0, 1 << 28, _VALUES, dtype=np.uint32) << 4

    def block(self, number: int) -> NDArray[np.uint32]:
        """Return a block's hashes: one row per document, each row without repeats."""
        rng = np.random.default_rng([number, 1])
        hashes = self._draw(rng, (BLOCK, LENGTH))
        if not self._exponent:
            return hashes
        while True:
            hashes.sort(axis=1)
            again = np.zeros(hashes.shape, dtype=bool)
            again[:, 1:] = hashes[:, 1:] == hashes[:, :-1]
            if not again.any():
                return hashes
            hashes[again] = rng.integers(0, 1 << 28, int(again.sum()), dtype=np.uint32) << 4

    def queries(self, count: int, *, documents: int) -> list[NDArray[np.uint32]]:
        """Return queries: first, third … are documents with 40 % of their hashes replaced, the others are unknown."""
        rng = np.random.default_rng(2)
        blocks = {int(number): self.block(int(number)) for number in rng.integers(0, documents // BLOCK, 50)}
        unknown = self._draw(rng, (count, LENGTH))
        found = []
        for i in range(count):
            query = unknown[i].copy()
            if i % 2 == 0:
                block = blocks[list(blocks)[i // 2 % len(blocks)]]
                kept = rng.random(LENGTH) >= 0.4
                query[kept] = block[rng.integers(0, BLOCK)][kept]
            found.append(query)
        return found

    def _draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.uint32]:
        hashes = rng.integers(0, 1 << 28, shape, dtype=np.uint32) << 4
        if self._exponent:
            common = rng.random(shape) < SHARE
            hashes[common] = self._values[np.searchsorted(self._below, rng.random(int(common.sum())))]
        return hashes
