"""The values that an index is asked with."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linernotes.fingerprint.query import extract_all, extract_query
from linernotes.fingerprint.values import SILENCE, as_words
from tests.fingerprint.made_up import any_words, track


def plainly(numbers: list[int]) -> list[int]:
    """Return the query of words, one step of the definition after the other."""
    clean = sum(number != SILENCE for number in numbers)
    found: list[int] = []
    for number in numbers[max(0, min(clean - 120, 80)) :]:
        value = number & 0xFFFFFFF0
        if number != SILENCE and value not in found and len(found) < 120:
            found.append(value)
    return found


@given(words=any_words, before=st.integers(0, 700), repeats=st.integers(1, 8))
def test_the_query_is_what_its_definition_says(words, before, repeats):
    mixed = np.concatenate([np.full(before, SILENCE, dtype=np.uint32), *[words] * repeats, track(3, 70)])
    assert extract_query(mixed).tolist() == plainly(mixed.tolist())


def test_of_many_different_words_the_query_is_those_from_80_to_199():
    words = np.arange(300, dtype=np.uint32) << 4
    assert extract_query(words).tolist() == words[80:200].tolist()


def test_short_fingerprints_are_taken_from_an_earlier_word_on():
    words = np.arange(150, dtype=np.uint32) << 4
    assert extract_query(words).tolist() == words[30:].tolist()
    assert extract_query(words[:50]).tolist() == words[:50].tolist()


def test_silence_alone_makes_an_empty_query_and_a_word_like_silence_does_not():
    assert extract_query(as_words([SILENCE] * 200)).size == 0
    assert extract_query(as_words([SILENCE ^ 1])).tolist() == [SILENCE & 0xFFFFFFF0]


@given(words=any_words, repeats=st.integers(1, 3))
def test_everything_is_every_different_value_but_silence_in_the_order_of_the_words(words, repeats):
    mixed = np.concatenate([np.full(3, SILENCE, dtype=np.uint32), *[words] * repeats, track(3, 700)])
    values = [number & 0xFFFFFFF0 for number in mixed.tolist() if number != SILENCE]
    assert extract_all(mixed).tolist() == sorted(set(values), key=values.index)
    assert extract_all(mixed[:3]).size == 0
