"""Finding the postings of a query's hashes in the segments.

Memory is slow and many reads of it can be under way: while the buckets of one segment are compared, the postings of the
next are asked for, and the table of the one after that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import LANES, equal, load32, load64, prefetch, store64
from linernotes.fingerprint.index.kernels.rows import DOC_BITS, LOW, POSTINGS, REPEATS, TABLE, TABLE_BITS
from linernotes.fingerprint.index.kernels.work import BUCKETS, ENDS, MIXED, STARTS
from linernotes.fingerprint.kernels.compiling import kernel, lowest_bit, popcount

_Numbers = NDArray[np.int64]

_WORD = 0xFFFFFFFF


@kernel
def begin(rows: _Numbers, part: int, segments: int, count: int, work: _Numbers) -> None:
    """Ask for what `find_lists` wants to be there already when it begins with a segment."""
    places = work[MIXED]
    for ahead in range(part, min(part + 2, segments)):
        table, shift = rows[ahead, TABLE], 32 - rows[ahead, TABLE_BITS]
        for i in range(count):
            prefetch(table + 4 * (load32(places, i) >> shift))
    buckets = work[BUCKETS] + 8 * count * (part & 1)
    table, shift, postings = rows[part, TABLE], 32 - rows[part, TABLE_BITS], rows[part, POSTINGS]
    for i in range(count):
        look_up(table, shift, postings, load32(places, i), buckets, i)


@kernel
def look_up(table: int, shift: int, postings: int, place: int, buckets: int, at: int) -> None:
    """Note where a bucket begins and ends, both in one number, and ask for its postings."""
    found = load64(table + 4 * (place >> shift), 0)
    store64(buckets, at, found)
    prefetch(postings + 4 * (found & _WORD))
    prefetch(postings + 4 * ((found >> 32) & _WORD) - 4)


@kernel
def find_lists(rows: _Numbers, part: int, segments: int, count: int, cap: int, work: _Numbers) -> tuple[int, int, int]:
    """Write where the postings of each hash that has any begin and end in a segment, in the order of the query.

    Return how many such lists there are, how many postings those within the cap have, and how much the others can add
    to a score.
    """
    row, places, starts, ends = rows[part], work[MIXED], work[STARTS], work[ENDS]
    postings, shift, low, documents = row[POSTINGS], 32 - row[TABLE_BITS], row[LOW], row[DOC_BITS]
    buckets, others = work[BUCKETS] + 8 * count * (part & 1), work[BUCKETS] + 8 * count * (~part & 1)
    following, after = rows[min(part + 1, segments - 1)], rows[min(part + 2, segments - 1)]
    next_table, next_shift, next_postings = following[TABLE], 32 - following[TABLE_BITS], following[POSTINGS]
    last_table, last_shift = after[TABLE], 32 - after[TABLE_BITS]
    # A shift by 32 of a number of 32 bits has nothing left, which is right for a table of one bucket.
    inside, mask = (1 << shift) - 1, _WORD & ~((1 << documents) - 1)
    rare, repeats, lists = 0, 0, 0
    for i in range(count):
        place = load32(places, i)
        if part + 1 < segments:
            look_up(next_table, next_shift, next_postings, place, others, i)
            prefetch(last_table + 4 * (place >> last_shift))
        bounds = load64(buckets, i)
        start, end = find_equal(
            postings, bounds & _WORD, (bounds >> 32) & _WORD, mask, ((place & inside) >> low) << documents
        )
        if start < end and place & ((1 << low) - 1) == 0:
            store64(starts, lists, start)
            store64(ends, lists, end)
            lists += 1
            if cap and end - start > cap:
                repeats += row[REPEATS]
            else:
                rare += end - start
    return lists, rare, repeats


@kernel
def find_equal(postings: int, start: int, end: int, mask: int, word: int) -> tuple[int, int]:
    """Return where the postings of a bucket begin and end that are a word under a mask.

    A short bucket is compared whole, without a branch that would have to be guessed: the line of the cache in which it
    begins and the one in which it ends, which may be the same. Lines are `LANES` postings, and so is an address's step.
    """
    if end - start > LANES or end == start:
        start = lower_bound(postings, start, end, word)
        return start, upper_end(postings, start, end, (word | (_WORD & ~mask)) + 1)
    first, last = start & ~(LANES - 1), (end - 1) & ~(LANES - 1)
    found = equal(postings, first, mask, word) | (equal(postings, last, mask, word) << LANES)
    found &= ((1 << (end - start)) - 1) << (start - first)
    if found == 0:
        return 0, 0
    start = first + lowest_bit(found)
    return start, start + popcount(found)


@kernel
def lower_bound(postings: int, start: int, end: int, word: int) -> int:
    """Return the first place at which a posting is not below a word."""
    while end - start > LANES:
        middle = (start + end) >> 1
        if load32(postings, middle) < word:
            start = middle + 1
        else:
            end = middle
    while start < end and load32(postings, start) < word:
        start += 1
    return start


@kernel
def upper_end(postings: int, start: int, end: int, word: int) -> int:
    """Return the first place from a start on at which a posting is not below a word, in steps that double."""
    step = 1
    while start + step < end and load32(postings, start + step) < word:
        start += step
        step *= 2
    return lower_bound(postings, start, min(end, start + step + 1), word)
