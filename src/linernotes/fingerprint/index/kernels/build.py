"""Bringing a buffer's postings into the order of a segment: count, place, sort within the bucket."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, long
from linernotes.fingerprint.index.kernels.rows import OWNERS, POSTINGS
from linernotes.fingerprint.kernels.compiling import kernel

_Words = NDArray[np.uint32]
_Numbers = NDArray[np.int64]

NONE = 0xFFFFFFFF
_SMALL = 32


@kernel
def varying(row: _Numbers, entries: int, numbers: _Words) -> tuple[int, int]:
    """Return all bits that are set in the mixed hashes of the entries that are kept, and how many entries those are.

    `numbers` holds the new number of each document, or `NONE`.
    """
    bits, kept = 0, 0
    for i in range(entries):
        if numbers[load32(row[OWNERS], i)] != NONE:
            bits |= load32(row[POSTINGS], i)
            kept += 1
    return bits, kept


@kernel
def build(row: _Numbers, entries: int, numbers: _Words, layout: _Numbers, table: _Words, postings: _Words) -> int:
    """Fill a table of zeros and the postings of the kept entries; return how often one document has one hash at most.

    `layout` is table bits, low bits and document bits.
    """
    shift, low, documents = 32 - layout[0], layout[1], layout[2]
    for i in range(entries):
        if numbers[load32(row[OWNERS], i)] != NONE:
            table[(load32(row[POSTINGS], i) >> shift) + 1] += np.uint32(1)
    for bucket in range(1, table.size):
        table[bucket] += table[bucket - 1]
    for i in range(entries):
        number = long(numbers[load32(row[OWNERS], i)])
        if number != NONE:
            place = load32(row[POSTINGS], i)
            bucket = place >> shift
            residual = (place & ((1 << shift) - 1)) >> low
            postings[long(table[bucket])] = np.uint32((residual << documents) | number)
            table[bucket] += np.uint32(1)
    # Each entry now holds the end of its bucket, which is the beginning of the next.
    for bucket in range(table.size - 1, 0, -1):
        table[bucket] = table[bucket - 1]
    table[0] = 0
    most = 1
    for bucket in range(table.size - 1):
        most = max(most, order(postings[long(table[bucket]) : long(table[bucket + 1])]))
    return most


@kernel
def order(bucket: _Words) -> int:
    """Sort a bucket; return the length of its longest run of equal words."""
    if bucket.size > _SMALL:
        bucket.sort()
    else:
        for i in range(1, bucket.size):
            word, at = bucket[i], i
            while at and bucket[at - 1] > word:
                bucket[at] = bucket[at - 1]
                at -= 1
            bucket[at] = word
    most, run = 1, 1
    for i in range(1, bucket.size):
        run = run + 1 if bucket[i] == bucket[i - 1] else 1
        most = max(most, run)
    return most
