"""Counting how often each document of a segment is in the lists of a query: hashed, or in a row of counters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load8, load32, load64, store8, store32, store64
from linernotes.fingerprint.index.kernels.hits import offer
from linernotes.fingerprint.index.kernels.lists import lower_bound
from linernotes.fingerprint.index.kernels.rows import DOC_BITS, DOCUMENTS, FACTOR, POSTINGS, REPEATS
from linernotes.fingerprint.index.kernels.work import COUNTS, DENSE, DENSE_BYTES, ENDS, FLOOR, STARTS, TOUCHED
from linernotes.fingerprint.kernels.compiling import Int, kernel

_Numbers = NDArray[np.int64]

# A counter of a byte is enough when no count can reach 128; the highest bit then shows which have reached the floor.
_BYTE_ONES, _BYTE_HIGHS = 0x0101010101010101, -0x7F7F7F7F7F7F7F80
_WORD_ONES, _WORD_HIGHS = 0x0000000100000001, -0x7FFFFFFF80000000


@kernel
def mask_for(entries: int) -> int:
    """Return the mask of a hash table that is filled by a quarter at most."""
    slots = 64
    while slots < 4 * entries:
        slots *= 2
    return slots - 1


@kernel
def count_hashed(row: _Numbers, lists: int, cap: int, work: _Numbers, mask: int) -> int:
    """Count the documents of all lists that are not longer than the cap, if there is one; return how many there are."""
    table, used, postings = work[COUNTS], work[TOUCHED], row[POSTINGS]
    documents, touched = (1 << row[DOC_BITS]) - 1, 0
    for i in range(lists):
        start, end = load64(work[STARTS], i), load64(work[ENDS], i)
        if cap and end - start > cap:
            continue
        for at in range(start, end):
            document = load32(postings, at) & documents
            slot = ((document * FACTOR) >> 12) & mask
            while True:
                key = load32(table, 2 * slot)
                if key == document + 1:
                    store32(table, 2 * slot + 1, load32(table, 2 * slot + 1) + 1)
                    break
                if key == 0:
                    store32(table, 2 * slot, document + 1)
                    store32(table, 2 * slot + 1, 1)
                    store32(used, touched, slot)
                    touched += 1
                    break
                slot = (slot + 1) & mask
    return touched


@kernel
def count_dense(
    row: _Numbers,
    lists: tuple[int, int, int],
    least: int,
    wanted: _Numbers,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Do what `search_lists` does in chunks of documents whose counters stay in the processor's cache.

    Lists are sorted by document, so that each is read once from its beginning to its end.
    """
    narrow, least = lists[0] * row[REPEATS] < 128, max(least, 1)
    if narrow and least >= 128:
        return found
    per_word = 8 if narrow else 2
    ones, highs = (_BYTE_ONES, _BYTE_HIGHS) if narrow else (_WORD_ONES, _WORD_HIGHS)
    offset = ones * ((128 if narrow else 1 << 31) - least)
    counters, chunk, base = work[DENSE], DENSE_BYTES // 8 * per_word, 0
    while base < row[DOCUMENTS]:
        size = min(chunk, row[DOCUMENTS] - base)
        add_up(row, lists[0], work, base, base + size, narrow)
        for first in range(0, (size + per_word - 1) // per_word, 8):
            seen = 0
            for i in range(first, first + 8):
                seen |= (load64(counters, i) + offset) & highs
            if seen:
                for i in range(first * per_word, min(size, (first + 8) * per_word)):
                    score = load8(counters, i) if narrow else load32(counters, i)
                    if score >= least:
                        score += score_longer(row, base + i, lists[0], lists[2], 0, work)
                        if score >= wanted[FLOOR]:
                            found = offer(row, base + i, score, wanted, hits, found)
            for i in range(first, first + 8):
                store64(counters, i, 0)
        base += size
    return found


@kernel
def score_longer(row: _Numbers, document: int, first: int, last: int, length: int, work: _Numbers) -> int:
    """Return how many postings a document has in those of a range of lists that are longer than a length."""
    postings, score = row[POSTINGS], 0
    mask = (1 << row[DOC_BITS]) - 1
    for i in range(first, last):
        start, end = load64(work[STARTS], i), load64(work[ENDS], i)
        if end - start > length:
            word = (load32(postings, start) & ~mask) | document
            at = lower_bound(postings, start, end, word)
            while at < end and load32(postings, at) == word:
                score += 1
                at += 1
    return score


@kernel
def add_up(row: _Numbers, lists: int, work: _Numbers, base: int, end: int, narrow: Int) -> None:
    """Count the documents from a base to an end, and move the start of each list behind them."""
    counters, postings, documents = work[DENSE], row[POSTINGS], (1 << row[DOC_BITS]) - 1
    for i in range(lists):
        at, last = load64(work[STARTS], i), load64(work[ENDS], i)
        while at < last:
            document = load32(postings, at) & documents
            if document >= end:
                break
            if narrow:
                store8(counters, document - base, load8(counters, document - base) + 1)
            else:
                store32(counters, document - base, load32(counters, document - base) + 1)
            at += 1
        store64(work[STARTS], i, at)
