"""Look-ups by fingerprint: what is found, in which order, with which score, and by how many reads."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Corrupt, Invalid, NotFound, Unavailable
from linernotes.fingerprint.match.compare import MOST_WORDS, lookup_score
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import SILENCE
from linernotes.usecases.identify.lookup import LITTLE
from linernotes.usecases.identify.matching import Matcher
from linernotes.usecases.identify.scores import LEAST, rounded
from linernotes.usecases.identify.values import Query
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.matching_world import World, gid

SONG = track(1)


@pytest.fixture
def world() -> World:
    """Three songs of 260 seconds."""
    world = World()
    for number in (1, 2, 3):
        world.add(number, track(number))
    return world


# Made-up words are whole numbers from a dice of known kind, the same everywhere: both scores are known to the digit.
@pytest.mark.parametrize(
    ("share", "lookup", "sql"),
    [(0.0, 1.0, 1.0), (0.02, 0.98028743, 0.96057487), (0.05, 0.9500264, 0.9000527), (0.1, 0.89847046, 0.7969409)],
)
def test_a_score_is_the_one_that_was_set(share, lookup, sql):
    for kind, expected in (("lookup", lookup), ("sql", sql)):
        world = World(score=kind)
        world.add(1, SONG)
        assert world.found(noisy(SONG, share)) == [(1, expected)]


def test_a_song_is_found_however_it_was_changed_a_little_and_no_other_song_is(world):
    for changed in (noisy(SONG, 0.03), SONG[20:], np.concatenate([track(9, 30), SONG]), SONG[:500]):
        [(found, score)] = world.found(changed)
        assert (found, score > 0.4) == (1, True)
    assert world.found(track(4)) == []


@pytest.mark.parametrize(
    ("duration", "tolerance", "found"),
    [
        *((253, 7, 1), (267, 7, 1), (252, 7, 0), (268, 7, 0), (268, 8, 1), (230, 30, 1), (229, 30, 0)),
        *((0, 7, 0), (-5, 30, 0), (10**30, 7, 0), (-(10**30), 7, 0), (1 << 31, 7, 0)),
    ],
)
def test_durations_differ_by_no_more_than_the_tolerance(world, duration, tolerance, found):
    [matches] = world.match(Query(SONG, duration, tolerance))
    assert [match.duration for match in matches] == [260] * found


def test_the_best_comes_first_then_the_lowest_fingerprint_and_each_track_once():
    world = World()
    world.add(8, SONG)
    world.add(4, SONG)
    world.add(6, noisy(SONG, 0.02))
    world.add(2, noisy(SONG, 0.05), track=8)
    [matches] = world.match(Query(SONG, 260))
    assert [(match.track.gid, match.fingerprint) for match in matches] == [(gid(4), 4), (gid(8), 8), (gid(6), 6)]
    [fewer] = world.match(Query(SONG, 260), limit=2)
    assert fewer == matches[:2]


def test_what_the_stricter_score_refuses_is_no_match_whatever_look_ups_would_report():
    world = World()
    # Three tenths are the song: 0.65 as look-ups reckon, and 0.3 as the database does.
    unlike = np.concatenate([SONG[:290], track(5, 658)])
    world.add(1, unlike)
    assert world.index.search(extract_query(SONG).tolist())
    assert lookup_score(SONG, unlike) > LEAST
    assert world.found(SONG) == []


def test_silence_and_an_empty_index_find_nothing(world):
    assert world.found(np.full(900, SILENCE, dtype=np.uint32)) == []
    assert World().found(SONG) == []
    assert world.match() == []


def test_a_batch_is_one_search_and_one_read_and_each_query_has_its_own_durations(world):
    world.add(4, track(1), duration=300)
    queries = [Query(track(1), 260), Query(track(7), 260), Query(track(1), 300), Query(track(2), 500)]
    found = world.match(*queries)
    assert [[match.track.id for match in matches] for matches in found] == [[1], [], [4], []]
    assert (world.index.searches, world.tracks.asked) == (1, ["fingerprints"])


def test_little_is_compared_here_and_much_elsewhere(world):
    world.match(*[Query(SONG, 260)] * 20)
    assert world.offloaded == 0
    world.match(Query(np.concatenate([SONG, track(5, LITTLE)]), 260))
    assert world.offloaded == 1
    for number in range(10, 40):
        world.add(number, noisy(SONG, 0.01, seed=number))
    assert [len(found) for found in world.match(*[Query(SONG, 260)] * 2)] == [10, 10]
    assert (world.offloaded, world.tracks.away) == (2, [])


@pytest.mark.parametrize("remote", ["tracks", "index"])
def test_what_waits_for_another_program_is_not_asked_on_the_event_loop(world, remote):
    getattr(world, remote).remote = True
    assert world.found(SONG) == [(1, 1.0)]
    assert (world.offloaded, world.tracks.away) == (1, ["fingerprints"])


async def impatient(world: World, ended: threading.Event) -> None:
    """Look up, and let the search end afterwards, as the loop waits for its threads."""
    try:
        await world.identify.match([Query(SONG, 260)])
    finally:
        ended.set()


def test_a_search_that_takes_too_long_is_a_fault_and_no_answer():
    world = World(search_seconds=0.02)
    ended = threading.Event()
    world.add(1, SONG)
    world.index.remote = True
    world.index.wait = lambda: ended.wait(10)
    with pytest.raises(Unavailable, match="too long") as caught:
        world.run(impatient(world, ended))
    assert caught.value.retry_after


def test_once_nobody_waits_no_more_is_compared():
    world = World()
    world.add(1, SONG)
    matcher = Matcher(tracks=world.tracks, index=lambda: world.index, settings=world.settings)
    left = iter([False, False, True, True])
    first, *others = matcher.find([Query(SONG, 260)] * 3, limit=10, over=lambda: next(left))
    assert ([match.track.id for match in first], others) == ([1], [(), ()])
    assert matcher.find([Query(SONG, 260)], limit=10, over=lambda: True) == []
    assert world.tracks.asked == ["fingerprints"]


def test_without_an_index_nothing_is_answered(world):
    world.fault = Unavailable("The index is being built.")
    with pytest.raises(Unavailable, match="being built"):
        world.found(SONG)


def test_damaged_words_are_a_fault_and_no_answer(world):
    data = world.kept.keeper.data
    data.fingerprints[1] = type(data.fingerprints[1])(track=1, duration=260, packed=b"\1\0\0")
    with pytest.raises(Corrupt):
        world.found(SONG)


def test_of_a_fingerprint_that_is_too_long_to_compare_the_beginning_counts():
    world = World()
    whole = track(3, MOST_WORDS + 500)
    world.add(1, whole, duration=8000)
    [(found, score)] = world.found(whole, duration=8000)
    assert (found, score) == (1, 1.0)


def test_an_excerpt_is_refused_where_tracks_are_not_indexed_whole(world):
    with pytest.raises(Invalid, match="beginnings") as caught:
        world.found(SONG, clip=True)
    assert "full" in caught.value.hint


@given(st.just(0.0) | st.floats(1e-30, 1))
def test_a_score_is_written_as_the_shortest_decimal_of_its_32_bits(score):
    assert rounded(score) == float(str(np.float32(score)))


def test_a_fingerprint_is_there_or_not_found(world):
    assert world.run(world.identify.fingerprint(2)).track.id == 2
    for missing in (4, 0, -1, 1 << 70):
        with pytest.raises(NotFound):
            world.run(world.identify.fingerprint(missing))


def test_tracks_are_known_by_uuid_in_any_case(world):
    found = world.run(world.identify.tracks([gid(2).upper(), gid(9), gid(1)]))
    assert [one and one.id for one in found] == [2, None, 1]
