"""Several processes on one PostgreSQL: killed under load, over one queue, with one pace, and through an import."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import statistics
from pathlib import Path

import pytest

from tests.e2e.conftest import Server, until
from tests.e2e.machines import Artists, Asking, Machine, artist, kill, left_behind, put_refreshes, waiting
from tests.providers.serving import serving

SHORT = {"WORKER__LEASE_SECONDS": 3, "LIBRARY__BUDGET_SECONDS": 1}


def pids(server: Server) -> list[int]:
    """Return the processes that answer, as a server's metrics name them."""
    return sorted({int(pid) for pid in re.findall(rb'worker="(\d+)"', server.ask("/metrics").body)})


def jobs(machine: Machine) -> dict[str, int]:
    """Return how many jobs are in each state."""
    told = machine.run("jobs", "counts", "--json")
    assert told.returncode == 0, told.stderr
    return {row["state"]: row["count"] for row in json.loads(told.stdout)["counts"]}


@pytest.mark.slow
def test_processes_killed_under_load_spoil_no_answer_and_lose_nothing(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(160, after=0.2)
    asked, refreshed = source.mbids[:100], source.mbids[100:]
    with serving(source) as web, contextlib.ExitStack() as stack:
        one, two = (Machine(tmp_path / name, postgres_url, web, **SHORT) for name in ("one", "two"))
        living, dying, worker = (stack.enter_context(each) for each in (one.serving(), two.serving(), two.working()))
        dead = [*pids(dying), worker.pid]
        put_refreshes(postgres_url, refreshed)
        told, told_by_dying = (stack.enter_context(Asking(each, asked).people(4)) for each in (living, dying))
        until(lambda: len(source.counts) > 60 or {answer.status for _, answer in told.heard} - {200, 503})
        assert told.wrong() == []
        kill(dying.process)
        kill(worker)
        left = left_behind(postgres_url, dead)
        until(lambda: told_by_dying.unheard)
        again, _ = (stack.enter_context(each) for each in (two.serving(), two.working()))
        for server in (living, again):
            until(lambda server=server: all(artist(server, mbid).status == 200 for mbid in asked))
        until(lambda: not waiting(postgres_url))
    assert told.wrong() + told_by_dying.wrong() == []
    assert {mbid for mbid, answer in told.heard if answer.status == 200} == set(asked)
    # Each was asked for once, but for what the dead had in their hands: that was asked for once more.
    assert source.counts.keys() == set(source.mbids)
    assert max(source.counts.values()) <= 2
    assert len(source.more_than_once(asked)) <= left.claims
    assert source.more_than_once(refreshed) <= left.jobs


@pytest.mark.slow
def test_two_hundred_jobs_outlive_a_worker_that_is_killed(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(200, after=0.02)
    with serving(source) as web:
        one, two = (Machine(tmp_path / name, postgres_url, web, **SHORT) for name in ("one", "two"))
        assert put_refreshes(postgres_url, source.mbids) == 200
        assert put_refreshes(postgres_url, source.mbids) == 0
        assert jobs(one) == {"waiting": 200}
        with one.working(), two.working() as dying:
            until(lambda: len(source.counts) > 60)
            kill(dying)
            left = left_behind(postgres_url, [dying.pid])
            until(lambda: not waiting(postgres_url))
        assert jobs(one) == {}
    assert source.counts.keys() == set(source.mbids)
    assert max(source.counts.values()) <= 2
    assert source.more_than_once(source.mbids) <= left.jobs


def test_a_worker_that_may_ask_nobody_leaves_the_jobs_to_the_others(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(8)
    with serving(source) as web, Machine(tmp_path / "idle", postgres_url).serving() as idle:
        put_refreshes(postgres_url, source.mbids)
        until(lambda: idle.ask("/health/live").status == 200)
        with Machine(tmp_path / "able", postgres_url, web).working():
            until(lambda: not waiting(postgres_url))
        assert b"no source" not in idle.log.read_bytes()
    assert source.counts == dict.fromkeys(source.mbids, 1)


def test_what_one_fetched_the_other_serves_and_what_one_refreshed_too(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(1)
    [mbid] = source.mbids
    with serving(source) as web, contextlib.ExitStack() as stack:
        machines = [Machine(tmp_path / name, postgres_url, web) for name in ("one", "two")]
        one, two = (stack.enter_context(machine.serving()) for machine in machines)
        assert artist(one, mbid).json["name"] == "artist"
        assert artist(two, mbid).json["name"] == "artist"
        assert source.counts[mbid] == 1
        source.called("renamed")
        assert one.ask(f"/api/v0.4/artist/{mbid}/refresh", "POST").status == 200
        for server in (one, two):
            until(lambda server=server: artist(server, mbid).json["name"] == "renamed")
        assert source.counts[mbid] == 2


def test_processes_share_the_pace_of_a_source(postgres_url: str, tmp_path: Path) -> None:
    source = Artists(60)
    with serving(source) as web, contextlib.ExitStack() as stack:
        slowly = {"MUSICBRAINZ__REQUESTS_PER_SECOND": 20}
        machines = [Machine(tmp_path / name, postgres_url, web, **slowly) for name in ("one", "two")]
        for number, machine in enumerate(machines):
            server = stack.enter_context(machine.serving())
            stack.enter_context(Asking(server, source.mbids[number::2]).people(4))
        until(lambda: len(source.moments) == 60)
    assert set(source.counts.values()) == {1}
    moments = sorted(source.moments)
    apart = [after - before for before, after in itertools.pairwise(moments)]
    # One that is late on its way has the next close behind it; with a pace each all would be 25 ms apart.
    assert statistics.median(apart) > 0.045
    assert moments[-1] - moments[0] > 59 * 0.05 * 0.9
