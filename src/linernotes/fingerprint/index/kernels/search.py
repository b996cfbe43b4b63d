"""Searching all parts of an index with one query.

A document that lives is in one part, so that parts are searched one after the other and share only the list of hits.
Per part a query costs two reads of memory for each hash, asked for in advance, and the postings with its hashes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, load64, long, store32, store64
from linernotes.fingerprint.index.kernels.buffers import search_buffer
from linernotes.fingerprint.index.kernels.counting import mask_for
from linernotes.fingerprint.index.kernels.lists import begin, find_lists
from linernotes.fingerprint.index.kernels.rows import BUFFER, KIND, mixed
from linernotes.fingerprint.index.kernels.segments import ANY_SCORE, search_few_lists, search_lists, search_rare_lists
from linernotes.fingerprint.index.kernels.work import (
    CAP,
    COUNTS,
    FLOOR,
    HASHED,
    LIMIT,
    MIXED,
    MOST,
    NEEDED,
    PERCENT,
    TOUCHED,
)
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]

TOO_COSTLY = -1


@kernel
def search(rows: _Numbers, query: NDArray[np.uint32], wanted: _Numbers, work: _Numbers, hits: _Numbers) -> int:
    """Write the hits of a query, best first, and return how many; `TOO_COSTLY` when there is too much to read.

    The rows of segments come before those of buffers. `hits` has room for as many as are wanted.
    """
    count = distinct(query, work)
    segments = 0
    while segments < rows.shape[0] and rows[segments, KIND] != BUFFER:
        segments += 1
    if segments:
        begin(rows, 0, segments, count, work)
    found, left = 0, wanted[MOST]
    for part in range(segments):
        lists = find_lists(rows, part, segments, count, wanted[CAP], work)
        left -= lists[1]
        if left < 0:
            return TOO_COSTLY
        needed = long(0)
        if lists[2]:
            found, needed = search_rare_lists(rows[part], lists, wanted, work, hits, found)
        elif lists[0]:
            every = (lists[0], lists[1], lists[0])
            found = search_lists(rows[part], every, wanted[FLOOR], wanted, work, hits, found)
        store64(work[NEEDED], part, needed)
    for part in range(segments, rows.shape[0]):
        found = search_buffer(rows[part], count, wanted, work, hits, found)
    if wanted[CAP]:
        return settle(rows, segments, count, left, wanted, work, hits, found)
    return cut(hits, found, wanted)


@kernel
def search_each(
    rows: _Numbers,
    hashes: NDArray[np.uint32],
    ends: _Numbers,
    floors: _Numbers,
    wanted: _Numbers,
    work: _Numbers,
    hits: _Numbers,
) -> _Numbers:
    """Search for one query after the other, with a floor for each. Return where the hits of each end among all."""
    found = np.empty(ends.size, dtype=np.int64)
    start, written, limit = 0, 0, wanted[LIMIT]
    for i in range(ends.size):
        wanted[FLOOR] = floors[i]
        written += search(rows, hashes[start : ends[i]], wanted, work, hits[written : written + limit])
        found[i] = written
        start = ends[i]
    return found


@kernel
def settle(
    rows: _Numbers,
    segments: int,
    count: int,
    left: int,
    wanted: _Numbers,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Search those segments without a cap in which the best document may have been missed; then cut the list.

    None was missed where the best score is higher than any that a document can have which was not offered.
    """
    for part in range(segments):
        needed = load64(work[NEEDED], part)
        if needed < wanted[FLOOR] or (found and hits[0, 0] > needed):
            continue
        best = hits[0, 0] if found else long(1)
        aim = max(wanted[FLOOR], best * wanted[PERCENT] // 100 if needed == ANY_SCORE else best, 1)
        begin(rows, part, part + 1, count, work)
        lists = find_lists(rows, part, part + 1, count, 0, work)
        left -= lists[1]
        if left < 0:
            return TOO_COSTLY
        found = search_few_lists(rows[part], lists, aim, wanted, work, hits, found)
    return cut(hits, found, wanted)


@kernel
def cut(hits: _Numbers, found: int, wanted: _Numbers) -> int:
    """Return how many hits have the score that the best one asks for."""
    if found == 0:
        return 0
    least = max(wanted[FLOOR], hits[0, 0] * wanted[PERCENT] // 100)
    while found > 1 and hits[found - 1, 0] < least:
        found -= 1
    return found


@kernel
def distinct(query: NDArray[np.uint32], work: _Numbers) -> int:
    """Write the different mixed hashes of a query and return how many; one of more than `HASHED` has no repeats."""
    places, table, touched = work[MIXED], work[COUNTS], work[TOUCHED]
    if query.size > HASHED:
        for i in range(query.size):
            store32(places, i, mixed(long(query[i])))
        return query.size
    count, mask = 0, mask_for(query.size)
    for i in range(query.size):
        place = mixed(long(query[i]))
        slot = (place >> 8) & mask
        while load32(table, 2 * slot + 1) and load32(table, 2 * slot) != place:
            slot = (slot + 1) & mask
        if load32(table, 2 * slot + 1) == 0:
            store32(table, 2 * slot, place)
            store32(table, 2 * slot + 1, 1)
            store32(touched, count, slot)
            store32(places, count, place)
            count += 1
    for i in range(count):
        store64(table, load32(touched, i), 0)
    return count
