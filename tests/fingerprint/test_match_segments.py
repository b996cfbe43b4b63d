"""Which parts two fingerprints share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.match.segments import segments
from linernotes.fingerprint.values import as_words
from tests.fingerprint import twins
from tests.fingerprint.made_up import any_words, noisy, track

errors = st.sampled_from([0.0, 0.02, 0.1, 0.2, 0.5])


def patched(seed: int, lengths: list[int], shares: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return a track and a copy whose parts have different shares of wrong bits."""
    parts = [track(seed + i, length) for i, length in enumerate(lengths)]
    copies = [noisy(part, share, seed) for part, share in zip(parts, shares, strict=False)]
    return np.concatenate([*parts, as_words([])]), np.concatenate([track(seed + 99, 7), *copies])


pairs = st.one_of(
    st.tuples(any_words, any_words),
    st.builds(patched, st.integers(0, 999), st.lists(st.integers(1, 90), max_size=4), st.lists(errors, min_size=4)),
)


@given(pair=pairs, most_error=st.sampled_from([10.0, 3.0, 33.0]))
def test_the_segments_are_what_the_definition_gives(pair, most_error):
    expected = twins.segments(*pair, most_error)
    found = segments(*pair, most_error=most_error)
    assert [(one.a, one.b, one.length) for one in found] == [(one.a, one.b, one.length) for one in expected]
    assert [one.error for one in found] == pytest.approx([one.error for one in expected], abs=1e-9)


def test_a_part_that_was_replaced_lies_between_two_segments():
    words = track(11)
    copy = words.copy()
    copy[400:600] = track(12, 200)
    first, second = segments(words, copy)
    assert (first.a, first.b, second.a + second.length) == (0, 0, 948)
    assert abs(first.length - 400) <= 12
    assert abs(second.a - 600) <= 12
    assert max(first.error, second.error) < 2


def test_an_excerpt_is_found_where_it_was_taken_from():
    words = track(13)
    (found,) = segments(words, noisy(words[300:500], 0.02))
    assert (found.a, found.b, found.length) == (300, 0, 200)
    (found,) = segments(words[300:500], words)
    assert (found.a, found.b, found.length, found.error) == (0, 300, 200, 0.0)


def test_what_shares_nothing_or_is_empty_has_no_segments():
    assert segments(as_words([1 << 20, 2 << 20]), as_words([3 << 20, 4 << 20])) == ()
    assert segments(as_words([]), track(14)) == segments(track(14), as_words([])) == ()


def test_silence_throughout_is_one_segment():
    silence = np.full(500, 627964279, dtype=np.uint32)
    (found,) = segments(silence, silence)
    assert (found.a, found.b, found.length, found.error) == (0, 0, 500, 0.0)


def test_fingerprints_of_days_are_refused():
    with pytest.raises(Invalid, match="too long to compare"):
        segments(np.zeros(65_536, dtype=np.uint32), track(15))
