"""A submission that cannot be imported stops no other, is tried again, and is given up with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from linernotes.domain.errors import Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.domain.identification import Submission, SubmissionState
from linernotes.domain.jobs import JobState
from linernotes.fingerprint.query import extract_query
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import DEFAULT_RULES, Hit, SearchRules
from linernotes.ports.identification import ImportWork
from linernotes.usecases.identify.importing import ATTEMPTS, RETRY_MILLISECONDS, UNTOUCHED_MILLISECONDS, ImportTally
from linernotes.usecases.identify.jobs import IMPORT_MANY, IMPORT_ONE, LAST, read_span
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, mbid, said

COUNT = 10
BAD = 4


class PoisonedWork:
    """Work on a store that fails when it comes to one submission, in one of its steps."""

    def __init__(self, work: ImportWork, step: str, fault: Callable[[], None]) -> None:
        self._work = work
        self._step = step
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        step = getattr(self._work, name)
        if name != self._step:
            return step

        def poisoned(submission: Submission, *more: Any, **named: Any) -> Any:
            found = step(submission, *more, **named)
            if submission.id == BAD:
                self._fault()
            return found

        return poisoned


class PoisonedSubmissions:
    """Submissions of which one cannot be imported as long as there is a fault."""

    def __init__(self, world: World, step: str, fault: Exception) -> None:
        self._kept = world.kept.submissions
        self._step = step
        self.fault: Exception | None = fault

    @contextmanager
    def work(self) -> Iterator[Any]:
        with self._kept.work() as work:
            yield PoisonedWork(work, self._step, self._fail)

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)


class PoisonedIndex(MemoryIndex):
    """An index that one query is too much for."""

    def __init__(self, query: Sequence[int]) -> None:
        super().__init__()
        self.query: list[int] | None = list(query)

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        if self.query in [list(query) for query in queries]:
            raise ValueError("too much")
        return super().search_all(queries, rules)


def songs(world: World) -> None:
    """Keep some submissions, the last of which sounds like the bad one."""
    words = [track(seed, 300) for seed in range(1, COUNT)]
    world.add(*(said(one, number) for number, one in enumerate([*words, noisy(words[BAD - 1], 0.02)], 1)))


def states(world: World) -> dict[SubmissionState, int]:
    found = [world.status(id_).state for id_ in range(1, COUNT + 1)]
    return {state: found.count(state) for state in set(found)}


@pytest.mark.parametrize("step", ["link", "imported"])
@pytest.mark.parametrize(
    "fault", [RuntimeError("a bug"), Invalid("no"), Corrupt("bytes"), Unavailable("gone")], ids=str
)
def test_one_bad_submission_stops_no_other_and_is_buried_after_three_failures(step: str, fault: Exception) -> None:
    world = World()
    songs(world)
    poisoned = PoisonedSubmissions(world, step, fault)
    world.start(submissions=poisoned)
    assert world.importer.run(1, LAST) == ImportTally(imported=9, failed=1, tracks=9, fingerprints=9)
    assert states(world) == {SubmissionState.IMPORTED: 9, SubmissionState.PENDING: 1}
    assert str(fault) in world.status(BAD).reason
    assert world.sources() == {mbid(number): 1 for number in range(1, COUNT + 1) if number != BAD}

    (job,) = world.jobs()
    assert (job.kind, job.key, job.run_at) == (IMPORT_ONE, str(BAD), world.now + RETRY_MILLISECONDS)
    for _ in range(ATTEMPTS - 1):
        assert world.jobs(JobState.WAITING)
        world.now += RETRY_MILLISECONDS
        world.work()
    (dead,) = world.jobs()
    assert (dead.state, str(fault) in dead.reason) == (JobState.DEAD, True)
    assert world.importer.run(1, LAST) == ImportTally()
    assert world.status(BAD).state is SubmissionState.PENDING

    world.queue.revive([dead.id], now=world.now)
    world.work()
    assert [job.state for job in world.jobs()] == [JobState.DEAD]
    poisoned.fault = None
    world.queue.revive([dead.id], now=world.now)
    world.work()
    assert not world.jobs()
    # It sounds like the last one, and both are one track.
    assert world.gids([BAD]) == world.gids([COUNT])
    assert world.sources() == {mbid(number): 1 for number in range(1, COUNT + 1)}


def test_a_failure_that_passes_is_forgotten_at_the_next_attempt() -> None:
    world = World()
    songs(world)
    poisoned = PoisonedSubmissions(world, "link", RuntimeError("just now"))
    world.start(submissions=poisoned)
    world.importer.run(1, LAST)
    poisoned.fault = None
    world.now += RETRY_MILLISECONDS
    world.work()
    assert states(world) == {SubmissionState.IMPORTED: COUNT}
    assert world.status(BAD).reason == ""
    assert not world.jobs()


def test_what_a_failed_attempt_wrote_is_undone() -> None:
    world = World()
    world.add(said(track(1), 1))
    world.add(*(said(track(seed), seed) for seed in (2, 3, 4)))
    world.start(submissions=PoisonedSubmissions(world, "imported", RuntimeError("late")))
    world.importer.run(1, LAST)
    assert len(world.stored()) == 3
    assert world.index.state().documents == 3


@pytest.mark.parametrize("error", [RuntimeError("a bug"), Invalid("no"), Unavailable("gone")])
def test_a_second_failure_is_worth_another_attempt_whatever_it_is(error: Exception) -> None:
    world = World()
    songs(world)
    world.start(submissions=PoisonedSubmissions(world, "link", error))
    world.importer.run(1, LAST)
    expected = Unavailable if isinstance(error, LinernotesError) else type(error)
    with pytest.raises(expected, match=str(error)):
        world.importer.retry(BAD)
    with pytest.raises(Invalid, match=str(error)):
        world.importer.retry(BAD)


def test_what_does_not_wait_any_more_is_left_alone() -> None:
    world = World()
    songs(world)
    world.importer.run(1, LAST)
    world.importer.retry(BAD)
    world.importer.retry(999)
    assert world.sources() == {mbid(number): 1 for number in range(1, COUNT + 1)}


def test_a_query_that_the_index_cannot_bear_is_the_failure_of_that_submission() -> None:
    world = World()
    songs(world)
    index = world.index = PoisonedIndex(extract_query(track(BAD, 300)).tolist())
    world.start()
    assert world.importer.run(1, LAST) == ImportTally(imported=9, failed=1, tracks=9, fingerprints=9)
    assert "too much" in world.status(BAD).reason
    index.query = None
    world.importer.retry(BAD)
    assert states(world) == {SubmissionState.IMPORTED: COUNT}


def test_bytes_that_are_no_fingerprint_are_the_failure_of_that_submission() -> None:
    world = World()
    world.add(said(track(1), 1), said(track(2), 2, packed=b"\x01\x00\x00\xffrubbish"), said(track(3), 3))
    assert world.importer.run(1, LAST) == ImportTally(imported=2, failed=1, tracks=2, fingerprints=2)
    assert "cannot be read" in world.status(2).reason


def test_a_job_that_was_never_put_because_the_process_ended_is_put_by_the_next_run() -> None:
    world = World()
    songs(world)
    world.start(submissions=PoisonedSubmissions(world, "link", RuntimeError("a bug")))
    world.importer.run(1, LAST)
    (job,) = world.jobs()
    world.queue.remove([job.id])
    assert world.importer.run(1, LAST) == ImportTally()
    assert [job.key for job in world.jobs()] == [str(BAD)]


def test_while_there_is_no_index_everything_waits_and_nothing_counts_as_failed() -> None:
    world = World()
    songs(world)
    index, world.index = world.index, None  # type: ignore[assignment]

    class Missing:
        """An index that is being made."""

        def state(self) -> None:
            raise Unavailable("There is no index yet.")

    world.index = Missing()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        world.importer.run(1, LAST)
    assert states(world) == {SubmissionState.PENDING: COUNT}
    world.index = index
    assert world.importer.run(1, LAST).imported == COUNT


def test_an_index_of_another_database_is_waited_for() -> None:
    world = World()
    world.index.apply([], metadata={"source": "another", "mode": "query", "change": "0"})
    world.add(said(track(1)))
    with pytest.raises(Unavailable, match="another database"):
        world.importer.run(1, LAST)


def test_the_sweep_finds_what_has_lost_its_job_but_not_what_is_fresh() -> None:
    world = World()
    songs(world)
    world.importer.sweep()
    world.now += UNTOUCHED_MILLISECONDS
    world.importer.sweep()
    assert not world.jobs()
    world.now += 1
    world.importer.sweep()
    world.importer.sweep()
    (job,) = world.jobs()
    assert (job.kind, read_span(job.payload).first) == (IMPORT_MANY, 1)
    world.start(submissions=PoisonedSubmissions(world, "link", RuntimeError("a bug")))
    world.work()
    assert states(world) == {SubmissionState.IMPORTED: 9, SubmissionState.PENDING: 1}
    (own,) = world.jobs()
    assert own.kind == IMPORT_ONE


def test_a_submission_that_failed_and_lost_its_job_has_one_again_until_it_has_failed_too_often() -> None:
    world = World()
    songs(world)
    world.start(submissions=PoisonedSubmissions(world, "link", RuntimeError("a bug")))
    world.now += UNTOUCHED_MILLISECONDS + 1
    world.importer.sweep()
    world.work()
    (own,) = world.jobs()
    world.queue.remove([own.id])
    world.importer.sweep()
    world.work()
    assert [job.kind for job in world.jobs()] == [IMPORT_ONE]
