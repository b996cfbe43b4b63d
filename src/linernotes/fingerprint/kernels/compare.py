"""AcoustID's two scores: the database's (`compare`) and the one that its look-ups report (`lookup`)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compiling import Int, kernel, popcount

_Words = NDArray[np.uint32]
_Marks = NDArray[np.uint8]

_KEYS = 1 << 14
_NEVER_ASKED = _KEYS - 1
_SHIFT = np.uint32(18)
_WINDOW = 80
# A Gaussian of deviation 1.3 in three places, the middle one counting 1, and the sum of the three.
_SIDE = math.exp(-0.5 / 1.3**2)
_WEIGHT = 1 + 2 * _SIDE


@kernel
def compare(a: _Words, b: _Words, most_offset: Int) -> tuple[np.float32, Int, Int]:
    """Return score, offset (a word of `a` less its partner in `b`) and votes; a `most_offset` of 0 is no limit."""
    marks = np.zeros(_KEYS, dtype=np.uint8)
    offset, votes = vote(a, b, most_offset, marks)
    if votes == 0:
        return np.float32(0), 0, 0
    left = a[offset:] if offset > 0 else a
    right = b[-offset:] if offset < 0 else b
    paired = np.int64(min(left.size, right.size) // 2 * 2)
    shorter = np.int64(min(a.size, b.size) // 2 * 2)
    if paired == 0 or shorter == 0:
        return np.float32(0), offset, votes
    left_keys, right_keys = distinct(left, marks, np.uint8(2)), distinct(right, marks, np.uint8(3))
    if votes < 0.02 * max(left_keys, right_keys):
        return np.float32(0), offset, votes
    wrong = differing(left[:paired], right[:paired])
    score = np.float32(max(0.0, paired / shorter * (1 - 2 * np.float32(wrong) / (32 * paired))))
    variety = min(
        np.float32(1),
        np.float32(np.float32(left_keys + 10) / np.float32(left.size) + 0.5),
        np.float32(np.float32(right_keys + 10) / np.float32(right.size) + 0.5),
    )
    if variety < 1:
        score = np.float32(np.float64(score) ** (8 - 7 * np.float64(variety)))
    return score, offset, votes


@kernel
def vote(a: _Words, b: _Words, most_offset: Int, marks: _Marks) -> tuple[Int, Int]:
    """Return the offset at which most keys have their last places in both, and how many; 0 votes when there is none.

    Of several such offsets, the one whose highest key is lowest: it is complete first when keys are walked in order.
    A key whose last place is the first word does not count, nor does the highest key. Marks in `b`'s keys become 1.
    """
    # Not cleared, which would take a third of the time: an entry counts if it leads to a word with its key.
    last = np.empty(_KEYS, dtype=np.uint32)
    for i in range(np.uint64(a.size)):
        last[a[i] >> _SHIFT] = i
    reach = np.int64(most_offset) if most_offset else np.int64(max(a.size, b.size))
    counts = np.zeros(2 * reach + 1, dtype=np.uint32)
    highest = np.zeros(2 * reach + 1, dtype=np.uint32)
    size = np.uint64(a.size)
    for back in range(np.uint64(1), np.uint64(b.size)):
        place = np.uint64(b.size) - back
        key = np.uint64(b[place] >> _SHIFT)
        if marks[key]:
            continue
        marks[key] = np.uint8(1)
        partner = np.uint64(last[key])
        if partner == 0 or partner >= size or np.uint64(a[partner] >> _SHIFT) != key or key == _NEVER_ASKED:
            continue
        slot = np.uint64(np.int64(partner) - np.int64(place) + reach)
        if slot < np.uint64(counts.size):
            counts[slot] += np.uint32(1)
            highest[slot] = max(highest[slot], np.uint32(key))
    best = 0
    for i in range(1, counts.size):
        if counts[i] > counts[best] or (counts[i] == counts[best] and highest[i] < highest[best]):
            best = i
    return best - reach, np.int64(counts[best])


@kernel
def distinct(words: _Words, marks: _Marks, mark: np.uint8) -> Int:
    """Return how many different keys the words have; marks that were not this one become it."""
    found = np.int64(0)
    for i in range(np.uint64(words.size)):
        key = np.uint64(words[i] >> _SHIFT)
        found += np.int64(marks[key] != mark)
        marks[key] = mark
    return found


@kernel
def differing(a: _Words, b: _Words) -> Int:
    """Return how many bits differ between two rows of the same length."""
    bits = np.uint64(0)
    for i in range(np.uint64(a.size)):
        bits += np.uint64(popcount(np.uint32(a[i] ^ b[i])))
    return np.int64(bits)


@kernel
def odd_bits(words: _Words) -> NDArray[np.uint16]:
    """Return every second bit of each word, from bit 1 on, side by side."""
    keys = np.empty(words.size, dtype=np.uint16)
    for i in range(np.uint64(words.size)):
        x = np.uint32((words[i] >> np.uint32(1)) & np.uint32(0x55555555))
        x = np.uint32((x | (x >> np.uint32(1))) & np.uint32(0x33333333))
        x = np.uint32((x | (x >> np.uint32(2))) & np.uint32(0x0F0F0F0F))
        x = np.uint32((x | (x >> np.uint32(4))) & np.uint32(0x00FF00FF))
        keys[i] = np.uint16(x | (x >> np.uint32(8)))
    return keys


@kernel
def lookup(a: _Words, b: _Words) -> tuple[float, Int]:
    """Return the score that look-ups report, and the offset; each has fewer than 65,536 words."""
    a_keys, b_keys = odd_bits(a), odd_bits(b)
    offset, peak = peak_of(a_keys, b_keys)
    if peak == 0:
        return 0.0, 0
    left, left_keys = (a[offset:], a_keys[offset:]) if offset > 0 else (a, a_keys)
    right, right_keys = (b[-offset:], b_keys[-offset:]) if offset < 0 else (b, b_keys)
    paired = min(left.size, right.size)
    if paired == 0:
        return 0.0, offset
    left_found, right_found = different(left_keys), different(right_keys)
    if peak < 0.02 * max(left_found, right_found):
        return 0.0, offset
    wrong = differing(left[:paired], right[:paired])
    score = paired / min(a.size, b.size) * (1 - wrong / (32 * paired))
    variety = min(1.0, (left_found + 10) / left.size + 0.5, (right_found + 10) / right.size + 0.5)
    return (score ** (8 - 7 * variety) if variety < 1 else score), offset


@kernel
def peak_of(a: NDArray[np.uint16], b: NDArray[np.uint16]) -> tuple[Int, float]:
    """Return the offset, within 80 words, around which most pairs of equal keys lie, and the smoothed count there."""
    counts = np.zeros(2 * _WINDOW + 5, dtype=np.float64)
    first = np.zeros(_KEYS, dtype=np.uint16)
    following = np.empty(b.size, dtype=np.uint16)
    for back in range(b.size):
        place = b.size - 1 - back
        key = b[place] & (_KEYS - 1)
        following[place] = first[key]
        first[key] = place + 1
    for i in range(a.size):
        key = a[i] & (_KEYS - 1)
        at = np.int64(first[key])
        while at and at - 1 < i - _WINDOW:
            at = np.int64(following[at - 1])
        first[key] = at
        while at and at - 1 <= i + _WINDOW:
            counts[i - at + 1 + _WINDOW + 2] += 1
            at = np.int64(following[at - 1])
    smooth = np.zeros(counts.size, dtype=np.float64)
    # Divided by the weight at the very end only: like counts must stay alike.
    smooth[1:-1] = counts[1:-1] + _SIDE * (counts[:-2] + counts[2:])
    least = max(2 + _SIDE * 4, smooth.max() / 10)
    best = 0
    for i in range(1, smooth.size - 1):
        if smooth[i] >= least and smooth[i - 1] <= smooth[i] > smooth[i + 1] and smooth[i] > smooth[best]:
            best = i
    return (best - _WINDOW - 2, smooth[best] / _WEIGHT) if best else (0, 0.0)


@kernel
def different(keys: NDArray[np.uint16]) -> Int:
    """Return how many different keys there are."""
    seen = np.zeros(1 << 10, dtype=np.uint64)
    for i in range(np.uint64(keys.size)):
        seen[keys[i] >> 6] |= np.uint64(1) << np.uint64(keys[i] & 63)
    found = np.uint64(0)
    for i in range(np.uint64(seen.size)):
        found += popcount(seen[i])
    return np.int64(found)
