"""What becomes of jobs: done, tried again, given up, given back; by a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest

from linernotes.domain.errors import Conflict, Gone, Invalid, LinernotesError, NotFound, RateLimited, Unavailable
from linernotes.domain.jobs import Job, JobState, NewJob
from linernotes.queues import LOST
from linernotes.queues.memory import MemoryQueue
from linernotes.worker.attempt import LONGEST_REASON, Handler
from linernotes.worker.runner import Runner
from linernotes.worker.settings import WorkerSettings
from linernotes.worker.tally import JobNumbers
from tests.worker.clock import HandClock, until

SETTINGS = WorkerSettings(
    concurrency=2, lease_seconds=60, max_attempts=3, backoff_seconds=10, backoff_most_seconds=15, grace_seconds=5
)


class FailingQueue(MemoryQueue):
    """A queue that cannot be reached while somebody says so. Fake."""

    def __init__(self) -> None:
        super().__init__()
        self.down: set[str] = set()
        self.refused = 0
        self.fault: Exception = Unavailable("no connection")

    def _ask(self, what: str) -> None:
        if what in self.down:
            self.refused += 1
            raise self.fault

    def lease(self, **asked: object) -> list[Job]:
        self._ask("lease")
        return super().lease(**asked)  # type: ignore[arg-type]

    def finish(self, job: Job) -> bool:
        self._ask("finish")
        return super().finish(job)

    def extend(self, job: Job, *, until: int) -> bool:
        self._ask("extend")
        return super().extend(job, until=until)


class Bench:
    """A queue, a clock, and a runner of one handler."""

    def __init__(self, handler: Handler, settings: WorkerSettings = SETTINGS) -> None:
        self.clock = HandClock()
        self.queue = FailingQueue()
        self.runner = Runner(
            queue=self.queue,
            handlers={"refresh": handler},
            owner="me",
            settings=settings,
            now=self.clock.now,
            sleep=self.clock.sleep,
            chance=lambda: 0.0,
        )

    def put(self, *keys: str) -> None:
        self.queue.put([NewJob("refresh", key) for key in keys], now=self.clock.now())

    @property
    def numbers(self) -> JobNumbers:
        return next(iter(self.runner.numbers()), JobNumbers("refresh"))

    def only(self) -> Job:
        [job] = self.queue.jobs()
        return job

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.runner.run())
        try:
            yield task
        finally:
            if not task.cancelling():
                task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()

    async def passes(self, seconds: float, *, until_: Callable[[], object]) -> None:
        """Let time pass, in steps that no pause of the runner is longer than, until something holds."""
        await until(lambda: self.clock.sleeping)
        self.clock.advance(seconds)
        await until(until_)


async def succeed(job: Job) -> None:
    """Do nothing, well."""


def failing(error: BaseException) -> Handler:
    async def fail(job: Job) -> None:
        raise error

    return fail


class Blocked:
    """A handler that begins and waits to be let go. Fake."""

    def __init__(self, *, stubborn: bool = False) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.go = asyncio.Event()
        self.most = self._now = 0
        self._stubborn = stubborn

    async def __call__(self, job: Job) -> None:
        self.begun.append(job.key)
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(job.key)
            raise
        finally:
            self._now -= 1


def test_jobs_are_done_and_gone() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.put("a", "b", "c")
        async with bench.running():
            await until(lambda: bench.numbers.done == 3)
        assert bench.queue.jobs() == []
        assert bench.numbers == JobNumbers("refresh", leased=3, done=3)

    asyncio.run(scene())


def test_no_more_run_at_once_than_is_set() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked)
        bench.put("a", "b", "c", "d", "e")
        async with bench.running():
            await until(lambda: len(blocked.begun) == 2)
            assert [count.count for count in bench.queue.counts()] == [2, 3]
            blocked.go.set()
            await until(lambda: bench.numbers.done == 5)
        assert blocked.most == 2

    asyncio.run(scene())


def test_a_queue_without_work_is_asked_less_and_less_often() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        async with bench.running():
            for asked in range(1, 7):
                await until(lambda asked=asked: len(bench.clock.slept) == asked)
                bench.clock.advance(2)
        assert bench.clock.slept[:6] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]

    asyncio.run(scene())


def test_a_nudge_has_a_job_taken_before_the_pause_is_over() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        async with bench.running():
            await until(lambda: bench.clock.sleeping)
            bench.put("a")
            bench.runner.nudge()
            await until(lambda: bench.numbers.done == 1)  # and no time has passed

    asyncio.run(scene())


def test_what_failed_waits_longer_each_time_and_is_given_up_with_its_reason() -> None:
    async def scene() -> None:
        bench = Bench(failing(Unavailable("the source is away")))
        bench.put("a")
        waits = []
        async with bench.running():
            for attempt in (1, 2):
                await until(lambda attempt=attempt: bench.numbers.retried == attempt)
                job = bench.only()
                assert (job.state, job.attempts, job.reason) == (JobState.WAITING, attempt, "the source is away")
                waits.append(job.run_at - bench.clock.now())
                await bench.passes(waits[-1] / 1000, until_=lambda attempt=attempt: bench.numbers.leased > attempt)
            await until(lambda: bench.numbers.buried == 1)
        assert waits == [10_000, 15_000]
        job = bench.only()
        assert (job.state, job.attempts, job.reason) == (JobState.DEAD, 3, "the source is away")
        assert bench.numbers == JobNumbers("refresh", leased=3, retried=2, buried=1)

    asyncio.run(scene())


def test_a_source_that_says_when_to_come_back_is_listened_to() -> None:
    async def scene() -> None:
        bench = Bench(failing(RateLimited(retry_after=700)))
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.numbers.retried == 1)
        assert bench.only().run_at == bench.clock.now() + 700_000

    asyncio.run(scene())


@pytest.mark.parametrize(
    "error", [Invalid("no such id"), NotFound("no such id"), Gone("no such id"), Conflict("no such id")]
)
def test_what_no_second_attempt_can_help_is_given_up_at_once(error: LinernotesError) -> None:
    async def scene() -> None:
        bench = Bench(failing(error))
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.numbers.buried == 1)
        assert (bench.only().state, bench.only().attempts, bench.only().reason) == (JobState.DEAD, 1, "no such id")

    asyncio.run(scene())


def test_a_foreign_error_is_kept_as_one_short_line_and_tried_again() -> None:
    async def scene() -> None:
        bench = Bench(failing(ValueError("bad\x00 value\n" + "x" * 10_000)))
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.numbers.retried == 1)
        reason = bench.only().reason
        assert reason.startswith("ValueError: bad value xxx")
        assert len(reason) == LONGEST_REASON

    asyncio.run(scene())


def test_a_handler_that_takes_too_long_is_cut_off_and_tried_again() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked, msgspec.structs.replace(SETTINGS, job_timeout_seconds=0.01))
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.numbers.retried == 1)
        assert blocked.cancelled == ["a"]
        assert bench.only().reason == "not done after 0.01 seconds"

    asyncio.run(scene())


def test_a_handler_that_cancels_itself_has_failed() -> None:
    async def scene() -> None:
        bench = Bench(failing(asyncio.CancelledError()))
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.numbers.retried == 1)
        assert bench.only().reason == "it was cancelled"

    asyncio.run(scene())


def test_a_lease_is_extended_while_its_job_runs() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked)
        bench.put("a")
        async with bench.running():
            await until(lambda: blocked.begun)
            for _ in range(6):
                before = bench.only().leased_until
                await bench.passes(20, until_=lambda before=before: bench.only().leased_until > before)
            assert (
                bench.queue.lease(owner="other", kinds=["refresh"], limit=1, now=bench.clock.now(), until=10**9) == []
            )
            blocked.go.set()
            await until(lambda: bench.numbers.done == 1)
        assert bench.queue.jobs() == []

    asyncio.run(scene())


def test_a_job_whose_lease_somebody_else_has_is_let_go() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked)
        bench.put("a")
        async with bench.running():
            await until(lambda: blocked.begun)
            [taken] = bench.queue.lease(owner="other", kinds=["refresh"], limit=1, now=10**9, until=2 * 10**9)
            await bench.passes(20, until_=lambda: bench.numbers.lost == 1)
        assert blocked.cancelled == ["a"]
        assert bench.only() == taken

    asyncio.run(scene())


def test_a_job_whose_lease_cannot_be_extended_is_let_go_before_others_may_take_it() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked)
        bench.put("a")
        async with bench.running():
            await until(lambda: blocked.begun)
            bench.queue.down = {"extend", "lease"}
            for asked in range(3):
                assert blocked.cancelled == []
                await bench.passes(20, until_=lambda asked=asked: bench.queue.refused > asked)
            await until(lambda: bench.numbers.lost == 1)
        assert blocked.cancelled == ["a"]

    asyncio.run(scene())


def test_what_is_done_is_told_as_soon_as_the_queue_can_be_reached_again() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.queue.down = {"finish"}
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.queue.refused == 1)
            bench.queue.down = set()
            await bench.passes(2, until_=lambda: bench.numbers.done == 1)
        assert bench.numbers == JobNumbers("refresh", leased=1, done=1)

    asyncio.run(scene())


def test_a_queue_that_stays_away_loses_the_job_and_not_the_runner() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.queue.down = {"finish"}
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.queue.refused == 1)
            await bench.passes(60, until_=lambda: bench.numbers.lost == 1)
            bench.queue.down = set()
            await bench.passes(2, until_=lambda: bench.numbers.done == 1)
        assert bench.numbers == JobNumbers("refresh", leased=2, done=1, lost=1)

    asyncio.run(scene())


@pytest.mark.parametrize("fault", [Unavailable("no connection"), ValueError("a bug")])
def test_a_queue_that_cannot_be_asked_is_asked_again(fault: Exception) -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.queue.fault = fault
        bench.queue.down = {"lease"}
        bench.put("a")
        async with bench.running():
            await until(lambda: bench.queue.refused == 1)
            bench.queue.down = set()
            await bench.passes(2, until_=lambda: bench.numbers.done == 1)

    asyncio.run(scene())


def lost_again_and_again(bench: Bench, times: int) -> None:
    """Let that many processes take the job and be lost."""
    for number in range(times):
        at = bench.clock.now()
        bench.queue.lease(owner=f"lost {number}", kinds=["refresh"], limit=1, now=at, until=at)


def test_a_job_that_its_processes_do_not_survive_is_given_up() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.put("a")
        lost_again_and_again(bench, 3)
        async with bench.running():
            await until(lambda: bench.numbers.buried == 1)
        assert (bench.only().state, bench.only().reason) == (JobState.DEAD, f"{LOST}, after 3 attempts")

    asyncio.run(scene())


def test_a_job_whose_process_was_lost_once_runs_elsewhere() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.put("a")
        lost_again_and_again(bench, 2)
        async with bench.running():
            await until(lambda: bench.numbers.done == 1)

    asyncio.run(scene())


def test_stopping_lets_running_jobs_finish() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked)
        bench.put("a", "b", "c")
        async with bench.running() as task:
            await until(lambda: len(blocked.begun) == 2)
            task.cancel()
            await asyncio.sleep(0)
            blocked.go.set()
        assert [job.key for job in bench.queue.jobs()] == ["c"]
        assert bench.numbers == JobNumbers("refresh", leased=2, done=2)

    asyncio.run(scene())


def test_stopping_gives_back_what_does_not_finish_in_time() -> None:
    async def scene() -> None:
        blocked = Blocked()
        bench = Bench(blocked, msgspec.structs.replace(SETTINGS, grace_seconds=0))
        bench.put("a")
        async with bench.running():
            await until(lambda: blocked.begun)
            bench.clock.advance(5)
        job = bench.only()
        assert (job.state, job.run_at, job.reason) == (JobState.WAITING, bench.clock.now(), "stopped")
        assert bench.numbers == JobNumbers("refresh", leased=1, returned=1)

    asyncio.run(scene())


def test_a_handler_that_fails_for_being_stopped_has_not_failed() -> None:
    async def scene() -> None:
        begun = asyncio.Event()

        async def translate(job: Job) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as exc:
                raise Unavailable("cut off") from exc

        bench = Bench(translate, msgspec.structs.replace(SETTINGS, grace_seconds=0))
        bench.put("a")
        async with bench.running():
            await begun.wait()
        assert (bench.only().state, bench.only().reason) == (JobState.WAITING, "stopped")

    asyncio.run(scene())


def test_being_stopped_often_is_no_reason_to_give_a_job_up() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.put("a")
        for _ in range(5):
            at = bench.clock.now()
            [job] = bench.queue.lease(owner="stopped", kinds=["refresh"], limit=1, now=at, until=at + 9)
            bench.queue.retry(job, reason="stopped", run_at=at)
        async with bench.running():
            await until(lambda: bench.numbers.done == 1)

    asyncio.run(scene())


class SlowLease(FailingQueue):
    """A queue that is told to stop while it leases. Fake."""

    def __init__(self, leasing: Callable[[], None]) -> None:
        super().__init__()
        self._leasing = leasing

    def lease(self, **asked: object) -> list[Job]:
        jobs = super().lease(**asked)
        if jobs:
            self._leasing()
        return jobs


def test_jobs_that_are_taken_in_the_moment_of_stopping_are_given_back() -> None:
    async def scene() -> None:
        begun = Blocked()
        bench = Bench(begun)
        loop, running = asyncio.get_running_loop(), list[asyncio.Task[None]]()
        stopped = asyncio.run_coroutine_threadsafe

        async def stop() -> None:
            running[0].cancel()
            await asyncio.sleep(0.01)

        queue = SlowLease(lambda: stopped(stop(), loop).result())
        queue.put([NewJob("refresh", "a"), NewJob("refresh", "b")], now=0)
        runner = Runner(queue=queue, handlers={"refresh": begun}, owner="me", settings=SETTINGS, now=bench.clock.now)
        running.append(asyncio.create_task(runner.run()))
        await asyncio.wait(running)
        assert begun.begun == []
        assert [(job.state, job.reason) for job in queue.jobs()] == [(JobState.WAITING, "stopped")] * 2

    asyncio.run(scene())


def test_kinds_that_nobody_handles_are_left_alone() -> None:
    async def scene() -> None:
        bench = Bench(succeed)
        bench.queue.put([NewJob("strange", "a")], now=0)
        bench.put("b")
        async with bench.running():
            await until(lambda: bench.numbers.done == 1)
        assert bench.only().kind == "strange"

    asyncio.run(scene())
