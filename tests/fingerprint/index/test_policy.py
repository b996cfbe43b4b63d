"""The merge policy: few segments, few rewrites, none too large."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from linernotes.fingerprint.index.policy import WIDTH, Size, choose_all, choose_idle, choose_merge

TIER = 1000
sizes = st.lists(
    st.integers(0, 10_000).flatmap(
        lambda documents: st.builds(Size, st.integers(0, 10**7), st.just(documents), st.integers(0, documents))
    ),
    max_size=30,
)


def _merged(segments: list[Size], choose: Callable[..., list[int]]) -> tuple[list[Size], int]:
    """Merge as long as the policy says so; return what is left and the postings that were written."""
    written = 0
    while chosen := choose(segments, tier=TIER):
        postings = sum(segments[place].postings for place in chosen)
        documents = sum(segments[place].living for place in chosen)
        segments = [size for place, size in enumerate(segments) if place not in chosen]
        if documents:
            segments.append(Size(postings, documents, documents))
            written += postings
    return segments, written


def test_thousands_of_flushes_leave_few_segments_and_each_posting_is_written_a_few_times():
    segments: list[Size] = []
    written = 0
    for flushes in range(1, 2001):
        segments, more = _merged([*segments, Size(TIER, 10, 10)], choose_merge)
        written += more
        tiers = 1 + math.log(flushes, WIDTH)
        assert len(segments) <= 2 * tiers + 1
        assert written <= flushes * TIER * tiers


@given(sizes)
def test_whatever_there_is_merging_comes_to_an_end_and_then_there_is_nothing_to_do(segments):
    for choose in (choose_merge, choose_idle):
        left, _ = _merged(segments, choose)
        assert choose(left, tier=TIER) == []


@given(sizes)
def test_idle_merging_leaves_segments_that_differ_much_in_size(segments):
    alive = [Size(size.postings, size.documents, size.documents) for size in segments if size.documents]
    left, _ = _merged(alive, choose_idle)
    weights = sorted(max(size.postings, 12 * size.documents) for size in left)
    assert all(larger > 4 * smaller for smaller, larger in pairwise(weights))


def test_a_large_segment_is_not_written_anew_for_a_little_when_idle():
    large = Size(1_000_000, 10_000, 10_000)
    small = Size(2000, 20, 20)
    assert choose_idle([large, small, small], tier=TIER) == [1, 2]
    assert choose_idle([large, small], tier=TIER) == []
    assert sorted(choose_idle([large, *[small] * 130], tier=TIER)) == list(range(131))


def test_a_segment_with_many_dead_documents_is_rewritten_alone():
    assert choose_merge([Size(10**6, 10_000, 7000)], tier=TIER) == [0]
    assert choose_merge([Size(10**6, 10_000, 9900)], tier=TIER) == []
    assert choose_merge([Size(10**6, 10_000, 10_000), Size(10, 1, 0)], tier=TIER) == [1]


@given(sizes)
def test_no_merge_makes_a_segment_of_more_postings_than_may_be(segments):
    largest = 5 * 10**6
    alive = [Size(size.postings, size.documents, size.documents) for size in segments if size.documents]
    for choose in (choose_merge, choose_idle):
        chosen = choose(alive, tier=TIER, largest=largest)
        assert len(chosen) < 2 or sum(alive[place].postings for place in chosen) <= largest
    assert sum(alive[place].postings for place in choose_all(alive, largest=largest)) <= largest
