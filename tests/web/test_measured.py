"""What is counted and logged: every request once, under labels that no stranger can multiply, and no secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from linernotes.facades._kit.http import Reply
from linernotes.web.accesslog import LONGEST_PATH, MOST_WAITING, Access, AccessLog
from linernotes.web.exposition import SnapshotFolder, process_runs, render
from linernotes.web.metrics import ROUTES_PER_FACADE, Metrics, Route
from tests.web.conftest import Site

pytestmark = pytest.mark.anyio
LINE = Access(0, "GET", "/", 200, 0, 0, "", "")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: bytes) -> Samples:
    families = text_string_to_metric_families(text.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def requests(samples: Samples) -> dict[tuple[str, str, str, str], float]:
    found = [(dict(labels), value) for (name, labels), value in samples.items() if name == "linernotes_requests_total"]
    return {(one["facade"], one["route"], one["method"], one["status"]): value for one, value in found}


async def test_every_request_is_counted_under_its_route_method_and_status(site: Site) -> None:
    site.facade.replies["/artist"] = Reply(200, b"{}", shared=True)
    for path in ("/api/artist", "/api/artist", "/api/unknown"):
        await site.ask(path)
    await site.ask("/api/artist", method="HEAD")
    await site.ask("/api/artist", method="BREW")
    etag = (await site.ask("/api/artist")).headers["etag"]
    await site.ask("/api/artist", headers={"if-none-match": etag})
    counted = requests(read((await site.ask("/metrics")).body))
    assert counted == {
        ("script", "/artist", "GET", "200"): 3,
        ("script", "/artist", "GET", "304"): 1,
        ("script", "/artist", "HEAD", "200"): 1,
        ("script", "/artist", "other", "200"): 1,
        ("script", "other", "GET", "404"): 1,
    }


async def test_times_are_a_histogram(site: Site) -> None:
    await site.ask("/api/artist")
    samples = read((await site.ask("/metrics")).body)
    labels = {("facade", "script"), ("route", "other"), ("worker", "w")}
    assert samples["linernotes_request_seconds_bucket", frozenset({*labels, ("le", "+Inf")})] == 1
    assert samples["linernotes_request_seconds_count", frozenset(labels)] == 1
    assert samples["linernotes_request_seconds_sum", frozenset(labels)] > 0


def test_routes_are_learned_from_good_answers_and_bounded() -> None:
    metrics = Metrics()
    assert metrics.route("f", "/wp-login.php", 404) == Route("f", "other")
    names = {metrics.route("f", f"/{number}", 200).route for number in range(10_000)}
    assert len(names) == ROUTES_PER_FACADE + 1
    assert metrics.route("f", "/0/anything", 404) == Route("f", "/0")


def test_methods_that_strangers_make_up_are_counted_as_one() -> None:
    metrics = Metrics(worker="w")
    for number in range(100):
        metrics.observe(Route("f", "/a"), f"BREW{number}", 405, 0.001)
    assert len(metrics._requests) == 1
    assert metrics.snapshot().requests == {"f\n/a\nother\n405": 100}


def test_any_worker_tells_the_numbers_of_all(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, runs=lambda _: True)
    workers = [Metrics(worker=name) for name in ("1", "2")]
    for number, metrics in enumerate(workers, 1):
        for _ in range(number):
            metrics.observe(Route("f", "/a"), "GET", 200, 0.001)
        folder.leave(metrics.snapshot())
    workers[0].observe(Route("f", "/a"), "GET", 200, 0.001)
    samples = read(render(folder.with_others(workers[0].snapshot())))
    labels = {("facade", "f"), ("route", "/a"), ("method", "GET"), ("status", "200")}
    counted = {name: samples["linernotes_requests_total", frozenset({*labels, ("worker", name)})] for name in "12"}
    assert counted == {"1": 2, "2": 2}


async def test_what_is_logged_of_a_request(site: Site) -> None:
    site.facade.replies["/artist"] = Reply(200, b"{}")
    await site.ask("/api/artist", query="code=secret", headers={"x-request-id": "r", "authorization": "secret"})
    site.access_log.flush()
    [line] = site.logged
    assert (line.method, line.path, line.status, line.bytes) == ("GET", "/api/artist", 200, 2)
    assert (line.request_id, line.client) == ("r", "192.0.2.1")
    assert "secret" not in repr(line)


@pytest.mark.parametrize(("which", "statuses"), [("all", [200, 404]), ("errors", [404]), ("off", [])])
async def test_one_can_choose_what_is_logged(which: str, statuses: list[int]) -> None:
    site = Site(access_log=which)
    site.facade.replies["/artist"] = Reply(200)
    await site.ask("/api/artist")
    await site.ask("/api/other")
    site.access_log.flush()
    assert [line.status for line in site.logged] == statuses


def test_lines_are_written_in_batches_and_each_once() -> None:
    batches: list[int] = []
    access_log = AccessLog(write=lambda batch: batches.append(len(batch)))
    for count in (3, 2, 0):
        for _ in range(count):
            access_log.add(LINE)
        access_log.flush()
    assert batches == [3, 2]


def test_when_nobody_reads_the_log_lines_are_counted_and_dropped() -> None:
    access_log = AccessLog(write=lambda _: None)
    for _ in range(MOST_WAITING + 5):
        access_log.add(LINE)
    assert access_log.dropped == 5


def test_of_a_very_long_path_the_beginning_is_logged() -> None:
    written: list[Access] = []
    access_log = AccessLog(write=written.extend)
    access_log.add(msgspec.structs.replace(LINE, path="/" * 1000))
    access_log.flush()
    assert written[0].path == "/" * LONGEST_PATH + "…"


async def test_the_lifespan_runs_around_the_requests(site: Site) -> None:
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    said: list[str] = []

    async def receive() -> dict[str, str]:
        site.events.append(messages[0]["type"])
        return messages.pop(0)

    async def send(message: dict[str, str]) -> None:
        said.append(message["type"])

    await site.application({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert site.events == ["lifespan.startup", "begin", "lifespan.shutdown", "end"]


def test_further_numbers_may_carry_labels_and_come_from_several_sources() -> None:
    metrics = Metrics(worker="w")
    asked = {(("source", "musicbrainz"), ("aspect", 'a"b\n')): 3.0, (("source", "other"),): 1.0}
    metrics.add_source(lambda: ({"source_requests": asked}, {"queue_waiting": 2.0}))
    metrics.add_source(lambda: ({"source_requests": {(("source", "third"),): 7}}, {}))
    samples = read(render([metrics.snapshot()]))
    counted = {labels: value for (name, labels), value in samples.items() if name == "linernotes_source_requests_total"}
    assert counted == {
        frozenset({("source", "musicbrainz"), ("aspect", 'a"b\n'), ("worker", "w")}): 3,
        frozenset({("source", "other"), ("worker", "w")}): 1,
        frozenset({("source", "third"), ("worker", "w")}): 7,
    }
    assert samples["linernotes_queue_waiting", frozenset({("worker", "w")})] == 2


def test_the_numbers_of_a_worker_that_has_ended_vanish(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        folder = SnapshotFolder(tmp_path)
        own = Metrics(worker=str(os.getpid())).snapshot()
        folder.leave(own)
        folder.leave(Metrics(worker=str(process.pid)).snapshot())
        assert {one.worker for one in folder.with_others(own)} == {own.worker, str(process.pid)}
        process.communicate(b"\n")
    assert folder.with_others(own) == [own]
    assert [file.stem for file in tmp_path.iterdir()] == [own.worker]


def test_of_a_worker_that_is_no_process_one_cannot_tell() -> None:
    assert [process_runs(name) for name in ("w", "1", str(os.getpid()))] == [True, True, True]
