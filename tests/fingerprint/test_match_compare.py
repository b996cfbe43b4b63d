"""AcoustID's two scores against their definitions, step by step and worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.match.compare import compare, lookup_score, score
from linernotes.fingerprint.values import as_words
from tests.fingerprint import twins
from tests.fingerprint.made_up import any_words, noisy, track

pairs = st.one_of(
    st.tuples(any_words, any_words),
    st.builds(
        lambda seed, length, cut, error: (track(seed, length), noisy(track(seed, length)[cut:], error, seed)),
        st.integers(0, 999),
        st.integers(2, 150),
        st.integers(0, 90),
        st.sampled_from([0.0, 0.03, 0.2, 0.5]),
    ),
    st.builds(lambda words, times: (np.tile(words, times), words), any_words, st.integers(1, 4)),
)


@given(pair=pairs, most_offset=st.sampled_from([80, 0, 3]))
def test_score_offset_and_votes_are_what_walking_the_keys_gives(pair, most_offset):
    expected = twins.compare(*pair, most_offset)
    found = compare(*pair, most_offset=most_offset)
    assert (found.offset, found.votes) == expected[1:]
    assert found.score == pytest.approx(expected[0], abs=1e-5)


@given(pair=pairs)
def test_the_reported_score_is_what_its_definition_says(pair):
    assert lookup_score(*pair) == pytest.approx(twins.lookup(*pair), abs=1e-9)


def test_a_worked_example_of_both_scores():
    # 16 different keys in a row; in the copy one bit of each second word is turned, so 8 of 512 bits differ. The first
    # key has no vote; 15 of 16 keys meet at 0. Variety: 26 / 16 + 0.5, more than 1, so nothing is taken away.
    words = (np.arange(1, 17, dtype=np.uint32) << 18) | (np.arange(1, 17, dtype=np.uint32) << 1)
    copy = words.copy()
    copy[::2] ^= 1
    assert compare(words, copy).votes == 15
    assert score(words, copy) == pytest.approx(1 - 2 * 8 / 512, abs=1e-6)
    assert lookup_score(words, copy) == pytest.approx(1 - 8 / 512, abs=1e-9)


def test_a_score_of_few_different_words_is_lowered():
    # 100 words of two keys: variety is 12 / 100 + 0.5 = 0.62. Half of the words have 8 bits turned: the score before is
    # 1 - 2 * 400 / 3200 = 0.75, and 0.75 ^ (8 - 7 * 0.62) is the score.
    words = np.tile(as_words([1 << 18, 2 << 18]), 50)
    copy = words.copy()
    copy[::2] ^= 0xFF
    assert score(words, copy) == pytest.approx(0.75 ** (8 - 7 * 0.62), abs=1e-6)


def test_the_score_falls_with_the_overlap():
    words = track(4)
    assert compare(words, words[40:]).offset == 40
    assert score(words, words[40:]) == 1.0
    assert score(words[:-40], words[40:]) == pytest.approx(868 / 908, abs=1e-6)


def test_beyond_80_words_nothing_is_found_unless_the_limit_is_lifted():
    words = track(5)
    assert score(words, words[81:]) < 0.4
    assert compare(words, words[81:], most_offset=0).offset == 81


def test_unrelated_tracks_and_empty_ones_score_nothing():
    assert score(track(6), track(7)) < 0.1
    for a, b in ((track(8), as_words([])), (as_words([]), track(8)), (as_words([]), as_words([]))):
        assert (score(a, b), lookup_score(a, b), compare(a, b).votes) == (0.0, 0.0, 0)


def test_the_database_score_of_long_fingerprints_counts_every_word():
    words = np.arange(70_000, dtype=np.uint32) * np.uint32(61_357)
    assert score(words, words) == 1.0


def test_the_reported_score_refuses_what_is_too_long_for_it():
    with pytest.raises(Invalid, match="65536 words is too long to compare; 65535 is the most"):
        lookup_score(np.zeros(65_536, dtype=np.uint32), track(9))
