"""Chromaprint's search for the parts that two fingerprints share, in whole numbers throughout.

The smoothing is three box filters; their sums are kept undivided, so that no rounding decides about a border.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compiling import Int, kernel, popcount

_Words = NDArray[np.uint32]
_Counts = NDArray[np.int32]

_SHIFT = np.uint32(20)
_KEYS = 1 << 12
# A gradient of more than 0.15 bits per word, as half a central difference of sums over 15 x 15 x 17 words.
_STEEP = 0.15 * 2 * 15 * 15 * 17
_ALIKE = 0.7


@kernel
def best_offset(a: _Words, b: _Words) -> tuple[Int, Int]:
    """Return where in `a` the first word of `b` lies when most keys meet, and how many do; of several, the last."""
    ends = np.zeros(_KEYS + 1, dtype=np.uint32)
    for i in range(np.uint64(b.size)):
        ends[(b[i] >> _SHIFT) + np.uint32(1)] += 1
    for i in range(np.uint64(_KEYS)):
        ends[i + np.uint64(1)] += ends[i]
    places = np.empty(b.size, dtype=np.uint32)
    filled = ends[:_KEYS].copy()
    for i in range(np.uint64(b.size)):
        key = b[i] >> _SHIFT
        places[filled[key]] = i
        filled[key] += 1
    counts = np.zeros(a.size + b.size, dtype=np.uint32)
    for i in range(np.uint64(a.size)):
        key = a[i] >> _SHIFT
        last = np.uint64(i + np.uint64(b.size))
        for place in range(np.uint64(ends[key]), np.uint64(ends[key + np.uint32(1)])):
            counts[last - np.uint64(places[place])] += 1
    best = 0
    for i in range(1, counts.size):
        if counts[i] >= counts[best]:
            best = i
    return best - b.size, np.int64(counts[best])


@kernel
def box(values: _Counts, width: Int) -> _Counts:
    """Return for each value the sum of the `width` values around it; beyond the ends, the values are mirrored."""
    half = width // 2
    size = values.size
    wide = np.empty(size + 2 * half, dtype=np.int32)
    wide[half : half + size] = values
    for i in range(half):
        before, after = i % (2 * size), (size - 1 - i) % (2 * size)
        wide[half - 1 - i] = values[min(before, 2 * size - 1 - before)]
        wide[half + size + i] = values[min(after, 2 * size - 1 - after)]
    sums = np.empty(size, dtype=np.int32)
    total = np.int32(wide[:width].sum())
    sums[0] = total
    for i in range(np.uint64(size - 1)):
        total += wide[i + np.uint64(width)] - wide[i]
        sums[i + np.uint64(1)] = total
    return sums


@kernel
def borders(wrong: _Counts) -> NDArray[np.int64]:
    """Return where the bit error changes steeply, in order, and the end."""
    smooth = box(box(box(wrong, 15), 15), 17)
    size = wrong.size
    steep = np.zeros(size, dtype=np.int32)
    for i in range(1, size - 1):
        steep[i] = abs(smooth[i + 1] - smooth[i - 1])
    if size > 1:
        steep[0] = 2 * abs(smooth[1] - smooth[0])
        steep[-1] = 2 * abs(smooth[-1] - smooth[-2])
    found = np.empty(size + 1, dtype=np.int64)
    count = 0
    for i in range(1, size - 1):
        peak = steep[i] > _STEEP and steep[i] >= steep[i - 1] and steep[i] >= steep[i + 1]
        if peak and (count == 0 or found[count - 1] + 1 < i):
            found[count] = i
            count += 1
    found[count] = size
    return found[: count + 1]


@kernel
def segments(a: _Words, b: _Words, most_error: float) -> tuple[Int, NDArray[np.int64]]:
    """Return the offset, and for each segment where in the overlap it begins, its words and its wrong bits."""
    offset, votes = best_offset(a, b)
    if votes < 2:
        return offset, np.empty((0, 3), dtype=np.int64)
    left = a[offset:] if offset > 0 else a
    right = b[-offset:] if offset < 0 else b
    wrong = np.empty(min(left.size, right.size), dtype=np.int32)
    for i in range(np.uint64(wrong.size)):
        wrong[i] = popcount(np.uint32(left[i] ^ right[i]))
    ends = borders(wrong)
    rows = np.empty((ends.size, 3), dtype=np.int64)
    kept, begin = 0, np.int64(0)
    for end in ends:
        bits = np.int64(wrong[begin:end].sum())
        error = bits / (end - begin)
        if error < most_error:
            row = rows[kept - 1]
            if kept and row[0] + row[1] == begin and abs(row[2] / row[1] - error) < _ALIKE:
                row[1] += end - begin
                row[2] += bits
            else:
                rows[kept] = (begin, end - begin, bits)
                kept += 1
        begin = end
    return offset, rows[:kept]
