"""Looking a segment through for what cannot be, whatever its checksums say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32
from linernotes.fingerprint.index.kernels.rows import DOC_BITS, DOCUMENTS, POSTINGS, REPEATS, TABLE, TABLE_BITS
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]

SOUND, TABLE_FALLS, UNSORTED, NO_SUCH_DOCUMENT, MORE_REPEATS = range(5)


@kernel
def check_table(row: _Numbers, postings: int) -> int:
    """Return `SOUND` when the offsets of the buckets rise from 0 to the number of postings."""
    table, buckets = row[TABLE], 1 << row[TABLE_BITS]
    if load32(table, 0) != 0 or load32(table, buckets) != postings:
        return TABLE_FALLS
    for bucket in range(buckets):
        if load32(table, bucket) > load32(table, bucket + 1):
            return TABLE_FALLS
    return SOUND


@kernel
def check_postings(row: _Numbers) -> int:
    """Return what is wrong with the postings of a segment whose table is sound."""
    table, postings, mask = row[TABLE], row[POSTINGS], (1 << row[DOC_BITS]) - 1
    at = 0
    for bucket in range(1 << row[TABLE_BITS]):
        end, before, run = load32(table, bucket + 1), -1, 0
        while at < end:
            word = load32(postings, at)
            if word < before:
                return UNSORTED
            if word & mask >= row[DOCUMENTS]:
                return NO_SUCH_DOCUMENT
            run = run + 1 if word == before else 1
            if run > row[REPEATS]:
                return MORE_REPEATS
            before = word
            at += 1
    return SOUND
