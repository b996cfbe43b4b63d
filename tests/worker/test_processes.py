"""Several processes work on one database: whatever happens to them, every job is done, and none by two at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linernotes.domain.jobs import JobState, NewJob
from linernotes.queues.sql import SqlQueue
from tests.contracts.queues import sql_queue
from tests.worker.working import SETTINGS

PATIENCE_SECONDS = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'state.sqlite'}"


@pytest.fixture
def queue(url: str) -> Iterator[SqlQueue]:
    with sql_queue(url) as opened:
        yield opened


class Crew:
    """Processes that work, and what they wrote."""

    def __init__(self, url: str, log: Path, repository: Path) -> None:
        self._url, self._log, self._repository = url, log, repository
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "tests.worker.working", self._url, str(self._log)]
        self.processes.append(subprocess.Popen(words, cwd=self._repository))
        return self.processes[-1]

    def lines(self, word: str) -> list[str]:
        """Return the keys that began or ended, in order."""
        text = self._log.read_text() if self._log.exists() else ""
        return [line.split()[1] for line in text.splitlines() if line.startswith(f"{word} ")]

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)


@pytest.fixture
def crew(url: str, tmp_path: Path, repository: Path) -> Iterator[Crew]:
    found = Crew(url, tmp_path / "log", repository)
    yield found
    found.stop()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def jobs(queue: SqlQueue, count: int, *, seconds: float) -> Iterator[set[str]]:
    """Put jobs, and wait in the end until all are done."""
    keys = {str(number) for number in range(count)}
    queue.put([NewJob("refresh", key, str(seconds)) for key in keys], now=0)
    yield keys
    until(lambda: not queue.jobs(limit=1))


def test_processes_that_are_killed_lose_nothing(queue: SqlQueue, crew: Crew) -> None:
    with jobs(queue, 150, seconds=0.01) as keys:
        killed = 0
        crew.start()
        for share in (20, 60, 100):
            doomed = crew.start()
            until(lambda share=share: len(crew.lines("end")) >= share)
            doomed.kill()
            killed += 1
    ends = Counter(crew.lines("end"))
    assert set(ends) == keys
    # Only what a killed process had in its hands, done but not told yet, may have been done again.
    assert sum(ends.values()) - len(keys) <= killed * SETTINGS.concurrency


def test_no_job_is_done_twice_while_nobody_is_killed(queue: SqlQueue, crew: Crew) -> None:
    crew.start()
    crew.start()
    with jobs(queue, 150, seconds=0.01) as keys:
        pass
    assert Counter(crew.lines("begin")) == Counter(keys)


def test_a_long_job_stays_with_its_process_beyond_the_first_lease(queue: SqlQueue, crew: Crew) -> None:
    crew.start()
    crew.start()
    with jobs(queue, 2, seconds=1.5 * SETTINGS.lease_seconds) as keys:
        pass
    assert Counter(crew.lines("begin")) == Counter(keys)


def test_a_process_that_is_asked_to_stop_gives_its_jobs_back_at_once(queue: SqlQueue, crew: Crew) -> None:
    process = crew.start()
    queue.put([NewJob("refresh", "long", "600")], now=0)
    until(lambda: crew.lines("begin"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0
    [job] = queue.jobs()
    assert (job.state, job.reason) == (JobState.WAITING, "stopped")
