"""Searching a buffer: following the chains of a query's hashes, and counting in a row of counters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, prefetch, store32
from linernotes.fingerprint.index.kernels.hits import offer
from linernotes.fingerprint.index.kernels.rows import DOCUMENTS, NEXT, OWNERS, POSTINGS, TABLE, TABLE_BITS
from linernotes.fingerprint.index.kernels.work import DENSE, FLOOR, MIXED, TOUCHED
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]


@kernel
def search_buffer(row: _Numbers, count: int, wanted: _Numbers, work: _Numbers, hits: _Numbers, found: int) -> int:
    """Offer the documents of a buffer that reach the floor; return the length of the list of hits."""
    places, chains, words, following = work[MIXED], row[TABLE], row[POSTINGS], row[NEXT]
    shift, many = 32 - row[TABLE_BITS], 0
    for i in range(count):
        prefetch(chains + 4 * (load32(places, i) >> shift))
    for i in range(count):
        entry = load32(chains, load32(places, i) >> shift)
        prefetch(words + 4 * entry - 4)
        prefetch(following + 4 * entry - 4)
    for i in range(count):
        many = follow(row, load32(places, i), work, many)
    counts = work[DENSE]
    for i in range(many):
        document = load32(work[TOUCHED], i)
        score = load32(counts, document)
        store32(counts, document, 0)
        if score >= wanted[FLOOR]:
            found = offer(row, document, score, wanted, hits, found)
    return found


@kernel
def follow(row: _Numbers, place: int, work: _Numbers, many: int) -> int:
    """Count the documents with a mixed hash; return how many have a count. The newest may not be in this view."""
    words, following, owners, counts = row[POSTINGS], row[NEXT], row[OWNERS], work[DENSE]
    entry = load32(row[TABLE], place >> (32 - row[TABLE_BITS]))
    while entry:
        if load32(words, entry - 1) == place:
            document = load32(owners, entry - 1)
            if document < row[DOCUMENTS]:
                score = load32(counts, document)
                store32(counts, document, score + 1)
                if score == 0:
                    store32(work[TOUCHED], many, document)
                    many += 1
        entry = load32(following, entry - 1)
    return many
