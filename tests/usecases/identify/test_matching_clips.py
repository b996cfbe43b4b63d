"""Look-ups of excerpts: found wherever they begin, and by an amount of work that is bounded."""

from __future__ import annotations

import numpy as np
import pytest

from linernotes.fingerprint.values import SILENCE, WORD_SECONDS, Words
from linernotes.usecases.identify.clips import MOST_CLIP_WORDS, MOST_PAIRS
from linernotes.usecases.identify.values import Query
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.matching_world import World

TEN_SECONDS = 80
LONG = 2000
"""Words of a song of four minutes."""


@pytest.fixture
def world() -> World:
    """Five whole songs, indexed whole."""
    world = World(index="full")
    for number in range(1, 6):
        world.add(number, track(number, LONG))
    return world


def excerpt(number: int, start: int, count: int = TEN_SECONDS, share: float = 0.03) -> Words:
    """Return a part of a song that is a little changed."""
    return noisy(track(number, LONG)[start:][:count], share, seed=start)


@pytest.mark.parametrize("start", [0, 30, 700, LONG - TEN_SECONDS])
def test_ten_seconds_from_anywhere_are_found_and_placed(world, start):
    [[match]] = world.match(Query(excerpt(3, start), 10, clip=True))
    assert (match.track.id, match.fingerprint, match.duration) == (3, 3, 260)
    assert match.offset == pytest.approx(start * WORD_SECONDS, abs=0.01)
    assert 0.77 < match.score < 1


def test_an_excerpt_may_begin_before_the_track(world):
    [[match]] = world.match(Query(np.concatenate([track(9, 40), excerpt(2, 0)]), 15, clip=True))
    assert match.offset == pytest.approx(-40 * WORD_SECONDS, abs=0.01)


def test_its_duration_does_not_matter(world):
    for duration in (0, -1, 10**30):
        assert [number for number, _ in world.found(excerpt(4, 500), duration=duration, clip=True)] == [4]


def test_a_song_that_is_not_there_is_not_found(world):
    for start in range(0, LONG, 200):
        assert world.found(excerpt(6, start), clip=True) == []
    assert world.found(np.full(TEN_SECONDS, SILENCE, dtype=np.uint32), clip=True) == []
    assert world.found(excerpt(3, 500, count=10), clip=True) == []


def test_the_less_was_changed_the_better_the_score_and_the_place(world):
    world.add(7, noisy(track(3, LONG), 0.04))
    found = world.found(excerpt(3, 600, share=0), clip=True)
    assert [number for number, _ in found] == [3, 7]
    changes = (0.0, 0.02, 0.05, 0.08)
    scores = [world.found(excerpt(3, 600, share=share), clip=True)[0][1] for share in changes]
    assert scores == sorted(scores, reverse=True)


def test_the_strict_score_counts_the_error_twice():
    scores = []
    for kind in ("lookup", "sql"):
        world = World(index="full", score=kind)
        world.add(1, track(1, LONG))
        scores += [score for _, score in world.found(excerpt(1, 600), clip=True)]
    assert 1 - scores[1] == pytest.approx(2 * (1 - scores[0]))


def test_clips_and_whole_fingerprints_go_in_one_batch(world):
    clip, whole = Query(excerpt(1, 900), 10, clip=True), Query(track(2, LONG)[:948], 260)
    found = world.match(clip, whole, clip)
    assert [[match.track.id for match in matches] for matches in found] == [[1], [2], [1]]
    assert [matches[0].offset is None for matches in found] == [False, True, False]
    assert world.offloaded == 1


def test_of_a_long_excerpt_the_beginning_is_looked_for(world):
    beginning = excerpt(5, 300, count=MOST_CLIP_WORDS)
    found = world.found(beginning, clip=True)
    assert [number for number, _ in found] == [5]
    assert world.found(np.concatenate([beginning, track(8, 50_000)]), clip=True) == found


def test_when_the_work_is_used_up_the_candidates_with_fewer_hits_are_left_out():
    world = World(index="full")
    clip = track(20)
    mix = 60_000
    for number in range(1, 5):
        # The higher the number, the more of the clip is in the mix; all would be matches.
        world.add(number, np.concatenate([track(30 + number, mix), noisy(clip, 0.02 / number, seed=number)]))
    assert MOST_PAIRS // (clip.size * mix) == 2
    assert [number for number, _ in world.found(clip, clip=True)] == [4, 3, 2]
