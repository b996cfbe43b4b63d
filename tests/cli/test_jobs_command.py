"""`linernotes jobs` and `linernotes worker`, told as a person would use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from linernotes.app.config.load import load
from linernotes.app.jobs import open_queue
from linernotes.domain.jobs import JobState, NewJob
from linernotes.queues.sql.tables import period
from linernotes.stores.sql import STATE_FILE, open_state
from tests.conftest import RunCommand

AT = 1_800_000_000_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose state has a job in each state."""
    folder = tmp_path / "d"
    with open_queue(load(flags={"data_dir": folder}).settings) as queue:
        queue.put([NewJob("refresh", "artist/dead", run_at=AT, priority=2)], now=0)
        [dead] = queue.lease(owner="me", kinds=["refresh"], limit=1, now=AT, until=AT)
        queue.bury(dead, reason="there is no\tsuch artist")
        queue.put([NewJob("refresh", "artist/running", run_at=AT + 1000)], now=0)
        queue.lease(owner="me", kinds=["refresh"], limit=1, now=AT + 1000, until=AT + 10**12)
        queue.put([NewJob("clean", "all", run_at=AT + 2000)], now=0)
    return folder


def states(data: Path) -> list[tuple[str, JobState]]:
    with open_queue(load(flags={"data_dir": data}).settings) as queue:
        return sorted((job.key, job.state) for job in queue.jobs())


def test_every_job_is_a_line_that_other_programs_can_cut(linernotes: RunCommand, data: Path) -> None:
    outcome = linernotes("--data", data, "jobs", "list")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "1\trefresh\tartist/dead\tdead\t1\t2027-01-15T08:00:00Z\tthere is no such artist",
        "2\trefresh\tartist/running\trunning\t1\t2027-01-15T08:00:01Z\t",
        "3\tclean\tall\twaiting\t0\t2027-01-15T08:00:02Z\t",
    ]


def test_jobs_of_one_state_can_be_listed(linernotes: RunCommand, data: Path) -> None:
    assert linernotes("--data", data, "jobs", "list", "--state", "waiting").out.startswith("3\tclean\t")
    assert len(linernotes("--data", data, "jobs", "list", "--limit", "2").out.splitlines()) == 2


def test_json_has_everything_that_is_known(linernotes: RunCommand, data: Path) -> None:
    [found] = json.loads(linernotes("jobs", "list", "--state", "dead", "--json", "--data", data).out)["jobs"]
    assert found == {
        "id": 1, "kind": "refresh", "key": "artist/dead", "payload": "", "state": "dead", "priority": 2, "attempts": 1,
        "created_at": 0, "run_at": AT, "owner": "", "leased_until": 0, "reason": "there is no\tsuch artist",
    }  # fmt: skip


def test_jobs_are_counted(linernotes: RunCommand, data: Path) -> None:
    assert linernotes("--data", data, "jobs", "counts").out == (
        "clean\twaiting\t1\nrefresh\tdead\t1\nrefresh\trunning\t1\n"
    )
    document = json.loads(linernotes("--data", data, "jobs", "counts", "--json").out)
    assert document["counts"][0] == {"kind": "clean", "state": "waiting", "count": 1}


def test_a_queue_without_jobs_says_so(linernotes: RunCommand) -> None:
    for name, word in (("list", "jobs"), ("counts", "counts")):
        outcome = linernotes("--data", "empty", "jobs", name)
        assert (outcome.code, outcome.out, outcome.err) == (0, "", "no jobs\n")
        assert json.loads(linernotes("--data", "empty", "jobs", name, "--json").out) == {word: []}


def test_a_dead_job_is_retried(linernotes: RunCommand, data: Path) -> None:
    assert linernotes("--data", data, "jobs", "retry", "1", "2", "--dry-run").out == "would retry 1 job\n"
    assert ("artist/dead", JobState.DEAD) in states(data)
    assert linernotes("--data", data, "jobs", "retry", "1", "2").out == "retried 1 job\n"
    assert ("artist/dead", JobState.WAITING) in states(data)


def test_all_dead_jobs_are_retried_each_work_once(linernotes: RunCommand, data: Path) -> None:
    with open_queue(load(flags={"data_dir": data}).settings) as queue:
        for key in ("artist/dead", "artist/dead", "artist/other"):
            queue.put([NewJob("refresh", key, run_at=AT)], now=0)
            [job] = queue.lease(owner="me", kinds=["refresh"], limit=1, now=AT, until=AT)
            queue.bury(job, reason="no")
    dry = json.loads(linernotes("--data", data, "jobs", "retry", "--all", "--dry-run", "--json").out)
    assert dry == {"dry_run": True, "retried": 2}
    assert json.loads(linernotes("--data", data, "jobs", "retry", "--all", "--json").out)["retried"] == 2
    assert linernotes("--data", data, "jobs", "retry", "--all").out == "retried 0 jobs\n"


def test_jobs_that_do_not_run_are_removed(linernotes: RunCommand, data: Path) -> None:
    assert linernotes("--data", data, "jobs", "remove", "1", "2", "3", "--dry-run").out == "would remove 2 jobs\n"
    assert len(states(data)) == 3
    assert linernotes("--data", data, "jobs", "remove", "--state", "dead").out == "removed 1 job\n"
    assert linernotes("--data", data, "jobs", "remove", "3").out == "removed 1 job\n"
    assert states(data) == [("artist/running", JobState.RUNNING)]


@pytest.mark.parametrize("name", ["retry", "remove"])
def test_a_job_that_is_not_there_or_runs_is_a_failure(linernotes: RunCommand, data: Path, name: str) -> None:
    outcome = linernotes("--data", data, "jobs", name, "2", "99")
    assert outcome.code == 1
    assert outcome.err.splitlines()[0].startswith("error: no job was re")
    assert "hint: See them with: linernotes jobs list" in outcome.err


@pytest.mark.parametrize("words", [["retry"], ["retry", "1", "--all"], ["remove"], ["remove", "1", "--state", "dead"]])
def test_it_must_be_clear_which_jobs_are_meant(linernotes: RunCommand, words: list[str]) -> None:
    outcome = linernotes("jobs", *words)
    assert outcome.code == 2
    assert "Say which jobs" in outcome.err


def test_on_a_terminal_jobs_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    from linernotes.cli.jobs import _print_table

    _print_table(("id", "kind", "reason"), [("7", "refresh", "[red]no[/red]")])
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "kind", "reason"]
    assert row.split() == ["7", "refresh", "[red]no[/red]"]


def until_it_works(process: subprocess.Popen[str], data: Path) -> None:
    """Wait until the first periodic task has been begun."""
    with closing(open_state(data / STATE_FILE)) as state:
        deadline = time.monotonic() + 60
        while True:
            with state.engine.connect() as connection:
                if connection.execute(select(period)).first() is not None:
                    return
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_worker_runs_until_it_is_asked_to_stop(tmp_path: Path, repository: Path) -> None:
    words = [sys.executable, "-m", "linernotes", "--data", str(tmp_path / "d"), "worker", "--concurrency", "2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Running jobs, at most 2 at once. Ctrl-C stops it.\n"
        until_it_works(process, tmp_path / "d")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_worker_does_at_least_one_job_at_a_time(linernotes: RunCommand) -> None:
    outcome = linernotes("worker", "--concurrency", "0")
    assert outcome.code == 2
