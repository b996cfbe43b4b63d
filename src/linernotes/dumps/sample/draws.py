"""Stateless random draws: every value is a hash of seed, purpose and row id.

A row therefore never depends on how many rows come before it or how they are cut into chunks, which is what makes a
sample repeatable and lets an edited copy keep every other row byte for byte.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


class Draws:
    """Random bits for one seed; `purpose` names an independent stream."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, purpose: str, ids: NDArray[Any]) -> Bits:
        """Return 64 random bits per id: the finaliser of splitmix64 (Steele, Lea, Flood 2014) over key + id."""
        digest = blake2b(f"{self._seed}:{purpose}".encode(), digest_size=8).digest()
        x = ids.astype(np.uint64)
        x *= _GOLDEN
        x += np.uint64(int.from_bytes(digest, "little"))
        x ^= x >> np.uint64(30)
        x *= _MIX1
        x ^= x >> np.uint64(27)
        x *= _MIX2
        x ^= x >> np.uint64(31)
        return x

    def unit(self, purpose: str, ids: NDArray[Any]) -> NDArray[np.float64]:
        """Return one uniform number in [0, 1) per id."""
        return (self.bits(purpose, ids) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, purpose: str, ids: NDArray[Any], limit: int | NDArray[Any]) -> Ints:
        """Return one uniform integer in [0, limit) per id; `limit` may differ by row and must be positive."""
        return scaled(self.bits(purpose, ids), limit)

    def chance(self, purpose: str, ids: NDArray[Any], share: float) -> NDArray[np.bool_]:
        """Return for each id whether it belongs to a random `share` of all ids."""
        return (self.bits(purpose, ids) >> np.uint64(32)) < np.uint64(int(share * 2**32))


def scaled(bits: Bits, limit: int | NDArray[Any]) -> Ints:
    """Map 64 random bits to [0, limit) by their upper half."""
    span = np.asarray(limit).astype(np.uint64)
    return (((bits >> np.uint64(32)) * span) >> np.uint64(32)).astype(np.int64)


def field(bits: Bits, index: int) -> NDArray[np.uint16]:
    """Return the index-th of the four independent 16-bit fields of 64 random bits."""
    return ((bits >> np.uint64(16 * index)) & np.uint64(0xFFFF)).astype(np.uint16)


def choice(bits: NDArray[Any], weights: Mapping[int, float]) -> Ints:
    """Map 16-bit fields to the keys of `weights`, in proportion to their weights."""
    drawn: Ints = lottery(weights)[bits]
    return drawn


def lottery(weights: Mapping[int, float]) -> Ints:
    """Return a table of 65,536 keys in which each key takes a share in proportion to its weight."""
    edges = np.cumsum(list(weights.values()))
    cuts = np.round(edges / edges[-1] * 65536).astype(np.int64)
    table: Ints = np.repeat(np.fromiter(weights, np.int64), np.diff(cuts, prepend=0))
    return table


def power_rank(unit: NDArray[np.float64], size: int, exponent: float, offset: float) -> Ints:
    """Map uniform numbers to ranks 0..size-1 with density (rank + offset) ** -exponent, below 1: Zipf-Mandelbrot."""
    power = 1.0 - exponent
    low, high = offset**power, (size + offset) ** power
    rank = (low + unit * (high - low)) ** (1.0 / power) - offset
    whole: Ints = np.clip(rank.astype(np.int64), 0, size - 1)
    return whole
