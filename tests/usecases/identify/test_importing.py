"""Which track a submission comes to, and which never comes to one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import FIRST_LOCAL_ID, SubmissionState, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.match.compare import score
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import SILENCE, Words
from linernotes.ports.fingerprints import SearchRules
from linernotes.usecases.identify.importing import BATCH, BATCHES, ImportTally
from linernotes.usecases.identify.jobs import IMPORT_MANY, LAST, Span, read_span
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, mbid, said

SONG = track(1)
COPY = noisy(SONG, 0.02)
TAKE = noisy(SONG, 0.08)
COVER = noisy(SONG, 0.19)
OTHER = track(2)


def test_the_made_up_fingerprints_are_as_alike_as_their_names_say() -> None:
    assert score(SONG, COPY) > 0.90 > score(SONG, TAKE) > 0.75 > score(SONG, COVER) > 0.40 > score(SONG, OTHER)


def test_what_is_submitted_is_imported_and_found_in_the_index() -> None:
    world = World()
    (id_,) = world.add(said(SONG))
    assert world.importer.run(id_, id_) == ImportTally(imported=1, tracks=1, fingerprints=1)
    status = world.status(id_)
    assert (status.state, status.reason) == (SubmissionState.IMPORTED, "")
    ((fingerprint, kept),) = world.stored().items()
    assert fingerprint >= FIRST_LOCAL_ID
    assert (kept.track.gid, kept.duration) == (status.gid, 260)
    (hit,) = world.index.search(extract_query(COPY).tolist(), SearchRules())
    assert hit.id == fingerprint
    assert world.sources() == {mbid(1): 1}


@pytest.mark.parametrize(
    ("words", "duration", "tracks", "fingerprints"),
    [
        (SONG, 260, 1, 1),
        (SONG, 267, 1, 1),
        (SONG, 253, 1, 1),
        (SONG, 268, 2, 2),
        (SONG, 252, 2, 2),
        (COPY, 260, 1, 1),
        (TAKE, 260, 1, 2),
        (COVER, 260, 2, 2),
        (OTHER, 260, 2, 2),
    ],
    ids=["again", "7s-longer", "7s-shorter", "8s-longer", "8s-shorter", "copy", "take", "cover", "other"],
)
@pytest.mark.parametrize("together", [False, True], ids=["one-by-one", "in-one-batch"])
@pytest.mark.parametrize("full", [False, True], ids=["query", "full"])
def test_like_sounds_come_to_one_track_as_in_acoustid(
    words: Words, duration: int, tracks: int, fingerprints: int, *, together: bool, full: bool
) -> None:
    world = World(full=full)
    first, second = said(SONG), said(words, 2, duration=duration)
    tally = world.bring(first, second) if together else world.bring(first) + world.bring(second)
    assert tally == ImportTally(imported=2, tracks=tracks, fingerprints=fingerprints)
    assert len(set(world.gids([1, 2]))) == tracks
    assert len(world.stored()) == fingerprints
    assert world.sources() == {mbid(1): 1, mbid(2): 1}


def test_a_track_is_joined_only_by_what_is_like_all_its_fingerprints() -> None:
    world = World()
    world.bring(said(SONG, duration=260), said(TAKE, duration=267))
    assert len(set(world.gids([1, 2]))) == 1
    # Like the second, and of a duration within 7 seconds of it, but not of the first.
    world.bring(said(TAKE, 2, duration=268))
    assert world.gids([3]) != world.gids([1])


def test_a_track_does_not_drift_away_from_its_first_fingerprint() -> None:
    world = World()
    takes = [SONG]
    for seed in range(3):
        takes.append(noisy(takes[-1], 0.11, seed))
    assert all(score(one, following) > 0.75 for one, following in pairwise(takes))
    assert score(takes[0], takes[2]) > 0.40 > score(takes[0], takes[3])
    world.bring(*(said(take, number) for number, take in enumerate(takes, 1)))
    gids = world.gids(range(1, 5))
    assert (len(set(gids[:3])), gids[3] == gids[2]) == (1, False)


def test_of_several_tracks_the_one_that_is_most_alike_is_joined() -> None:
    world = World()
    near, far = noisy(SONG, 0.05, seed=1), noisy(SONG, 0.15, seed=2)
    world.bring(said(far, 1))
    world.bring(said(near, 2))
    assert len(set(world.gids([1, 2]))) == 2
    world.bring(said(SONG, 3))
    assert world.gids([3]) == world.gids([2])


def with_distinct(count: int) -> Words:
    """Return 900 words of which so many are different."""
    return np.resize(np.unique(track(3))[:count], 900).astype(np.uint32)


def test_eighty_different_words_are_enough_and_seventy_nine_are_not() -> None:
    world = World()
    tally = world.bring(said(with_distinct(79)), said(with_distinct(80)))
    assert tally == ImportTally(imported=1, rejected=1, tracks=1, fingerprints=1)
    rejected = world.status(1)
    assert (rejected.state, rejected.gid) == (SubmissionState.REJECTED, None)
    assert "79 different words" in rejected.reason
    assert world.status(2).state is SubmissionState.IMPORTED
    assert world.bring() == ImportTally()


def test_silence_and_what_says_nothing_are_rejected_with_a_reason() -> None:
    world = World()
    silent = said(np.full(900, SILENCE, dtype=np.uint32))
    nobody = said(SONG, mbid=MBID("00000000-0000-0000-0000-000000000000"))
    empty = said(SONG, None, metadata=UserMetadata(), foreign_id="shop:1")
    assert world.bring(silent, nobody, empty) == ImportTally(rejected=3)
    assert all(world.status(id_).reason for id_ in (1, 2, 3))
    assert not world.stored()


def test_the_mbid_of_all_zeros_is_not_linked() -> None:
    world = World()
    nobody = MBID("00000000-0000-0000-0000-000000000000")
    assert world.bring(said(SONG, mbid=nobody, metadata=UserMetadata(track="a song"))).imported == 1
    assert not world.sources()


def test_only_what_was_asked_for_is_imported_and_nothing_twice() -> None:
    world = World()
    world.add(*(said(track(seed), seed) for seed in range(1, 6)))
    assert world.importer.run(2, 4).imported == 3
    assert world.importer.run(2, 4) == ImportTally()
    assert world.importer.run(1, LAST).imported == 2
    assert world.sources() == {mbid(seed): 1 for seed in range(1, 6)}


def test_many_batches_are_imported_in_one_run() -> None:
    world = World()
    count = 3 * BATCH + 5
    assert world.bring(*(said(track(seed, 300), seed) for seed in range(1, count + 1))).imported == count
    assert len(world.stored()) == count


def test_what_one_job_does_not_reach_has_another_job() -> None:
    world = World()
    world.add(*(said(with_distinct(79), seed) for seed in range(1, BATCH * BATCHES + 3)))
    assert world.importer.run(1, BATCH * BATCHES + 2).rejected == BATCH * BATCHES
    (job,) = world.jobs()
    assert (job.kind, read_span(job.payload).first) == (IMPORT_MANY, BATCH * BATCHES + 1)
    world.work()
    assert world.kept.submissions.waiting() == 0
    assert not world.jobs()


def test_an_importer_that_is_stopped_leaves_its_job_to_the_next_process() -> None:
    world = World()
    world.add(said(SONG))
    world.queue.put([Span(1, 1).many()], now=world.now)
    world.importer.stop()
    world.work()
    world.importer.wait()
    with pytest.raises(Unavailable):
        world.importer.retry(1)
    assert world.status(1).state is SubmissionState.PENDING
    world.start()
    world.now += 10_000
    world.work()
    assert world.status(1).state is SubmissionState.IMPORTED
