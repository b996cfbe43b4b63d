"""What is counted can be seen: a whole server's page of metrics, and the numbers that take time to read."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from linernotes.app.builds import FolderBuilds
from linernotes.app.checks import all_checks
from linernotes.app.compose import Worker
from linernotes.app.config.load import load
from linernotes.app.config.schema import read_schema
from linernotes.app.config.settings import Settings
from linernotes.app.growing import Growing
from linernotes.app.jobs import open_queue, unix_milliseconds
from linernotes.app.live import LiveCatalogue
from linernotes.app.readings import Reading
from linernotes.domain.errors import Unavailable
from linernotes.domain.facts import Aspect, Wanted
from linernotes.domain.ids import Kind
from linernotes.domain.jobs import JobState, NewJob
from linernotes.providers.musicbrainz.tests.service import Service
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.web.accesslog import Access
from linernotes.web.application import Application
from linernotes.web.exposition import PREFIX, SENTENCES
from linernotes.web.health import Level
from linernotes.web.leases import Leases
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.library import FakeSource, Shelf
from tests.providers.serving import serving

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
LATER = 1 << 50
PATIENCE = 20.0
HISTOGRAM_ENDS = ("_bucket", "_count", "_sum")
LABEL = w.WORLD.labels[0].mbid


async def ask(application: Application, path: str) -> tuple[int, str]:
    """Return status and body."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": b"", "scheme": "http", "headers": [],
        "client": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


@asynccontextmanager
async def running(application: Application) -> AsyncIterator[None]:
    """Run an application's lifespan around the block."""
    begun, ending = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, str]:
        if begun.is_set():
            await ending.wait()
        return {"type": "lifespan.shutdown" if begun.is_set() else "lifespan.startup"}

    async def send(message: dict[str, str]) -> None:
        assert message["type"].endswith(".complete")
        begun.set()

    living = asyncio.ensure_future(application({"type": "lifespan"}, receive, send))
    await begun.wait()
    try:
        yield
    finally:
        ending.set()
        await living


def samples(text: str) -> Samples:
    """Return a page's numbers by name and labels; the worker's name does not count."""
    return {
        (one.name, frozenset((key, value) for key, value in one.labels.items() if key != "worker")): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def page(application: Application, wanted: Callable[[Samples], object]) -> str:
    """Return the page of metrics as soon as it shows what is wanted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            _, text = await ask(application, "/metrics")
            if wanted(samples(text)):
                return text
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The metrics of a server that answered a request, fetched from a source, and did a job."""
    data = tmp_path_factory.mktemp("numbers")
    with serving(Service(memory(w.WORLD, Path()), releases=w.WORLD.releases)) as source:
        file = data / "linernotes.yaml"
        file.write_text(
            f"data_dir: {data / 'data'}\nmusicbrainz:\n  base_url: {source.url}\n  requests_per_second: 1000\n"
        )
        settings = load(config_file=file, env={}, schema=read_schema()).settings
        return asyncio.run(_scrape(settings))


async def _scrape(settings: Settings) -> str:
    payload = msgspec.json.encode(Wanted(Aspect.LABEL, LABEL)).decode()
    application = Worker(settings).application()
    with open_queue(settings) as queue:
        queue.put([NewJob("refresh", "now", payload), NewJob("refresh", "later", payload, run_at=LATER)], now=1)
    async with running(application):
        assert (await ask(application, f"/v1/artists/{w.ALPHA.mbid}"))[0] == 200
        return await page(application, _all_happened)


def _all_happened(found: Samples) -> bool:
    return (
        found.get(("linernotes_jobs_done_total", frozenset({("kind", "refresh")})), 0) == 1
        and found.get(("linernotes_queue_jobs", frozenset({("kind", "refresh"), ("state", "waiting")})), 0) >= 1
        and found.get(("linernotes_source_fetched_total", frozenset({("source", "musicbrainz")})), 0) >= 2
    )


def test_every_family_says_what_it_is_and_of_which_type(scraped: str) -> None:
    helps = dict(re.findall(r"^# HELP (\S+) (.+)$", scraped, re.MULTILINE))
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", scraped, re.MULTILINE))
    names = {re.split(r"[{ ]", line)[0] for line in scraped.splitlines() if not line.startswith("#")}
    of_histograms = {name + end for name, kind in types.items() if kind == "histogram" for end in HISTOGRAM_ENDS}
    assert names - of_histograms == {name for name, kind in types.items() if kind != "histogram"}
    assert helps.keys() == types.keys()
    assert set(types.values()) == {"counter", "gauge", "histogram"}


def test_names_are_as_prometheus_wants_them(scraped: str) -> None:
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", scraped, re.MULTILINE))
    assert [name for name in types if not re.fullmatch(r"linernotes_[a-z_]+[a-z]", name)] == []
    assert [name for name, kind in types.items() if (kind == "counter") != name.endswith("_total")] == []
    assert [name for name in types if re.search(r"_(ms|milliseconds|kb|mb|minutes)(_|$)", name)] == []


def test_every_further_number_has_a_sentence_of_its_own(scraped: str) -> None:
    found = {
        name.removeprefix(PREFIX).removesuffix("_total") for name in re.findall(r"^# TYPE (\S+)", scraped, re.MULTILINE)
    }
    assert found - SENTENCES.keys() == {"requests", "request_seconds"}
    assert SENTENCES.keys() <= found


def test_a_request_a_fetch_and_a_job_show_up(scraped: str) -> None:
    found = samples(scraped)
    answered = {("facade", "native"), ("route", "/artists"), ("method", "GET"), ("status", "200")}
    assert found["linernotes_requests_total", frozenset(answered)] == 1
    source = frozenset({("source", "musicbrainz")})
    assert found["linernotes_source_fetched_total", source] >= 2
    assert found["linernotes_source_fetch_seconds_total", source] > 0
    assert found["linernotes_source_faults_total", source] == 0
    kind = ("kind", "refresh")
    assert found["linernotes_jobs_leased_total", frozenset({kind})] == 1
    assert found["linernotes_queue_jobs", frozenset({kind, ("state", "dead")})] == 0
    assert ("linernotes_overlay_facts", frozenset({("aspect", "artist")})) in found


def test_the_page_names_every_number_and_no_other(scraped: str, repository: Path) -> None:
    page = (repository / "docs/guides/observing.md").read_text("utf-8")
    shown = set(re.findall(r"^# TYPE (\S+)", scraped, re.MULTILINE))
    assert set(re.findall(r"^\| `(linernotes_[a-z_]+)` \|", page, re.MULTILINE)) == shown
    assert set(re.findall(r"linernotes_[a-z_]+", page)) == shown


def test_the_page_names_the_checks_the_settings_and_the_line_of_the_log(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs/guides/observing.md").read_text("utf-8")
    builds = FolderBuilds(folder=BuildFolder(tmp_path), open_build=lambda _: pytest.fail("opened"))
    live = LiveCatalogue(builds=builds, leases=Leases())
    checks = [check.name for check in all_checks(data_dir=tmp_path, state=tmp_path, live=live)]
    settings = read_schema().settings()
    own = [name.removeprefix("tracing.") for name in settings if name.startswith("tracing.")]
    line = [field for field in Access.__struct_fields__ if field not in {"at", "seconds"}]
    named = [*checks, *line, *(level.value for level in Level), *(state.value for state in JobState)]
    assert [name for name in named if f"`{name}`" not in page] == []
    assert [name for name in own if f"  {name}: " not in page] == []
    sections = {name.partition(".")[0] for name in settings}
    told = [name for name in re.findall(r"`([a-z]+\.[a-z_]+)`", page) if name.partition(".")[0] in sections]
    assert told
    assert [name for name in told if name not in settings] == []


def test_the_kept_facts_are_counted_by_aspect() -> None:
    source = FakeSource(now=unix_milliseconds, values={Wanted(Aspect.ARTIST, w.ALPHA.mbid): w.ALPHA})

    async def count() -> Any:
        shelf = Shelf(sources=[source], now=unix_milliseconds)
        await shelf.lookups.entities(Kind.ARTIST, [w.ALPHA.mbid])
        facts = Reading(what="facts", read=shelf.overlay.sizes, first={}, every_seconds=60)
        facts.last()
        await facts.close()
        return Growing(shelf.library, shelf.lookups, shelf.filler, (source,), facts).numbers()

    counters, gauges = asyncio.run(count())
    assert counters["source_fetched"] == {(("source", "fake"),): 1}
    assert gauges["overlay_facts"][("aspect", "artist"),] == 1
    assert len(gauges["overlay_facts"]) == len(Aspect)
    assert "source_breaker_open" not in gauges


class Breaking(FakeSource):
    """A source with a breaker."""

    breaker_open = True


def test_of_a_source_that_tells_it_one_sees_whether_its_breaker_is_open() -> None:
    source = Breaking(now=unix_milliseconds)

    async def count() -> Any:
        shelf = Shelf(sources=[source])
        facts = Reading(what="facts", read=shelf.overlay.sizes, first={}, every_seconds=60)
        found = Growing(shelf.library, shelf.lookups, shelf.filler, (source,), facts).numbers()
        await facts.close()
        return found

    assert asyncio.run(count())[1]["source_breaker_open"] == {(("source", "fake"),): 1}


class Counted:
    """Counts how often it is read, and does as it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.times = 0
        self.fault: Exception | None = None
        self.thread = 0

    def read(self) -> int:
        self.times += 1
        self.thread = threading.get_ident()
        if self.fault is not None:
            raise self.fault
        return self.times

    def reading(self) -> Reading[int]:
        return Reading(what="it", read=self.read, first=0, every_seconds=60, clock=lambda: self.now)


async def settled(reading: Reading[int]) -> int:
    """Return the reading after what has begun."""
    reading.last()
    if reading._task is not None:
        await reading._task
    return reading.last()


def test_what_takes_time_is_read_in_a_thread_and_not_before_it_is_old() -> None:
    counted = Counted()

    async def run() -> None:
        reading = counted.reading()
        assert reading.last() == 0
        assert await settled(reading) == 1
        counted.now = 59
        assert await settled(reading) == 1
        counted.now = 60
        assert await settled(reading) == 2
        await reading.close()
        counted.now = 1000
        assert await settled(reading) == 2

    asyncio.run(run())
    assert counted.thread != threading.get_ident()


@pytest.mark.parametrize("fault", [Unavailable("no connection"), ValueError("surprise")])
def test_what_cannot_be_read_keeps_its_last_number_and_is_told(fault: Exception) -> None:
    counted = Counted()

    async def run() -> None:
        reading = counted.reading()
        assert await settled(reading) == 1
        counted.fault, counted.now = fault, 60
        assert await settled(reading) == 1
        assert counted.times == 2
        await settled(reading)
        assert counted.times == 2
        counted.fault, counted.now = None, 120
        assert await settled(reading) == 3

    with structlog.testing.capture_logs() as logged:
        asyncio.run(run())
    assert [line["what"] for line in logged] == ["it"]
