"""The short names of a fingerprint."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given

from linernotes.fingerprint.simhash import fingerprint_uuid, simhash
from linernotes.fingerprint.values import as_words
from tests.fingerprint.made_up import any_words


@given(words=any_words)
def test_a_bit_is_set_when_more_than_half_of_the_words_have_it(words):
    half = len(words) // 2
    expected = sum(1 << bit for bit in range(32) if sum(word >> bit & 1 for word in words.tolist()) > half)
    assert simhash(words) == expected


def test_half_of_the_words_are_not_enough_and_no_words_give_nothing():
    assert simhash(as_words([1, 0])) == 0
    assert simhash(as_words([1, 1, 0])) == 1
    assert simhash(as_words([])) == 0


def test_the_uuid_is_of_version_5_and_tells_words_and_algorithms_apart():
    found = fingerprint_uuid(as_words([1, 2]))
    namespace = UUID("df7bef46-416e-4c57-a877-39b54325ef03")
    assert found == uuid5(namespace, "\x01\0\0\0" + "\x01\0\0\0" + "\x02\0\0\0")
    assert found.version == 5
    assert found != fingerprint_uuid(as_words([2, 1]))
    assert found != fingerprint_uuid(as_words([1, 2]), algorithm=2)
