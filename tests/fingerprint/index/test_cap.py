"""The cap changes what a search costs and never its best hit; without it, every hit is that of counting one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.searcher import TooCostly
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import Hit, Ids, Update
from linernotes.fingerprint.values import Words
from tests.fingerprint.index.plain import with_cap

ALL = 1_000_000
HIGHEST = (1 << 32) - 1
BIG = IndexSettings(flush_postings=3_000_000, flush_seconds=0)


class Rows:
    """Documents as columns, one row per posting, that are counted by numpy."""

    def __init__(self, ids: Ids, hashes: NDArray[np.uint32], documents: Ids | None = None) -> None:
        self.ids, self.hashes = ids, hashes
        self.documents = np.unique(ids) if documents is None else documents

    def update(self) -> Update:
        order = np.argsort(self.ids, kind="stable")
        ends = np.searchsorted(self.ids[order], self.documents, side="right").astype(np.uint32)
        removed = np.zeros(self.documents.size, dtype=np.bool_)
        return Update(ids=self.documents, ends=ends, hashes=self.hashes[order], removed=removed)

    def without(self, gone: Ids) -> Rows:
        kept = ~np.isin(self.ids, gone)
        return Rows(self.ids[kept], self.hashes[kept], self.documents[~np.isin(self.documents, gone)])

    def plus(self, other: Rows) -> Rows:
        kept = self.without(other.documents)
        documents = np.union1d(kept.documents, other.documents)
        return Rows(np.concatenate([kept.ids, other.ids]), np.concatenate([kept.hashes, other.hashes]), documents)

    def search(self, query: Words, *, min_score: int = 1, score_pct: int = 0, limit: int = ALL) -> list[Hit]:
        ids, scores = np.unique(self.ids[np.isin(self.hashes, query)], return_counts=True)
        order = np.lexsort((ids, -scores))
        hits = [Hit(id_, score) for id_, score in zip(ids[order].tolist(), scores[order].tolist(), strict=True)]
        least = max(min_score, hits[0].score * score_pct // 100) if hits else 0
        return [hit for hit in hits if hit.score >= least][:limit]


def rows_of(documents: dict[int, Sequence[int]]) -> Rows:
    lengths = [len(hashes) for hashes in documents.values()]
    ids = np.array(list(documents), dtype=np.uint32)
    hashes = np.concatenate([np.asarray(each, dtype=np.uint32) for each in documents.values()])
    return Rows(np.repeat(ids, lengths), hashes, np.sort(ids))


def heavy(random: np.random.Generator, *, documents: int, length: int, share: float, first: int = 1) -> Rows:
    """Documents in which a share of the hashes is of a few, that are the more common the lower they are."""
    ids = np.repeat(np.arange(first, first + documents, dtype=np.uint32), length)
    common = np.minimum(random.zipf(1.3, ids.size), 5000).astype(np.uint32)
    rare = random.integers(0, 1 << 32, ids.size, dtype=np.uint32)
    return Rows(ids, np.where(random.random(ids.size) < share, common, rare))


def queries_for(random: np.random.Generator, rows: Rows, count: int) -> list[Words]:
    """Documents some of whose hashes were replaced, and queries that nobody matches but by common hashes."""
    found = []
    for number in range(count):
        if number % 3:
            held = rows.hashes[rows.ids == random.choice(rows.documents)]
            query = np.where(
                random.random(held.size) < random.choice([0.1, 0.5, 0.9]), held, unknown(random, held.size)
            )
        else:
            query = np.minimum(random.zipf(1.3, 60), 5000).astype(np.uint32)
        found.append(query.astype(np.uint32))
    return found


def unknown(random: np.random.Generator, count: int) -> Words:
    return random.integers(0, 1 << 32, count, dtype=np.uint32)


def check_caps(index: Index, rows: Rows, queries: Sequence[Words], caps: Sequence[int]) -> None:
    """Fail when a search with any of the caps has another first hit, or a score that is not the right one."""
    searcher = index.searcher()
    floors = (None, 1, 5)
    for number, query in enumerate(queries):
        floor = floors[number % 3]
        least = -(-query.size // 20) if floor is None else floor
        exact = rows.search(query, min_score=least)
        scores = dict(exact)
        assert with_cap(searcher, 0).search(query, limit=ALL, min_score=floor, score_pct=0) == exact
        for cap in caps:
            for percent, limit in ((10, 40), (0, 1), (0, 3), (100, 10)):
                found = with_cap(searcher, cap).search(query, limit=limit, min_score=floor, score_pct=percent)
                assert found[:1] == exact[:1], (cap, percent, limit)
                assert all(scores.get(hit.id) == hit.score for hit in found)
                assert found == sorted(set(found), key=lambda hit: (-hit.score, hit.id))
                assert len(found) <= limit


@pytest.mark.parametrize("seed", range(4))
def test_the_first_hit_is_the_same_whatever_the_cap(seed: int) -> None:
    random = np.random.default_rng(seed)
    with Index(MemoryDirectory(), settings=IndexSettings(flush_postings=30_000, frequency_cap=0)) as index:
        rows = heavy(random, documents=1, length=5, share=0.5)
        for part in range(5):
            more = heavy(random, documents=400, length=60, share=0.2 + 0.2 * seed, first=1 + 300 * part)
            index.update(more.update())
            rows = rows.plus(more)
            if part != 3:
                index.flush()
        check_caps(index, rows, queries_for(random, rows, 60), [1, 2, 5, 16, 64])
        index.merge()
        check_caps(index, rows, queries_for(random, rows, 60), [1, 2, 5, 16, 64])


def test_of_equally_good_documents_the_lowest_id_is_first_though_only_others_have_rare_hashes() -> None:
    documents = {id_: [1, 2, 3, 4] for id_ in range(100, 140)}
    documents |= {50: [1, 2, 3, 99], 60: [1, 2, 3, 98], 200: [1, 2, 3, 4], 7: [1, 2, 97, 96]}
    rows = rows_of(documents)
    with Index(MemoryDirectory()) as index:
        index.update(rows.update())
        index.flush()
        queries = [np.array(query, dtype=np.uint32) for query in ([1, 2, 3, 4, 99], [1, 2, 3, 98, 99], [1, 2, 96, 97])]
        check_caps(index, rows, queries, [1, 2, 3, 10, 39, 43, 64])


@pytest.mark.parametrize("cap", [0, 1, 20])
def test_searches_in_one_call_find_what_searches_one_by_one_do(cap: int) -> None:
    random = np.random.default_rng(7)
    rows = heavy(random, documents=3000, length=40, share=0.5)
    with Index(MemoryDirectory(), settings=IndexSettings(frequency_cap=cap)) as index:
        for part in np.array_split(rows.documents, 3):
            index.update(rows.without(np.setdiff1d(rows.documents, part)).update())
            index.flush()
        queries = [*queries_for(random, rows, 50), unknown(random, 0), unknown(random, 6000)]
        searcher = index.searcher()
        for asked in ({}, {"limit": 0}, {"limit": 1}, {"limit": 200, "score_pct": 0, "min_score": 0}):
            found = searcher.search_all(queries, **asked)
            assert [found.of(place) for place in range(len(queries))] == [
                searcher.search(query, **asked) for query in queries
            ]
        assert searcher.search_all([]).ends.size == 0


def in_all_forms(rows: Rows, settings: IndexSettings = BIG):
    """Yield an index in which documents are in a buffer, in a segment, and in a merged one."""
    with Index(MemoryDirectory(), settings=settings) as index:
        half = rows.documents[: rows.documents.size // 2]
        index.update(rows.without(half).update())
        index.update(rows.without(np.setdiff1d(rows.documents, half)).update())
        yield index
        index.flush()
        yield index
    with Index(MemoryDirectory(), settings=settings) as index:
        for part in (half, np.setdiff1d(rows.documents, half)):
            index.update(rows.without(np.setdiff1d(rows.documents, part)).update())
            index.flush()
        index.merge()
        yield index


def check_forms(rows: Rows, queries: Sequence[Words], caps: Sequence[int] = (1, 256)) -> None:
    for index in in_all_forms(rows):
        check_caps(index, rows, queries, caps)


def test_more_postings_than_are_counted_in_a_table_are_counted_right() -> None:
    random = np.random.default_rng(1)
    ids = np.repeat(np.arange(1, 3001, dtype=np.uint32), 30)
    rows = Rows(ids, random.integers(0, 200, ids.size, dtype=np.uint32))
    check_forms(rows, [np.arange(10, dtype=np.uint32), np.arange(200, dtype=np.uint32)], [1, 64, 1000])


def test_queries_of_more_hashes_than_are_kept_in_a_table_are_answered_right() -> None:
    random = np.random.default_rng(2)
    rows = heavy(random, documents=500, length=100, share=0.3)
    long = np.concatenate([rows.hashes[:5000], unknown(random, 4000)])
    repeated = np.repeat(rows.hashes[:200], 30)
    check_forms(rows, [long, repeated, unknown(random, 4096), unknown(random, 4097)])


def test_more_documents_in_a_buffer_than_a_chunk_has_counters_for_are_counted_right() -> None:
    random = np.random.default_rng(3)
    ids = np.repeat(np.arange(5, 40_005, dtype=np.uint32), 3)
    rows = Rows(ids, random.integers(0, 64, ids.size, dtype=np.uint32))
    with Index(MemoryDirectory(), settings=IndexSettings(flush_postings=1000, flush_seconds=0)) as index:
        index.update(rows.update())
        check_caps(index, rows, [np.arange(5, dtype=np.uint32), np.array([63, 7], dtype=np.uint32)], [1])


@pytest.mark.slow
def test_documents_beyond_one_chunk_of_a_segment_are_counted_right() -> None:
    random = np.random.default_rng(4)
    ids = np.repeat(np.arange(1, 300_001, dtype=np.uint32), 4)
    rows = Rows(ids, random.integers(0, 50, ids.size, dtype=np.uint32))
    query = np.array([3, 9, 44], dtype=np.uint32)
    exact = rows.search(query, limit=1000)
    assert exact[0].score > 3
    for index in in_all_forms(rows, IndexSettings(flush_postings=2_000_000, flush_seconds=0, frequency_cap=0)):
        searcher = index.searcher()
        assert searcher.search(query, limit=1000, min_score=1, score_pct=0) == exact
        assert with_cap(searcher, 1).search(query, limit=1) == exact[:1]


def test_counts_beyond_a_byte_are_counted_right() -> None:
    random = np.random.default_rng(5)
    documents = {id_: random.integers(0, 2000, 400).tolist() for id_ in range(1, 200)}
    documents |= {300: list(range(2000)), 301: list(range(1999)), 302: [5] * 1000, 303: [5] * 127, 304: [5] * 128}
    documents |= {305: [6, 7] * 130_000}
    queries = [np.arange(2000, dtype=np.uint32), np.array([5], dtype=np.uint32), np.arange(127, dtype=np.uint32)]
    check_forms(rows_of(documents), [*queries, np.arange(128, dtype=np.uint32), np.array([6], dtype=np.uint32)])


def test_full_buckets_hold_and_give_back_all_that_they_have() -> None:
    near = [0xABCDE000 + step for step in range(4)]
    documents = {id_: near[: 1 + id_ % 4] for id_ in range(1, 100)} | {500: [HIGHEST, 0], 501: [0] * 17, 502: [HIGHEST]}
    check_forms(
        rows_of(documents), [np.array(each, dtype=np.uint32) for each in (near, near[3:], [0, HIGHEST])], [1, 20]
    )


@pytest.mark.parametrize("word", [0, 1, 1 << 31, HIGHEST, 0xA0000000])
@pytest.mark.parametrize("count", [1, 2, 17, 400])
def test_documents_that_all_have_one_hash_are_all_found(word: int, count: int) -> None:
    rows = rows_of({id_: [word] * (1 + id_ % 3) for id_ in range(HIGHEST - count + 1, HIGHEST + 1)})
    others = [word ^ (1 << bit) for bit in (0, 1, 17, 31)]
    check_forms(rows, [np.array(each, dtype=np.uint32) for each in ([word], others, [word, *others])])


def test_hashes_whose_low_bits_are_always_zero_are_told_apart() -> None:
    random = np.random.default_rng(6)
    ids = np.repeat(np.arange(1, 1001, dtype=np.uint32), 40)
    rows = Rows(ids, random.integers(0, 1 << 28, ids.size, dtype=np.uint32) << np.uint32(4))
    queries = queries_for(random, rows, 20)
    check_forms(rows, [*queries, *(query | np.uint32(1) for query in queries[:3])])


def test_a_search_that_would_read_too_much_says_so_and_leaves_nothing_behind() -> None:
    random = np.random.default_rng(8)
    rows = heavy(random, documents=2000, length=40, share=0.9)
    with Index(MemoryDirectory(), settings=IndexSettings(frequency_cap=8)) as index:
        for part in np.array_split(rows.documents, 3):
            index.update(rows.without(np.setdiff1d(rows.documents, part)).update())
            index.flush()
        searcher = index.searcher()
        refused = 0
        for query in queries_for(random, rows, 60):
            exact = rows.search(query, min_score=1)
            for most in (0, 5, 50, 500, 5000):
                try:
                    assert searcher.search(query, min_score=1, most_postings=most)[:1] == exact[:1]
                except TooCostly:
                    refused += 1
            assert searcher.search(query, min_score=1)[:1] == exact[:1]
        assert refused
