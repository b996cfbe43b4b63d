"""What every index of fingerprints promises: scores, order and bounds to the letter, commits, versions and metadata."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Conflict, Invalid
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.ports.fingerprints import HIGHEST_ID, MOST_HITS, Change, FingerprintIndex, Hit, SearchRules
from tests.contracts.fingerprint_worlds import CAPPED, DURABLE, KINDS, REMOTE, by_the_rules, opened

ALL = SearchRules(min_score=0, percent=0)
HIGH = 1 << 28


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def index(kind: str) -> Iterator[FingerprintIndex]:
    with opened(kind) as index:
        yield index


def fill(index: FingerprintIndex, documents: dict[int, Sequence[int]]) -> int:
    return index.apply([Change(id_, hashes) for id_, hashes in documents.items()])


def scores(hits: list[Hit]) -> list[tuple[int, int]]:
    return [(hit.id, hit.score) for hit in hits]


def test_an_empty_index_has_no_hits_no_documents_and_no_version(index):
    assert index.search([1, 2, 3]) == []
    assert index.search_all([[1], []]) == [[], []]
    state = index.state()
    assert (state.version, state.documents, dict(state.metadata)) == (0, 0, {})
    assert index.version_of(1) is None


def test_only_an_index_of_another_program_is_remote(index, kind):
    assert index.remote == (kind == REMOTE)


def test_a_score_is_how_many_hashes_of_a_document_are_in_the_query(index):
    fill(index, {1: [10, 20, 30], 2: [20, 30, 40], 3: [99]})
    assert scores(index.search([10, 20, 30], ALL)) == [(1, 3), (2, 2)]


def test_a_hash_that_a_document_has_twice_counts_twice_and_one_that_the_query_has_twice_counts_once(index):
    fill(index, {1: [10, 10, 20], 2: [10, 20]})
    assert scores(index.search([10], ALL)) == [(1, 2), (2, 1)]
    assert scores(index.search([10, 10, 10, 20], ALL)) == [(1, 3), (2, 2)]


def test_of_equal_scores_the_lowest_id_comes_first(index):
    for id_ in (7, HIGHEST_ID, 1, 300):
        fill(index, {id_: [5, 6]})
    assert scores(index.search([5, 6], ALL)) == [(1, 2), (7, 2), (300, 2), (HIGHEST_ID, 2)]


@pytest.mark.parametrize(("length", "floor"), [(1, 1), (20, 1), (21, 2), (40, 2), (41, 3), (120, 6)])
def test_without_a_lowest_score_a_twentieth_of_the_query_is_asked_for_rounded_up(index, length, floor):
    query = range(1000, 1000 + length)
    fill(index, {1: query[:floor], 2: query[: floor - 1]})
    assert scores(index.search(query, SearchRules(percent=0))) == [(1, floor)]


def test_the_twentieth_is_of_the_query_with_its_repeats(index):
    fill(index, {1: [5]})
    assert index.search([5] * 20) == [Hit(1, 1)]
    assert index.search([5] * 21) == []


def test_a_lowest_score_that_is_given_takes_the_place_of_the_twentieth(index):
    fill(index, {1: [1, 2, 3], 2: [1, 2], 3: [1]})
    query = range(1, 101)
    for lowest, expected in [(0, [1, 2, 3]), (1, [1, 2, 3]), (2, [1, 2]), (3, [1]), (4, []), (HIGHEST_ID, [])]:
        assert [hit.id for hit in index.search(query, SearchRules(min_score=lowest, percent=0))] == expected


def test_nothing_in_common_is_no_hit_even_if_no_score_is_asked_for(index):
    fill(index, {1: [1, 2], 2: []})
    assert index.search([3], ALL) == []
    assert index.search([], ALL) == []


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, [1, 2, 3, 4]), (10, [1, 2, 3, 4]), (19, [1, 2, 3, 4]), (20, [1, 2, 3]), (39, [1, 2, 3]), (40, [1, 2]),
     (99, [1, 2]), (100, [1]), (250, [1]), (HIGHEST_ID, [1])],
)  # fmt: skip
def test_hits_below_a_percentage_of_the_best_are_cut_which_is_rounded_down(index, percent, expected):
    fill(index, {1: range(10), 2: range(9), 3: range(3), 4: range(1)})
    assert [hit.id for hit in index.search(range(10), SearchRules(min_score=0, percent=percent))] == expected


def test_a_hundred_percent_and_more_leave_those_that_are_as_good_as_the_best(index):
    fill(index, {1: [1], 2: [1, 2], 3: [2, 1], 4: [2]})
    for percent in (100, 101, 1000):
        assert scores(index.search([1, 2], SearchRules(percent=percent))) == [(2, 2), (3, 2)]


def test_the_percentage_is_of_the_best_that_lives(index):
    fill(index, {1: range(100), 2: range(9)})
    assert [hit.id for hit in index.search(range(100), SearchRules(min_score=0))] == [1]
    index.apply([Change(1)])
    assert [hit.id for hit in index.search(range(100), SearchRules(min_score=0))] == [2]


@pytest.mark.parametrize("limit", [0, 1, 2, 3, MOST_HITS])
def test_there_are_as_many_hits_as_asked_for_at_most_and_the_best_ones(index, limit):
    fill(index, {id_: range(id_) for id_ in (1, 2, 3)})
    hits = index.search(range(3), SearchRules(limit=limit, min_score=0, percent=0))
    assert scores(hits) == [(3, 3), (2, 2), (1, 1)][:limit]


def test_hashes_are_the_same_signed_and_unsigned_and_reach_from_end_to_end(index):
    fill(index, {1: [-1, 0], 2: [HIGHEST_ID, 1 << 31], 3: [0]})
    assert scores(index.search([HIGHEST_ID], ALL)) == scores(index.search([-1], ALL)) == [(1, 1), (2, 1)]
    assert scores(index.search([-(1 << 31)], ALL)) == [(2, 1)]
    assert scores(index.search([0], ALL)) == [(1, 1), (3, 1)]


def test_hashes_that_differ_in_one_bit_are_different(index):
    fill(index, {bit + 1: [1 << bit] for bit in range(32)})
    for bit in range(32):
        assert scores(index.search([1 << bit], ALL)) == [(bit + 1, 1)]
    assert index.search([0], ALL) == []


def test_a_row_of_numbers_of_any_kind_may_be_asked_for(index):
    fill(index, {1: np.array([1, 2, HIGHEST_ID], dtype=np.uint32), 2: (2, 3)})
    words = np.array([1, 9, 2, 9, 3, 9], dtype=np.uint32)
    fixed = np.frombuffer(words[::2].tobytes(), dtype=np.uint32)
    for query in ([1, 2, 3], (1, 2, 3), range(1, 4), words[::2], fixed, fixed.astype(np.int32), memoryview(b"\1\2\3")):
        assert index.search_all([query, query], ALL) == [index.search(query, ALL)] * 2
        assert scores(index.search(query, ALL)) == [(1, 2), (2, 2)]


def test_several_queries_are_answered_in_their_order_as_each_of_them_alone(index):
    fill(index, {1: [1, 2, 3], 2: [3, 4], 3: [5]})
    queries = [[3], [], [4, 5], [99], [1, 2, 3, 4, 5], [5, 5]]
    for rules in (SearchRules(), ALL, SearchRules(limit=1), SearchRules(limit=0), SearchRules(min_score=2)):
        assert index.search_all(queries, rules) == [index.search(query, rules) for query in queries]
    assert index.search_all([]) == []


def test_a_document_that_comes_again_is_only_what_it_was_last(index):
    fill(index, {1: [1, 2, 3]})
    fill(index, {1: [3, 4]})
    assert index.search([1, 2], ALL) == []
    assert scores(index.search([1, 2, 3, 4], ALL)) == [(1, 2)]
    assert index.state().documents == 1


def test_a_document_that_is_removed_is_found_no_more_until_it_comes_again(index):
    fill(index, {1: [1], 2: [1]})
    index.apply([Change(1)])
    assert scores(index.search([1], ALL)) == [(2, 1)]
    assert index.state().documents == 1
    fill(index, {1: [1]})
    assert scores(index.search([1], ALL)) == [(1, 1), (2, 1)]


def test_removing_what_is_not_there_is_a_commit_that_changes_nothing(index):
    fill(index, {1: [1]})
    assert index.apply([Change(5)]) == 2
    assert index.state().documents == 1
    assert scores(index.search([1], ALL)) == [(1, 1)]


def test_of_several_changes_to_a_document_the_last_counts(index):
    index.apply([Change(1, [1]), Change(2, [1]), Change(1), Change(3), Change(3, [1]), Change(2, [2])])
    assert scores(index.search([1, 2], ALL)) == [(2, 1), (3, 1)]
    assert scores(index.search([1], ALL)) == [(3, 1)]
    assert index.state().documents == 2


def test_a_document_without_hashes_is_there_and_never_found(index):
    fill(index, {1: []})
    assert (index.state().documents, index.version_of(1)) == (1, 1)


def test_each_commit_raises_the_version_by_one_whatever_is_in_it(index):
    assert fill(index, {1: [1], 2: [2], 3: [3]}) == 1
    assert index.apply([]) == 2
    assert index.apply([], metadata={"a": "b"}) == 3
    assert index.apply([Change(1), Change(2)]) == 4
    assert index.state().version == 4


def test_a_document_has_the_version_of_the_commit_that_it_came_with(index):
    fill(index, {1: [1], 2: [2]})
    fill(index, {2: [3], 3: []})
    index.apply([Change(1)])
    assert [index.version_of(id_) for id_ in (0, 1, 2, 3, 4, HIGHEST_ID, HIGHEST_ID + 1, -1)] == [
        None, None, 2, 2, None, None, None, None,
    ]  # fmt: skip


def test_a_commit_that_expects_another_version_changes_nothing(index):
    fill(index, {1: [1]})
    for expected in (0, 2, 1 << 40):
        with pytest.raises(Conflict):
            index.apply([Change(1), Change(2, [1])], metadata={"a": "b"}, expected_version=expected)
    state = index.state()
    assert (state.version, state.documents, dict(state.metadata)) == (1, 1, {})
    assert scores(index.search([1], ALL)) == [(1, 1)]
    assert index.apply([Change(2, [1])], expected_version=1) == 2


def test_metadata_are_set_by_name_and_the_newest_value_stays(index):
    index.apply([], metadata={"position": "17", "name": "ÿ 音楽"})
    index.apply([Change(1, [1])], metadata={"position": "18", "": ""})
    before = index.state()
    index.apply([], metadata={"position": "19"})
    assert dict(before.metadata) == {"position": "18", "name": "ÿ 音楽", "": ""}
    assert dict(index.state().metadata) == {"position": "19", "name": "ÿ 音楽", "": ""}


@pytest.mark.parametrize("hashes", [[1 << 32], [-(1 << 31) - 1], [1, 1 << 70]])
def test_what_is_no_hash_is_refused_and_nothing_changes(index, hashes):
    with pytest.raises(Invalid):
        index.search(hashes)
    with pytest.raises(Invalid):
        index.search_all([[1], hashes])
    with pytest.raises(Invalid):
        index.apply([Change(1, [1]), Change(2, hashes)], metadata={"a": "b"})
    assert index.state().version == 0


@pytest.mark.parametrize("metadata", [{"a": "\ud800"}, {"\udfff": "b"}])
def test_metadata_that_are_no_text_are_refused_and_commits_go_on(index, metadata):
    with pytest.raises(Invalid):
        index.apply([Change(1, [1])], metadata=metadata)
    assert fill(index, {1: [1]}) == 1


@pytest.mark.parametrize("id_", [0, -1, 1 << 32, 1 << 64])
def test_an_impossible_id_cannot_be_in_a_change(id_):
    with pytest.raises(Invalid):
        Change(id_, [1])
    with pytest.raises(Invalid):
        Change(id_)


@pytest.mark.parametrize(
    "rules", [{"limit": -1}, {"limit": MOST_HITS + 1}, {"min_score": -1}, {"min_score": 1 << 32}, {"percent": -1}]
)
def test_impossible_bounds_are_refused(rules):
    with pytest.raises(Invalid):
        SearchRules(**rules)


def test_commits_of_several_threads_have_versions_of_their_own_and_none_is_lost(index):
    versions: list[int] = []

    def write(first: int) -> None:
        versions.extend(fill(index, {id_: [id_, 5]}) for id_ in range(first, first + 10))

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == list(range(1, 31))
    assert index.state().documents == len(index.search([5], ALL)) == 30


hashes = st.one_of(
    st.integers(0, 12),
    st.integers(0, 6).map(lambda number: number * HIGH),
    st.integers(0, 31).map(lambda bit: 1 << bit),
    st.integers(0, HIGHEST_ID),
)
ids = st.one_of(st.integers(1, 8), st.sampled_from([HIGHEST_ID, HIGHEST_ID - 1, 1 << 31]))
changes = st.builds(Change, ids, st.none() | st.lists(hashes, max_size=30))
bounds = st.builds(
    SearchRules,
    limit=st.integers(0, 12),
    min_score=st.none() | st.integers(0, 8),
    percent=st.sampled_from([0, 0, 10, 33, 50, 99, 100, 150]),
)


@given(
    commits=st.lists(st.lists(changes, max_size=8), max_size=8),
    queries=st.lists(st.lists(hashes, max_size=45), min_size=1, max_size=6),
    rules=bounds,
)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("kind", [*KINDS, CAPPED])
def test_any_history_is_searched_by_the_rules(kind, commits, queries, rules):
    documents: dict[int, Sequence[int]] = {}
    with opened(kind) as index:
        for version, commit in enumerate(commits, 1):
            assert index.apply(commit) == version
            for change in commit:
                if change.hashes is None:
                    documents.pop(change.id, None)
                else:
                    documents[change.id] = change.hashes
        assert index.state().documents == len(documents)
        found = index.search_all(queries, rules)
        assert found == [index.search(query, rules) for query in queries]
        for query, hits in zip(queries, found, strict=True):
            expected = by_the_rules(documents, query, rules)
            if kind == CAPPED:
                every = by_the_rules(documents, query, SearchRules(min_score=0, percent=0), limit=len(documents))
                assert hits[:1] == expected[:1]
                assert [hit for hit in every if hit in hits] == hits
            else:
                assert hits == expected


@pytest.mark.parametrize("kind", DURABLE)
def test_what_was_applied_is_there_after_a_loss_of_power(kind):
    directory = MemoryDirectory()
    with opened(kind, directory) as index:
        fill(index, {1: [1, 2], 2: [2], 3: [3]})
        index.apply([Change(1), Change(4, [2])], metadata={"position": "18"})
        left = directory.crash()
    with opened(kind, left) as index:
        state = index.state()
        assert (state.version, state.documents, dict(state.metadata)) == (2, 3, {"position": "18"})
        assert scores(index.search([1, 2], ALL)) == [(2, 1), (4, 1)]
        assert [index.version_of(id_) for id_ in (1, 2, 4)] == [None, 1, 2]
        assert fill(index, {1: [1]}) == 3
