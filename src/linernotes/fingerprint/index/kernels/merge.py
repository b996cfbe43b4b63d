"""Merging segments bucket by bucket: one pass over all postings, in chunks of buckets, none of them wholly in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32
from linernotes.fingerprint.index.kernels.build import NONE, order
from linernotes.fingerprint.index.kernels.rows import DOC_BITS, LOW, POSTINGS, TABLE, TABLE_BITS
from linernotes.fingerprint.kernels.compiling import kernel

_Words = NDArray[np.uint32]
_Numbers = NDArray[np.int64]

_PLAIN = 64


@kernel
def merge(
    rows: _Numbers,
    numbers: _Words,
    bases: _Numbers,
    layout: _Numbers,
    buckets: tuple[int, int],
    table: _Words,
    postings: _Words,
    cursors: _Numbers,
    spare: _Words,
) -> tuple[int, int]:
    """Merge a range of the new segment's buckets; return the number of postings and the longest run of equal ones.

    `numbers[bases[s] + n]` is the new number of document n of segment s, or `NONE`; it grows with n. `layout` is the new
    table bits, low bits and document bits. `table` gets the end of each bucket, counted from the range's beginning.
    `cursors` has for each segment a place in its postings and the bucket it is in, and is moved on.
    """
    shift, low, documents = 32 - layout[0], layout[1], layout[2]
    written, most = 0, 1
    for bucket in range(buckets[0], buckets[1]):
        start, filled = written, 0
        for s in range(rows.shape[0]):
            before = written
            written = take(rows[s], numbers, bases[s], bucket, shift, low, documents, postings, written, cursors[s])
            if written > before:
                filled += 1
                if filled > 1 and written - start > _PLAIN:
                    if filled > 2 and before - start <= _PLAIN:
                        order(postings[start:before])
                    weave(postings[start:written], before - start, spare)
        if filled > 1 and written - start <= _PLAIN:
            most = max(most, order(postings[start:written]))
        elif written - start > 1:
            most = max(most, longest_run(postings[start:written]))
        table[bucket - buckets[0]] = np.uint32(written)
    return written, most


@kernel
def take(
    row: _Numbers,
    numbers: _Words,
    base: int,
    bucket: int,
    shift: int,
    low: int,
    documents: int,
    postings: _Words,
    written: int,
    cursor: _Numbers,
) -> int:
    """Append what a segment has in a bucket of the new one; return how much is written."""
    at, within = cursor[0], cursor[1]
    table, words, own_shift, own_low, own_documents = (
        row[TABLE],
        row[POSTINGS],
        32 - row[TABLE_BITS],
        row[LOW],
        row[DOC_BITS],
    )
    last = 1 << row[TABLE_BITS]
    mask = (1 << own_documents) - 1
    while within < last:
        place = within << own_shift
        if place >> shift > bucket:
            break
        end = load32(table, within + 1)
        while at < end:
            word = load32(words, at)
            full = place | ((word >> own_documents) << own_low)
            if full >> shift > bucket:
                cursor[0], cursor[1] = at, within
                return written
            number = np.int64(numbers[base + (word & mask)])
            if number != NONE:
                residual = (full & ((1 << shift) - 1)) >> low
                postings[written] = np.uint32((residual << documents) | number)
                written += 1
            at += 1
        within += 1
    cursor[0], cursor[1] = at, within
    return written


@kernel
def weave(words: _Words, middle: int, spare: _Words) -> None:
    """Merge two sorted halves of a bucket in place, by way of a spare array at least as long as the second."""
    right = words.size - middle
    for i in range(right):
        spare[i] = words[middle + i]
    left, to = middle - 1, words.size - 1
    right -= 1
    while right >= 0:
        if left >= 0 and words[left] > spare[right]:
            words[to] = words[left]
            left -= 1
        else:
            words[to] = spare[right]
            right -= 1
        to -= 1


@kernel
def longest_run(words: _Words) -> int:
    """Return the length of the longest run of equal words."""
    most, run = 1, 1
    for i in range(1, words.size):
        run = run + 1 if words[i] == words[i - 1] else 1
        most = max(most, run)
    return most
