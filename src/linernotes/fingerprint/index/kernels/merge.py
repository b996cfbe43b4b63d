"""Merging segments in chunks of the order of postings: decode into keys, merge sorted rows of keys, encode.

A key is a mixed hash above the new number of its document, so that keys sort as the new segment's postings do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, load64, long, store32, store64
from linernotes.fingerprint.index.kernels.build import NONE
from linernotes.fingerprint.index.kernels.rows import DOC_BITS, LOW, POSTINGS, TABLE, TABLE_BITS
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]


@kernel
def gather(row: _Numbers, numbers: int, chunk: int, chunk_bits: int, keys: int) -> int:
    """Write the keys of a segment's postings in a chunk, in order; return how many.

    Chunks are what the highest `chunk_bits` of a mixed hash tell apart. `numbers` and `keys` are addresses: of the new
    number of each document, or `NONE`, and of room for all that the segment has in the chunk.
    """
    table, postings, shift, low, documents = row[TABLE], row[POSTINGS], 32 - row[TABLE_BITS], row[LOW], row[DOC_BITS]
    whole = row[TABLE_BITS] >= chunk_bits
    first = chunk << (row[TABLE_BITS] - chunk_bits) if whole else chunk >> (chunk_bits - row[TABLE_BITS])
    last = (chunk + 1) << (row[TABLE_BITS] - chunk_bits) if whole else first + 1
    mask, written, at = (1 << documents) - 1, 0, load32(table, first)
    for bucket in range(first, last):
        end = load32(table, bucket + 1)
        while at < end:
            word = load32(postings, at)
            place = (bucket << shift) | ((word >> documents) << low)
            number = load32(numbers, word & mask)
            if number != NONE and (whole or place >> (32 - chunk_bits) == chunk):
                # Half the range is taken off, so that signed keys sort as what they stand for.
                store64(keys, written, ((place - (1 << 31)) << 32) | number)
                written += 1
            at += 1
    return written


@kernel
def merge_rows(keys: int, starts: _Numbers, count: int, other: int) -> int:
    """Merge sorted rows of keys that follow each other, two by two, until there is one; return where it lies.

    `starts` has where each of the `count` rows begins, and the end of the last; it is written over.
    """
    while count > 1:
        merged = 0
        for i in range(0, count - 1, 2):
            merge_two(keys, starts[i], starts[i + 1], starts[i + 2], other)
            merged += 1
        if count % 2:
            for at in range(starts[count - 1], starts[count]):
                store64(other, at, load64(keys, at))
            merged += 1
        for i in range(1, merged):
            starts[i] = starts[2 * i]
        starts[merged] = starts[count]
        keys, other, count = other, keys, merged
    return keys


@kernel
def merge_two(keys: int, start: int, middle: int, end: int, other: int) -> None:
    """Merge two rows without a branch that depends on the keys: which is lower is not to be guessed."""
    left, right, to = start, middle, start
    while left < middle and right < end:
        a, b = load64(keys, left), load64(keys, right)
        second = long(b < a)
        store64(other, to, b if second else a)
        right += second
        left += 1 - second
        to += 1
    while left < middle:
        store64(other, to, load64(keys, left))
        left += 1
        to += 1
    while right < end:
        store64(other, to, load64(keys, right))
        right += 1
        to += 1


@kernel
def encode(keys: int, count: int, layout: _Numbers, first: int, lengths: int, postings: int) -> int:
    """Write the postings of sorted keys, and add up how many each bucket has; return the longest run of equal keys.

    `layout` is table bits, low bits and document bits; `first` the bucket that `lengths` begins with, all of it 0.
    """
    shift, low, documents = 32 - layout[0], layout[1], layout[2]
    mask, before, run, most = (1 << shift) - 1, long(-1), 1, 1
    for i in range(count):
        key = load64(keys, i)
        place = (key >> 32) + (1 << 31)
        bucket = (place >> shift) - first
        store32(postings, i, (((place & mask) >> low) << documents) | (key & NONE))
        store32(lengths, bucket, load32(lengths, bucket) + 1)
        run = run + 1 if key == before and i else 1
        most = max(most, run)
        before = key
    return most
