"""Where a clip lies in a track: found wherever it is cut, and not found where it is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.match.align import LEAST_WORDS, MOST_ERROR, align
from linernotes.fingerprint.values import SILENCE, Words, as_words
from tests.fingerprint import twins
from tests.fingerprint.made_up import noisy, track

TEN_SECONDS = 59


def silence(count: int) -> Words:
    """Return the words of silence."""
    return np.full(count, SILENCE, dtype=np.uint32)


def looped(seed: int) -> Words:
    """Return a track as loops make it: silent ends, and a few phrases again and again, each time a little different."""
    random = np.random.default_rng(seed)
    phrases = [track(seed * 7 + i, int(random.integers(8, 40))) for i in range(int(random.integers(2, 6)))]
    parts = [noisy(phrases[random.integers(len(phrases))], 0.01, seed + i) for i in range(30)]
    whole = np.concatenate([silence(int(random.integers(0, 60))), *parts])[:880]
    return np.concatenate([whole, silence(int(random.integers(0, 60)))])


@settings(max_examples=60)
@given(
    seed=st.integers(0, 500),
    start=st.integers(-30, 110),
    length=st.integers(LEAST_WORDS, 80),
    share=st.sampled_from([0.0, 0.05, 0.15, 0.5]),
    repeats=st.integers(1, 3),
)
def test_the_place_is_the_best_of_all_offsets_tried_one_by_one(seed, start, length, share, repeats):
    song = np.tile(track(seed, 110 // repeats), repeats)
    clip = noisy(np.concatenate([track(seed + 1, 30), song, track(seed + 2, 90)])[start + 30 :][:length], share)
    least = max(LEAST_WORDS, math.ceil(0.75 * min(clip.size, 40)))
    expected = twins.align(clip, song, least, MOST_ERROR) if clip.size >= least else None
    found = align(clip, song)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert (found.offset, found.guarded) == (expected[0], pytest.approx(expected[1]))


@pytest.mark.parametrize("start", [0, 1, 400, 948 - TEN_SECONDS])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.08])
def test_ten_seconds_are_found_wherever_they_were_cut_out(start, share):
    song = track(21)
    found = align(noisy(song[start : start + TEN_SECONDS], share), song)
    assert found is not None
    assert (found.offset, found.overlap) == (start, TEN_SECONDS)
    assert found.error == pytest.approx(share, abs=0.02)


def test_a_clip_may_begin_before_the_track_or_end_after_it():
    song = track(22)
    early = align(np.concatenate([track(23, 40), song[:60]]), song)
    late = align(np.concatenate([song[-60:], track(24, 40)]), song)
    assert early is not None
    assert late is not None
    assert (early.offset, early.overlap) == (-40, 60)
    assert (late.offset, late.overlap) == (888, 60)


def test_shared_silence_or_a_shared_loop_is_no_match():
    assert align(silence(100), silence(900)) is None
    # Most words agree, and the music does not.
    first = np.concatenate([track(25, 250), silence(700)])
    second = np.concatenate([track(26, 250), silence(700)])
    assert align(first, second) is None
    loop = track(27, 4)
    assert align(np.tile(loop, 30), np.concatenate([track(28, 300), np.tile(loop, 50)])) is None


def test_too_short_a_clip_is_not_looked_for_and_too_long_a_one_is_refused():
    song = track(29)
    assert align(song[:19], song) is None
    assert align(as_words([]), song) is None
    assert align(song, as_words([])) is None
    with pytest.raises(Invalid, match="too long to compare"):
        align(song, np.zeros(65_536, dtype=np.uint32))


def test_at_most_one_of_a_thousand_clips_is_found_in_a_track_that_it_is_not_from():
    songs = [looped(seed) for seed in range(40)]
    tried, wrong, missed = 0, 0, 0
    for number, song in enumerate(songs):
        random = np.random.default_rng(number)
        start = int(random.integers(60, song.size - TEN_SECONDS - 60))
        clip = noisy(song[start : start + TEN_SECONDS], 0.02, number)
        missed += align(clip, song) is None
        for other in songs[:number] + songs[number + 1 :]:
            tried += 1
            wrong += align(clip, other) is not None
    assert tried == 1560
    assert wrong <= tried // 1000
    assert missed == 0
