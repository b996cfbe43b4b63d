"""The text of fingerprints: the vectors, round trips, and each way of being malformed, with numpy and compiled."""

from __future__ import annotations

import base64
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.fingerprint import codec, codec_fast
from linernotes.fingerprint.codec_faults import text_limit
from linernotes.fingerprint.values import as_words
from tests.fingerprint import twins
from tests.fingerprint.made_up import any_words, track

VECTORS = [
    ([], 1, "AQAAAA"),
    ([0], 1, "AQAAAQA"),
    ([1], 0, "AAAAAQE"),
    ([1], 1, "AQAAAQE"),
    ([7], 1, "AQAAAUkA"),
    ([64], 1, "AQAAAQcA"),
    ([256], 1, "AQAAAQcC"),
    ([0x80000000], 1, "AQAAAQcZ"),
    ([0xFFFFFFFF], 1, "AQAAAUmSJEmSJEmSJEmSJAA"),
    ([1, 0], 1, "AQAAAkEA"),
    ([1, 1], 1, "AQAAAgEA"),
    ([1, 2, 3], 1, "AQAAA0GCAA"),
    ([627964279] * 4, 1, "AQAABEmUaEkSRZEGAA"),
    ([3221225473, 305419896], 1, "AQAAAnmQJVkkKpwCFw"),
]

MALFORMED = [
    ("AQAAA0G+AA", "has the character '+' at position 7"),
    ("AQAAAQcZ==", "has the character '=' at position 8"),
    ("AQAAé0GCAA", "has the character"),
    ("AQAAAQcZA", "ends with half a byte"),
    ("", "too short for its header"),
    ("AQAA", "too short for its header"),
    ("AQAAZSQA", "announces 101 words; 100 are accepted"),
    ("AQAABQA", "announces 5 words, more than its text can hold"),
    ("AQAAA0GC", "ends before its 3 words do"),
    ("AQAAAQc", "ends before its large gaps do"),
    ("AQAAAQcf", "has a bit beyond the 32nd"),
    ("A" * 3000, "longer than 100 words can be"),
]

BOTH = pytest.mark.parametrize("coder", [codec, codec_fast], ids=["numpy", "compiled"])
bytes_with_a_head = st.builds(lambda count, rest: bytes([1, 0, 0, count]) + rest, st.integers(0, 9), st.binary())
texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="AQBC_-9z", max_size=60),
    bytes_with_a_head.map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()),
    st.builds(lambda words, cut: codec.encode(words)[:cut], any_words, st.integers(0, 80)),
)


@BOTH
@pytest.mark.parametrize(("numbers", "algorithm", "text"), VECTORS)
def test_the_published_vectors_are_written_and_read(coder: ModuleType, numbers, algorithm, text):
    words = as_words(numbers)
    assert coder.encode(words, algorithm=algorithm) == text
    found = coder.decode(text)
    assert (found.words.tolist(), found.algorithm) == (numbers, algorithm)
    assert found.words.dtype == np.uint32


@BOTH
@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_each_way_of_being_malformed_has_its_own_message_and_a_hint(coder: ModuleType, text, message):
    with pytest.raises(Invalid, match=message.replace("+", r"\+")) as raised:
        coder.decode(text, most_words=100)
    assert raised.value.hint


@BOTH
def test_the_lenient_way_takes_foreign_characters_as_a_and_ignores_half_a_byte(coder: ModuleType):
    assert coder.decode("AQ==AQE", lenient=True).words.tolist() == coder.decode("AQAAAQE").words.tolist()
    assert coder.decode("AQAAAQcZ!", lenient=True).words.tolist() == [0x80000000]


@BOTH
def test_what_follows_the_words_is_ignored(coder: ModuleType):
    words = track(1, 100)
    assert np.array_equal(coder.decode(coder.encode(words) + "AAAA_-09").words, words)


@BOTH
@pytest.mark.parametrize("lenient", [False, True])
def test_a_huge_count_is_refused_before_anything_is_allocated_for_it(coder: ModuleType, lenient):
    with pytest.raises(Invalid, match="announces 16777215 words; 1048576 are accepted"):
        coder.decode("Af___wAA", lenient=lenient)


@BOTH
def test_what_the_header_cannot_hold_is_refused(coder: ModuleType):
    with pytest.raises(Invalid, match="300 is no number of an algorithm"):
        coder.encode(track(1, 3), algorithm=300)
    with pytest.raises(Invalid, match="has no text"):
        coder.encode(np.zeros(1 << 24, dtype=np.uint32))


@BOTH
@given(words=any_words, algorithm=st.integers(0, 255))
def test_words_come_back_from_their_text(coder: ModuleType, words, algorithm):
    text = coder.encode(words, algorithm=algorithm)
    assert len(text) <= text_limit(words.size)
    found = coder.decode(text)
    assert (found.words.tolist(), found.algorithm) == (words.tolist(), algorithm)


@settings(max_examples=400)
@given(text=texts, lenient=st.booleans())
def test_any_text_is_read_alike_by_both_or_refused_with_the_same_message(text, lenient):
    def outcome(coder: ModuleType) -> object:
        try:
            found = coder.decode(text, lenient=lenient, most_words=50)
        except Invalid as exc:
            return exc.message, exc.hint
        return found.words.tolist(), found.algorithm

    assert outcome(codec) == outcome(codec_fast)


@given(words=any_words)
def test_both_write_the_same_text(words):
    assert codec.encode(words) == codec_fast.encode(words) == twins.encode(words)


def test_a_fingerprint_of_two_minutes_is_the_text_that_plain_steps_give():
    words = track(6)
    text = twins.encode(words)
    assert codec.encode(words) == codec_fast.encode(words) == text
    assert codec.decode(text).words.tolist() == codec_fast.decode(text).words.tolist() == twins.decode(text)


def test_a_slice_with_steps_and_a_read_only_array_are_written_as_they_read():
    words = track(2, 60)
    words.flags.writeable = False
    assert codec.encode(words[::2]) == codec_fast.encode(words[::2]) == codec.encode(words[::2].copy())


@pytest.mark.parametrize("numbers", [[1 << 32], [-(1 << 31) - 1], ["a"], [[1, 2]], [1 << 80], [None]])
def test_what_is_no_row_of_32_bit_numbers_makes_no_words(numbers):
    with pytest.raises(Invalid):
        as_words(numbers)


def test_signed_numbers_become_the_words_they_stand_for():
    assert as_words([-1, -(1 << 31), 5]).tolist() == [0xFFFFFFFF, 1 << 31, 5]
