"""How far texts are apart, and which hit comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.ids import MBID, Kind
from linernotes.searchers.ranking import Found, Stage, best_first, distance, read

SHORT = st.text(alphabet="abc", max_size=7)


def entry(name, *, number=1, artist="", popularity=0):
    return Found(MBID(f"00000000-0000-0000-0000-{number:012}"), name, artist, "", popularity)


def naive(left: str, right: str) -> int:
    """Optimal string alignment, straight from its definition."""
    if not left or not right:
        return len(left) + len(right)
    best = min(
        naive(left[1:], right) + 1, naive(left, right[1:]) + 1, naive(left[1:], right[1:]) + (left[0] != right[0])
    )
    if left[:2] == right[1::-1] and len(left) > 1 and len(right) > 1:
        best = min(best, naive(left[2:], right[2:]) + 1)
    return best


@given(SHORT, SHORT, st.integers(0, 3))
def test_the_distance_is_that_of_the_definition_cut_off_above_the_most(left, right, most):
    assert distance(left, right, most) == min(naive(left, right), most + 1)


@pytest.mark.parametrize(
    ("left", "right", "errors"),
    [
        ("nevermind", "nevermnd", 1),
        ("nevermind", "nevremind", 1),
        ("abba", "abba", 0),
        ("", "ab", 2),
        ("abc", "xyz", 3),
    ],
)
def test_a_slip_counts_once(left, right, errors):
    assert distance(left, right, 3) == errors


def names(text, found, *, kind=Kind.ARTIST, limit=10, artist=None):
    return [hit.name for hit in best_first(kind, read(text, artist=artist), found, limit)]


def test_no_popularity_lifts_a_hit_over_a_better_stage():
    found = [
        (Stage.TYPO, entry("Abby", popularity=10**9)),
        (Stage.WORDS, entry("My Abba", popularity=10**9)),
        (Stage.PREFIX, entry("Abba Gold", popularity=10**9)),
        (Stage.EXACT, entry("Äbba", popularity=0)),
    ]
    assert names("abba", found) == ["Äbba", "Abba Gold", "My Abba", "Abby"]


def test_the_spelling_that_was_typed_comes_before_one_that_is_merely_equal():
    found = [(Stage.EXACT, entry(name, number=i)) for i, name in enumerate(["Bjork", "Björk", "Bj-ork"])]
    assert names("Björk", found) == ["Björk", "Bjork", "Bj-ork"]


def test_an_own_name_comes_before_an_alias():
    found = [(Stage.EXACT, entry("Someone", number=1)), (Stage.EXACT, entry("Prince", number=2))]
    assert names("prince", found) == ["Prince", "Someone"]


def test_a_whole_word_comes_before_a_longer_word():
    found = [(Stage.PREFIX, entry("Queensrÿche", number=1)), (Stage.PREFIX, entry("Queen Latifah", number=2))]
    assert names("queen", found) == ["Queen Latifah", "Queensrÿche"]


def test_title_and_artist_together_are_as_good_as_an_exact_name():
    found = [
        (Stage.PREFIX, entry("Nirvana Nevermind Sessions", number=1, artist="Someone")),
        (Stage.WORDS, entry("Nevermind", number=2, artist="Nirvana")),
    ]
    assert names("nirvana nevermind", found, kind=Kind.RELEASE_GROUP)[0] == "Nevermind"


def test_equal_hits_come_by_mbid():
    found = [(Stage.EXACT, entry("Same", number=number)) for number in (3, 1, 2)]
    hits = best_first(Kind.ARTIST, read("same"), found, 10)
    assert [hit.mbid[-1] for hit in hits] == ["1", "2", "3"]


def test_nothing_found_is_an_empty_list():
    assert best_first(Kind.ARTIST, read("x"), [], 10) == []


@given(st.lists(st.tuples(st.sampled_from(Stage), st.text(max_size=9), st.integers(0, 2**40)), min_size=1, max_size=9))
def test_scores_are_whole_numbers_that_fall_from_100(rows):
    found = [(stage, entry(name, number=i, popularity=n)) for i, (stage, name, n) in enumerate(rows)]
    scores = [hit.score for hit in best_first(Kind.ARTIST, read("abba gold"), found, 10)]
    assert scores[0] == 100
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
