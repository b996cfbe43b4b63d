"""What every queue of jobs does, whatever keeps it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from linernotes.domain.jobs import Job, JobCount, JobState, NewJob
from linernotes.ports.queue import JobQueue
from linernotes.queues import LOST
from linernotes.queues.memory import MemoryQueue
from tests.contracts.queues import sql_queue

NOW = 1_800_000_000_000
SQL = ("sqlite", "postgresql")


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that several processes can reach; nothing for a queue in memory."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'state.sqlite'}" if request.param == "sqlite" else ""


@pytest.fixture
def queue(url: str) -> Iterator[JobQueue]:
    if url:
        with sql_queue(url) as opened:
            yield opened
    else:
        yield MemoryQueue()


every_queue = pytest.mark.parametrize("url", ["memory", *SQL], indirect=True)
every_shared_queue = pytest.mark.parametrize("url", SQL, indirect=True)


def put(queue: JobQueue, *keys: str, kind: str = "refresh", run_at: int = 0, priority: int = 0) -> int:
    return queue.put([NewJob(kind, key, f"about {key}", run_at, priority) for key in keys], now=NOW)


def lease(queue: JobQueue, limit: int = 10, *, owner: str = "me", now: int = NOW, until: int = NOW + 1000) -> list[Job]:
    return queue.lease(owner=owner, kinds=["refresh", "clean"], limit=limit, now=now, until=until)


def keys(jobs: list[Job]) -> list[str]:
    return [job.key for job in jobs]


@every_queue
def test_a_job_comes_out_as_it_went_in(queue: JobQueue) -> None:
    text = "Sigur Rós\n'; DROP TABLE job; -- %s \U0001d11e"
    assert queue.put([NewJob("refresh", text, text, NOW - 5, 7)], now=NOW) == 1
    [found] = lease(queue)
    assert found == Job(
        id=found.id,
        kind="refresh",
        key=text,
        payload=text,
        state=JobState.RUNNING,
        priority=7,
        attempts=1,
        created_at=NOW,
        run_at=NOW,
        owner="me",
        leased_until=NOW + 1000,
    )
    assert queue.jobs() == [found]


@every_queue
def test_what_waits_or_runs_is_not_added_again(queue: JobQueue) -> None:
    assert put(queue, "a", "a", "b") == 2
    assert put(queue, "a", "b", "c") == 1
    assert keys(lease(queue, 1)) == ["a"]
    assert put(queue, "a") == 0
    assert put(queue, "a", kind="clean") == 1
    assert put(queue) == 0


@every_queue
def test_what_is_done_or_given_up_may_be_added_again(queue: JobQueue) -> None:
    put(queue, "a", "b")
    done, dead = lease(queue)
    assert queue.finish(done)
    assert queue.bury(dead, reason="no")
    assert put(queue, "a", "b") == 2
    assert [(count.state, count.count) for count in queue.counts()] == [(JobState.DEAD, 1), (JobState.WAITING, 2)]


@every_queue
def test_jobs_are_taken_by_priority_then_by_age(queue: JobQueue) -> None:
    put(queue, "late", run_at=NOW + 20)
    put(queue, "early", run_at=NOW + 10)
    put(queue, "second of two", run_at=NOW + 20)
    put(queue, "urgent", run_at=NOW + 30, priority=5)
    put(queue, "idle", priority=-5)
    now = NOW + 100
    assert keys(lease(queue, 2, now=now, until=now + 1)) == ["urgent", "early"]
    assert keys(lease(queue, 9, now=now, until=now + 1)) == ["late", "second of two", "idle"]


@every_queue
def test_no_job_runs_before_its_time(queue: JobQueue) -> None:
    put(queue, "a", run_at=NOW + 10)
    assert lease(queue, now=NOW + 9) == []
    assert keys(lease(queue, now=NOW + 10)) == ["a"]


@every_queue
def test_only_the_kinds_that_were_asked_for_are_taken(queue: JobQueue) -> None:
    put(queue, "a", kind="strange")
    assert lease(queue) == []
    assert queue.lease(owner="me", kinds=[], limit=9, now=NOW, until=NOW) == []
    assert keys(queue.lease(owner="me", kinds=["strange"], limit=9, now=NOW, until=NOW)) == ["a"]


@every_queue
def test_nothing_is_taken_where_nothing_is_asked_for(queue: JobQueue) -> None:
    put(queue, "a")
    assert lease(queue, 0) == []


@every_queue
def test_a_leased_job_is_not_taken_by_another_until_its_lease_has_run_out(queue: JobQueue) -> None:
    put(queue, "a")
    [first] = lease(queue, until=NOW + 10)
    assert lease(queue, owner="other", now=NOW + 9) == []
    [second] = lease(queue, owner="other", now=NOW + 10, until=NOW + 20)
    assert (second.id, second.owner, second.attempts, second.reason) == (first.id, "other", 2, LOST)


@every_queue
def test_who_lost_a_job_can_do_nothing_to_it(queue: JobQueue) -> None:
    put(queue, "a")
    [lost] = lease(queue, until=NOW)
    [kept] = lease(queue, owner="other")
    assert not queue.extend(lost, until=NOW + 99)
    assert not queue.finish(lost)
    assert not queue.retry(lost, reason="late", run_at=NOW)
    assert not queue.bury(lost, reason="late")
    assert queue.jobs() == [kept]
    assert queue.finish(kept)
    assert not queue.finish(kept)


@every_queue
def test_who_took_a_lost_job_anew_has_another_attempt_at_it(queue: JobQueue) -> None:
    put(queue, "a")
    [lost] = lease(queue, until=NOW)
    [anew] = lease(queue)
    assert not queue.finish(lost)
    assert queue.finish(anew)


@every_queue
def test_a_lease_that_ran_out_is_still_its_owners_while_nobody_else_asked(queue: JobQueue) -> None:
    put(queue, "a")
    [job] = lease(queue, until=NOW)
    assert queue.extend(job, until=NOW + 50)
    assert lease(queue, owner="other", now=NOW + 49) == []
    assert queue.finish(job)
    assert queue.jobs() == []


@every_queue
def test_a_job_to_be_tried_again_waits_and_keeps_its_reason(queue: JobQueue) -> None:
    put(queue, "a")
    [job] = lease(queue)
    assert queue.retry(job, reason="the source is away", run_at=NOW + 50)
    [waiting] = queue.jobs()
    assert (waiting.state, waiting.reason, waiting.attempts) == (JobState.WAITING, "the source is away", 1)
    assert (waiting.owner, waiting.leased_until, waiting.run_at) == ("", 0, NOW + 50)
    assert lease(queue, now=NOW + 49) == []
    [again] = lease(queue, now=NOW + 50)
    assert (again.attempts, again.reason) == (2, "the source is away")


@every_queue
def test_a_job_that_is_given_up_stays_with_its_reason_and_is_not_taken(queue: JobQueue) -> None:
    put(queue, "a")
    [job] = lease(queue, until=NOW)
    assert queue.bury(job, reason="there is no such artist")
    [dead] = queue.jobs(JobState.DEAD)
    assert (dead.reason, dead.attempts, dead.owner, dead.leased_until) == ("there is no such artist", 1, "", 0)
    assert lease(queue, now=NOW + 10**9) == []


@every_queue
def test_jobs_are_counted_by_kind_and_state(queue: JobQueue) -> None:
    assert queue.counts() == []
    put(queue, "a", "b", "c")
    put(queue, "a", kind="clean", run_at=NOW + 1)
    first, _ = lease(queue, 2)
    queue.bury(first, reason="no")
    assert queue.counts() == [
        JobCount("clean", JobState.WAITING, 1),
        JobCount("refresh", JobState.DEAD, 1),
        JobCount("refresh", JobState.RUNNING, 1),
        JobCount("refresh", JobState.WAITING, 1),
    ]


@every_queue
def test_jobs_are_listed_soonest_first(queue: JobQueue) -> None:
    put(queue, "late", run_at=NOW + 10)
    put(queue, "early")
    assert keys(queue.jobs()) == ["early", "late"]
    assert keys(queue.jobs(limit=1)) == ["early"]
    assert queue.jobs(limit=0) == []
    assert keys(lease(queue)) == ["early"]
    assert keys(queue.jobs(JobState.WAITING)) == ["late"]
    assert keys(queue.jobs(JobState.RUNNING)) == ["early"]
    assert queue.jobs(JobState.DEAD) == []


def bury(queue: JobQueue, key: str) -> int:
    put(queue, key)
    [job] = [job for job in lease(queue, 1000) if job.key == key]
    assert queue.bury(job, reason="no")
    return job.id


@every_queue
def test_a_dead_job_that_is_revived_begins_anew(queue: JobQueue) -> None:
    id_ = bury(queue, "a")
    assert queue.revive([id_, id_, id_ + 1000], now=NOW + 5) == 1
    assert queue.revive([id_], now=NOW + 5) == 0
    assert lease(queue, now=NOW + 4) == []
    [job] = lease(queue, now=NOW + 5)
    assert (job.id, job.attempts) == (id_, 1)


@every_queue
def test_a_dead_job_stays_dead_while_the_same_work_waits(queue: JobQueue) -> None:
    first, second = bury(queue, "a"), bury(queue, "a")
    assert queue.revive([second, first], now=NOW) == 1
    assert [job.id for job in queue.jobs(JobState.DEAD)] == [second]
    assert queue.revive([second], now=NOW) == 0


@every_queue
def test_waiting_and_dead_jobs_can_be_removed_and_running_ones_cannot(queue: JobQueue) -> None:
    dead = bury(queue, "dead")
    put(queue, "running")
    [running] = lease(queue)
    put(queue, "waiting")
    [waiting] = queue.jobs(JobState.WAITING)
    assert queue.remove([dead, dead, running.id, waiting.id, 10**6]) == 2
    assert queue.jobs() == [running]
    assert queue.remove([]) == 0
    assert queue.revive([], now=NOW) == 0


@every_queue
def test_a_periodic_task_is_due_once_a_period(queue: JobQueue) -> None:
    asked = [queue.due("clean", every=100, now=NOW + at) for at in (0, 0, 99, 100, 150, 199, 500, 501)]
    assert asked == [True, False, False, True, False, False, True, False]
    assert queue.due("other", every=100, now=NOW)


@every_queue
def test_a_period_that_was_made_much_shorter_holds_at_once(queue: JobQueue) -> None:
    assert queue.due("clean", every=1000, now=NOW)
    assert queue.due("clean", every=100, now=NOW + 1)
    assert not queue.due("clean", every=100, now=NOW + 2)


def at_once(work: Callable[[int], object], *, threads: int = 8) -> list[object]:
    """Do the same in several threads that begin together."""
    barrier = Barrier(threads)

    def begin(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


@every_queue
def test_of_several_threads_only_one_gets_a_job(queue: JobQueue) -> None:
    put(queue, *(f"{number:03}" for number in range(120)))

    def work(number: int) -> list[int]:
        mine: list[int] = []
        while jobs := lease(queue, 3, owner=f"thread {number}"):
            mine += [job.id for job in jobs if job.attempts == 1 and job.owner == f"thread {number}"]
            assert len(jobs) <= 3
        return mine

    taken = Counter(id_ for mine in at_once(work) for id_ in mine)  # type: ignore[attr-defined]
    # PostgreSQL passes over what others are looking at, so a thread may see nothing a moment too early.
    left = lease(queue, 120)
    assert set(taken.values()) == {1}
    assert len(taken) + len(left) == 120
    assert {job.attempts for job in left} <= {1}


@every_queue
def test_work_that_several_put_at_once_is_added_once(queue: JobQueue) -> None:
    names = [str(number) for number in range(40)]
    added = at_once(lambda number: put(queue, *(names if number % 2 else reversed(names))))
    assert sum(added) == 40  # type: ignore[arg-type]
    assert len(queue.jobs()) == 40


@every_queue
def test_dead_jobs_that_several_revive_at_once_live_once(queue: JobQueue) -> None:
    ids = [bury(queue, "a") for _ in range(4)]
    revived = at_once(lambda _: queue.revive(ids, now=NOW))
    assert sum(revived) == 1  # type: ignore[arg-type]


@every_queue
def test_a_periodic_task_is_due_to_one_of_many(queue: JobQueue) -> None:
    for period in range(5):
        told = at_once(lambda _, period=period: queue.due("clean", every=100, now=NOW + 100 * period))
        assert sorted(told) == [False] * 7 + [True]  # type: ignore[type-var]


def process(repository: Path, url: str, code: str) -> subprocess.Popen[str]:
    """Start a process that has the queue open as ``queue``."""
    head = f"from tests.contracts.queues import sql_queue\nwith sql_queue({url!r}) as queue:\n"
    body = "\n".join(f"    {line}" for line in code.strip().splitlines())
    return subprocess.Popen(
        [sys.executable, "-c", head + body], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=repository
    )


TAKE = """
print("ready", flush=True)
input()
while True:
    jobs = queue.lease(owner={owner!r}, kinds=["refresh"], limit=2, now={now}, until={now} + 1000)
    if not jobs:
        break
    for job in jobs:
        print(job.id, job.attempts, flush=True)
        queue.finish(job)
"""


@every_shared_queue
def test_of_two_processes_only_one_gets_a_job(queue: JobQueue, url: str, repository: Path) -> None:
    put(queue, *(f"{number:03}" for number in range(100)))
    both = [process(repository, url, TAKE.format(owner=owner, now=NOW)) for owner in ("one", "two")]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    lines = [line.split() for one in both for line in one.communicate(timeout=60)[0].splitlines()]
    left = lease(queue, 100)
    assert [one.returncode for one in both] == [0, 0]
    assert len({id_ for id_, _ in lines}) == len(lines) == 100 - len(left)
    assert {attempts for _, attempts in lines} <= {"1"}


DIE = f"""
import time
[job] = queue.lease(owner="doomed", kinds=["refresh"], limit=1, now={NOW}, until={NOW} + 1000)
print(job.id, flush=True)
time.sleep(600)
"""


@every_shared_queue
def test_the_job_of_a_process_that_was_killed_runs_elsewhere(queue: JobQueue, url: str, repository: Path) -> None:
    put(queue, "a")
    with process(repository, url, DIE) as doomed:
        assert doomed.stdout is not None
        id_ = int(doomed.stdout.readline())
        doomed.send_signal(signal.SIGKILL)
    assert lease(queue, now=NOW + 999) == []
    [job] = lease(queue, now=NOW + 1000)
    assert (job.id, job.owner, job.attempts, job.reason) == (id_, "me", 2, LOST)
    assert queue.finish(job)


PUT = f"""
from linernotes.domain.jobs import NewJob
for number in range(10_000):
    queue.put([NewJob("refresh", str(number))], now={NOW})
    print(number, flush=True)
"""


@every_shared_queue
def test_a_job_that_was_put_survives_kill_9(queue: JobQueue, url: str, repository: Path) -> None:
    with process(repository, url, PUT) as doomed:
        assert doomed.stdout is not None
        acknowledged = [int(doomed.stdout.readline()) for _ in range(20)]
        doomed.send_signal(signal.SIGKILL)
    assert {str(number) for number in acknowledged} <= set(keys(queue.jobs(limit=20_000)))
