"""Scoring the documents of a segment: by all lists of a query, or by its rare ones first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, load64, long, store64
from linernotes.fingerprint.index.kernels.counting import (
    count_dense,
    count_hashed,
    mask_for,
    score_longer,
)
from linernotes.fingerprint.index.kernels.hits import dead, offer
from linernotes.fingerprint.index.kernels.rows import DOCUMENTS, REPEATS
from linernotes.fingerprint.index.kernels.work import CAP, COUNTS, ENDS, FLOOR, HASHED, PERCENT, STARTS, TOUCHED
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]

ANY_SCORE = 1 << 40
_RESCORED = 64
# Looking a document up in a list takes as long as counting so many postings.
_LOOK_UP = 60


@kernel
def search_lists(
    row: _Numbers,
    lists: tuple[int, int, int],
    least: int,
    wanted: _Numbers,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Offer the documents of a segment that are at least so often in the lists that are counted.

    `lists` is how many are counted, how many postings they have, and how many lists there are; those that are not
    counted add to the scores. Return the length of the list of hits.
    """
    if lists[1] > HASHED:
        return count_dense(row, lists, least, wanted, work, hits, found)
    touched, table = count_hashed(row, lists[0], 0, work, mask_for(lists[1])), work[COUNTS]
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        score, document = load32(table, 2 * slot + 1), load32(table, 2 * slot) - 1
        store64(table, slot, 0)
        if score >= least:
            score += score_longer(row, document, lists[0], lists[2], 0, work)
            if score >= wanted[FLOOR]:
                found = offer(row, document, score, wanted, hits, found)
    return found


@kernel
def search_few_lists(
    row: _Numbers,
    lists: tuple[int, int, int],
    aim: int,
    wanted: _Numbers,
    work: _Numbers,
    hits: _Numbers,
    found: int,
) -> int:
    """Offer the documents of a segment with a score of at least the aim; return the length of the list of hits.

    Who has a score of s is at least s - j times in the lists without the j longest (the idea of MaxScore, Turtle and
    Flood 1995). The j that promises least work is taken: postings to count, and documents to look up in j lists.
    """
    count, postings = lists[0], lists[1]
    best_cost, chosen, counted, left = np.float64(postings), 0, postings, postings
    for skipped in range(1, min(count, (aim - 2) // row[REPEATS] + 1)):
        longest = count - skipped
        move_longest(work, longest + 1)
        left -= load64(work[ENDS], longest) - load64(work[STARTS], longest)
        least = aim - skipped * row[REPEATS]
        rate, chance = left / row[DOCUMENTS], 1.0
        for i in range(least):
            chance *= rate / (i + 1)
        cost = left + row[DOCUMENTS] * min(chance, 1.0) * skipped * _LOOK_UP
        if cost < best_cost:
            best_cost, chosen, counted = cost, skipped, left
    return search_lists(
        row,
        (count - chosen, counted, count),
        aim - chosen * row[REPEATS],
        wanted,
        work,
        hits,
        found,
    )


@kernel
def move_longest(work: _Numbers, count: int) -> None:
    """Let the longest of the first lists change places with the last of them."""
    starts, ends, longest = work[STARTS], work[ENDS], 0
    for i in range(count):
        if load64(ends, i) - load64(starts, i) > load64(ends, longest) - load64(starts, longest):
            longest = i
    start, end = load64(starts, longest), load64(ends, longest)
    store64(starts, longest, load64(starts, count - 1))
    store64(ends, longest, load64(ends, count - 1))
    store64(starts, count - 1, start)
    store64(ends, count - 1, end)


@kernel
def search_rare_lists(
    row: _Numbers, lists: tuple[int, int, int], wanted: _Numbers, work: _Numbers, hits: _Numbers, found: int
) -> tuple[int, int]:
    """Offer the best documents of the lists within the cap, with what the other lists add to their scores.

    Return the length of the list of hits, and the highest score that a document which was not offered can have.
    """
    if lists[1] > HASHED:
        return found, long(ANY_SCORE)
    touched, table = count_hashed(row, lists[0], wanted[CAP], work, mask_for(lists[1])), work[COUNTS]
    best = best_counted(row, touched, wanted, work)
    least = max(1, wanted[FLOOR] - lists[2], best * wanted[PERCENT] // 100)
    while counted_at_least(touched, least, work) > _RESCORED:
        least += 1
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        score, document = load32(table, 2 * slot + 1), load32(table, 2 * slot) - 1
        store64(table, slot, 0)
        if score >= least:
            score += score_longer(row, document, 0, lists[0], wanted[CAP], work)
            if score >= wanted[FLOOR]:
                found = offer(row, document, score, wanted, hits, found)
    return found, long(least - 1 + lists[2])


@kernel
def best_counted(row: _Numbers, touched: int, wanted: _Numbers, work: _Numbers) -> int:
    """Return the highest count of a document that lives."""
    best, table = 0, work[COUNTS]
    for i in range(touched):
        slot = load32(work[TOUCHED], i)
        count = load32(table, 2 * slot + 1)
        if count > best and not dead(row, load32(table, 2 * slot) - 1, wanted):
            best = count
    return best


@kernel
def counted_at_least(touched: int, least: int, work: _Numbers) -> int:
    """Return how many documents have a count."""
    many, table = 0, work[COUNTS]
    for i in range(touched):
        many += long(load32(table, 2 * load32(work[TOUCHED], i) + 1) >= least)
    return many
