"""Searching all parts of an index with one query.

A document that lives is in one part, so that parts are searched one after the other and share only the list of hits.
Per part a query costs two reads of memory for each hash, which are asked for together in advance, and the postings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, load64, prefetch, store32, store64
from linernotes.fingerprint.index.kernels.counting import count_dense, count_hashed, place_of
from linernotes.fingerprint.index.kernels.hits import offer, withdraw
from linernotes.fingerprint.index.kernels.rows import (
    BUFFER,
    DIED,
    DOC_BITS,
    DOCUMENTS,
    FACTOR,
    IDS,
    KIND,
    LOW,
    NEXT,
    OWNERS,
    POSTINGS,
    REPEATS,
    TABLE,
    TABLE_BITS,
    mixed,
)
from linernotes.fingerprint.index.kernels.work import COUNTS, DENSE, ENDS, MIXED, NEEDED, STARTS, TOUCHED
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]

HASHED = 4096
TOO_COSTLY = -1
_SHORT = 16
_RESCORED = 64


@kernel
def search(rows: _Numbers, query: NDArray[np.uint32], wanted: _Numbers, work: _Numbers, hits: _Numbers) -> int:
    """Write the hits of a query, best first, and return how many; `TOO_COSTLY` when there is too much to read.

    `wanted` is limit, floor, percent, cap, most postings and the number of the view; `hits` has a row for each of
    the limit: score, id and part.
    """
    limit, floor, percent, cap, most, view = wanted[0], wanted[1], wanted[2], wanted[3], wanted[4], wanted[5]
    count = distinct(query, work)
    found, left = 0, most
    for part in range(rows.shape[0]):
        row = rows[part]
        store64(work[NEEDED], part, 0)
        if row[KIND] == BUFFER:
            found = search_buffer(row, part, count, view, floor, percent, limit, work, hits, found)
            continue
        rare, common, repeats = find_lists(row, count, cap, work)
        left -= rare
        if left < 0:
            return TOO_COSTLY
        if repeats == 0:
            found = count_all(row, part, count, rare, view, floor, percent, limit, work, hits, found)
            continue
        found, needed = search_capped(row, part, count, cap, repeats, view, floor, percent, limit, work, hits, found)
        store64(work[NEEDED], part, needed)
    if cap:
        return settle(rows, count, wanted, left, work, hits, found)
    return cut(hits, found, floor, percent)


@kernel
def search_all(
    rows: _Numbers,
    hashes: NDArray[np.uint32],
    ends: _Numbers,
    floors: _Numbers,
    wanted: _Numbers,
    work: _Numbers,
    hits: NDArray[np.int64],
) -> _Numbers:
    """Search for one query after the other, with a floor for each; `hits` has a table for each. Return the counts."""
    counts = np.empty(ends.size, dtype=np.int64)
    start = 0
    for i in range(ends.size):
        wanted[1] = floors[i]
        counts[i] = search(rows, hashes[start : ends[i]], wanted, work, hits[i])
        start = ends[i]
    return counts


@kernel
def settle(rows: _Numbers, count: int, wanted: _Numbers, left: int, work: _Numbers, hits: _Numbers, found: int) -> int:
    """Search those parts without a cap in which the best document may have been missed; then cut the list."""
    limit, floor, percent, view = wanted[0], wanted[1], wanted[2], wanted[5]
    for part in range(rows.shape[0]):
        needed = load64(work[NEEDED], part)
        if needed < floor or (found and hits[0, 0] > needed):
            continue
        found = withdraw(hits, found, part)
        total, _, _ = find_lists(rows[part], count, 0, work)
        left -= total
        if left < 0:
            return TOO_COSTLY
        found = count_all(rows[part], part, count, total, view, floor, percent, limit, work, hits, found)
    return cut(hits, found, floor, percent)


@kernel
def cut(hits: _Numbers, found: int, floor: int, percent: int) -> int:
    """Return how many hits have the score that the best one asks for."""
    if found == 0:
        return 0
    least = max(floor, hits[0, 0] * percent // 100)
    while found > 1 and hits[found - 1, 0] < least:
        found -= 1
    return found


@kernel
def distinct(query: NDArray[np.uint32], work: _Numbers) -> int:
    """Write the different mixed hashes of a query of at most `HASHED` hashes, or of any without repeats."""
    places, table, touched = work[MIXED], work[COUNTS], work[TOUCHED]
    if query.size > HASHED:
        for i in range(query.size):
            store32(places, i, mixed(np.int64(query[i])))
        return query.size
    count = 0
    mask = place_of(query.size)
    for i in range(query.size):
        place = mixed(np.int64(query[i]))
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


@kernel
def find_lists(row: _Numbers, count: int, cap: int, work: _Numbers) -> tuple[int, int, int]:
    """Write where each hash's postings begin and end; return how many there are in rare and in common lists, and by how
    much the common ones can raise a score.
    """
    places, starts, ends = work[MIXED], work[STARTS], work[ENDS]
    table, postings = row[TABLE], row[POSTINGS]
    shift, low, documents = 32 - row[TABLE_BITS], row[LOW], row[DOC_BITS]
    for i in range(count):
        prefetch(table + 4 * (load32(places, i) >> shift))
    for i in range(count):
        bucket = load32(places, i) >> shift
        start, end = load32(table, bucket), load32(table, bucket + 1)
        store64(starts, i, start)
        store64(ends, i, end)
        prefetch(postings + 4 * start)
        prefetch(postings + 4 * end)
    rare, common, repeats = 0, 0, 0
    for i in range(count):
        place = load32(places, i)
        start, end = load64(starts, i), load64(ends, i)
        if place & ((1 << low) - 1):
            end = start
        first = ((place & ((1 << shift) - 1)) >> low) << documents
        start = lower_bound(postings, start, end, first)
        end = upper_end(postings, start, end, first + (1 << documents))
        store64(starts, i, start)
        store64(ends, i, end)
        if cap and end - start > cap:
            common += end - start
            repeats += row[REPEATS]
        else:
            rare += end - start
    return rare, common, repeats


@kernel
def lower_bound(postings: int, start: int, end: int, word: int) -> int:
    """Return the first place at which a posting is not below a word."""
    while end - start > _SHORT:
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


@kernel
def count_all(
    row: _Numbers,
    part: int,
    count: int,
    total: int,
    view: int,
    floor: int,
    percent: int,
    limit: int,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Offer every document of a segment whose score reaches the floor; return the length of the list of hits."""
    if total > HASHED:
        return count_dense(row, part, count, view, floor, percent, limit, work, hits, found)
    touched = count_hashed(row, count, 0, work, place_of(total))
    table = work[COUNTS]
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        score = load32(table, 2 * slot + 1)
        if score >= floor:
            document = load32(table, 2 * slot) - 1
            found = offer(row, part, document, score, view, percent, limit, hits, found)
        store64(table, slot, 0)
    return found


@kernel
def search_capped(
    row: _Numbers,
    part: int,
    count: int,
    cap: int,
    repeats: int,
    view: int,
    floor: int,
    percent: int,
    limit: int,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> tuple[int, int]:
    """Offer the documents that the rare lists show, with their full scores.

    Return the length of the list of hits, and the highest score that a document which was not offered can have.
    """
    total = 0
    for i in range(count):
        length = load64(work[ENDS], i) - load64(work[STARTS], i)
        total += length if length <= cap else 0
    if total > HASHED:
        return found, 1 << 40
    touched = count_hashed(row, count, cap, work, place_of(total))
    table = work[COUNTS]
    best = 0
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        score = load32(table, 2 * slot + 1)
        if score > best:
            died = load32(row[DIED], load32(table, 2 * slot) - 1)
            if died == 0 or died > view:
                best = score
    least = max(1, floor - repeats, best * percent // 100)
    rescored = 0
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        score = load32(table, 2 * slot + 1)
        document = load32(table, 2 * slot) - 1
        store64(table, slot, 0)
        if score < least:
            continue
        rescored += 1
        if rescored <= _RESCORED:
            score += score_common(row, document, count, cap, work)
            if score >= floor:
                found = offer(row, part, document, score, view, percent, limit, hits, found)
    return found, (least - 1 + repeats if rescored <= _RESCORED else 1 << 40)


@kernel
def score_common(row: _Numbers, document: int, count: int, cap: int, work: _Numbers) -> int:
    """Return how many postings of a document lie in common lists."""
    postings, score = row[POSTINGS], 0
    mask = (1 << row[DOC_BITS]) - 1
    for i in range(count):
        start, end = load64(work[STARTS], i), load64(work[ENDS], i)
        if end - start <= cap:
            continue
        word = (load32(postings, start) & ~mask) | document
        at = lower_bound(postings, start, end, word)
        while at < end and load32(postings, at) == word:
            score += 1
            at += 1
    return score


@kernel
def search_buffer(
    row: _Numbers,
    part: int,
    count: int,
    view: int,
    floor: int,
    percent: int,
    limit: int,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Offer the documents of a buffer that reach the floor; its newest ones may be too new for this view."""
    places, chains, words, following, owners = work[MIXED], row[TABLE], row[POSTINGS], row[NEXT], row[OWNERS]
    counts, touched = work[DENSE], work[TOUCHED]
    shift, documents, many = 32 - row[TABLE_BITS], row[DOCUMENTS], 0
    for i in range(count):
        prefetch(chains + 4 * (load32(places, i) >> shift))
    for i in range(count):
        entry = load32(chains, load32(places, i) >> shift)
        prefetch(words + 4 * entry - 4)
        prefetch(following + 4 * entry - 4)
    for i in range(count):
        place = load32(places, i)
        entry = load32(chains, place >> shift)
        while entry:
            if load32(words, entry - 1) == place:
                document = load32(owners, entry - 1)
                if document < documents:
                    score = load32(counts, document)
                    store32(counts, document, score + 1)
                    if score == 0:
                        store32(touched, many, document)
                        many += 1
            entry = load32(following, entry - 1)
    for i in range(many):
        document = load32(touched, i)
        score = load32(counts, document)
        store32(counts, document, 0)
        if score >= floor:
            found = offer(row, part, document, score, view, percent, limit, hits, found)
    return found
