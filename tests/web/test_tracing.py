"""Traces: what a span says of a request, a fetch and a job, what it never says, and how it gets out."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from linernotes.app.config.settings import TracingSettings
from linernotes.app.tracing import Tracing, check_tracing, open_tracing, traces_url
from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.facts import Aspect, Wanted
from linernotes.domain.jobs import Job, NewJob
from linernotes.facades._kit.http import Reply, Request
from linernotes.ports.tracing import NoTracer, Tracer
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.memory.state import MemoryState
from linernotes.stores.memory.turns import MemoryClaims
from linernotes.usecases.library import Terms
from linernotes.usecases.library.filling import Filler
from linernotes.web.application import Application
from linernotes.web.cors import Cors
from linernotes.web.dispatch import Dispatcher
from linernotes.web.gate import Gate
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.native import Native, about
from linernotes.worker.runner import Runner
from linernotes.worker.settings import WorkerSettings
from tests.library import FakeSource, in_thread
from tests.web.conftest import Site

pytestmark = pytest.mark.anyio
WITHOUT_THE_EXTRA = "the extra otel is not installed"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PAGE = "docs/guides/observing.md"
SECRET = "a name that nobody else should see"


class Collected:
    """The spans that ended, and the tracer that begins them."""

    def __init__(self, settings: TracingSettings) -> None:
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from linernotes.app.spans import OtelTracer, new_provider

        self._exporter = InMemorySpanExporter()
        provider = new_provider(settings)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = OtelTracer(provider=provider)

    @property
    def spans(self) -> list[Any]:
        return list(self._exporter.get_finished_spans())

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    @property
    def text(self) -> str:
        """Everything that the spans say."""
        return "\n".join(span.to_json() for span in self.spans)


@pytest.fixture
def collect() -> Callable[..., Collected]:
    """Make a tracer that keeps what it is told."""
    pytest.importorskip("opentelemetry.sdk", reason=WITHOUT_THE_EXTRA)

    def make(**settings: Any) -> Collected:
        return Collected(TracingSettings(**settings))

    return make


@pytest.fixture
def collected(collect: Callable[..., Collected]) -> Collected:
    return collect()


def traced(site: Site, tracer: Tracer) -> Site:
    """Put the site's application together anew, with a tracer."""

    async def ready() -> Any:
        return site.findings

    dispatcher = Dispatcher(
        settings=site.settings,
        mounts=Mounts([Mounted("script", "", site.facade), Mounted("guarded", "/v1", site.guarded, guarded=True)]),
        native=Native(ready=ready, metrics=lambda: b"", describe=lambda: about(version="9", api="", catalogue=None)),
        cache=site.cache,
        metrics=site.metrics,
        leases=site.leases,
        gate=Gate(access=site.application._dispatcher.gate._access, cors=Cors()),
        tracer=tracer,
    )
    site.application = Application(
        settings=site.settings,
        dispatcher=dispatcher,
        live=site.live,
        cache=site.cache,
        metrics=site.metrics,
        access_log=site.access_log,
        offload=asyncio.to_thread,
        lifespan=site._lifespan,
    )
    return site


def filler_of(source: FakeSource, tracer: Tracer) -> Filler:
    """Return what fetches from a source into memory."""
    return Filler(
        sources=[source],
        overlay=MemoryOverlay(),
        claims=MemoryClaims(),
        marks=MemoryState(),
        offload=in_thread,
        terms=Terms(now=lambda: 1, offers=source.offers, sources={}, dump=0),
        owner="test",
        tracer=tracer,
    )


async def test_a_request_is_a_span_under_the_one_of_its_client(site: Site, collected: Collected) -> None:
    traced(site, collected.tracer).facade.replies["/artist/1"] = Reply(200, b"{}", shared=True)
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "r"}
    await site.ask("/artist/1", query="code=secret", headers=headers)
    [span] = collected.spans
    assert (span.name, span.kind.name) == ("GET /artist", "SERVER")
    assert span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/artist",
        "linernotes.facade": "script",
        "linernotes.request_id": "r",
        "url.path": "/artist/1",
    }
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert "secret" not in collected.text


@pytest.mark.parametrize("header", ["nonsense", f"00-{'0' * 32}-{PARENT}-01", "\xff" * 55])
async def test_a_parent_that_makes_no_sense_is_none(site: Site, collected: Collected, header: str) -> None:
    await traced(site, collected.tracer).ask("/artist", headers={"traceparent": header})
    [span] = collected.spans
    assert span.parent is None


@pytest.mark.parametrize("path", ["/artist", "/v1/artist"])
async def test_an_answer_from_the_cache_is_no_span(site: Site, collected: Collected, path: str) -> None:
    traced(site, collected.tracer)
    site.facade.replies["/artist"] = site.guarded.replies["/artist"] = Reply(200, b"{}", shared=True)
    for _ in range(3):
        assert (await site.ask(path)).status == 200
    assert collected.names == ["GET /artist"]


async def test_the_name_is_bounded_whatever_strangers_ask(site: Site, collected: Collected) -> None:
    traced(site, collected.tracer)
    await site.ask("/wp-login.php", method="BREW")
    await site.ask("/x" * 2000)
    assert collected.names == ["other other", "GET other"]
    assert max(len(str(value)) for span in collected.spans for value in span.attributes.values()) <= 1024


async def test_a_fault_is_a_failed_span_that_does_not_repeat_its_text(site: Site, collected: Collected) -> None:
    async def fail(request: Request) -> Reply:
        raise Unavailable(SECRET)

    async def crash(request: Request) -> Reply:
        raise ValueError(SECRET)

    traced(site, collected.tracer).facade.replies |= {"/a": fail, "/b": crash}
    statuses = [(await site.ask(path)).status for path in ("/a", "/b", "/c")]
    assert statuses == [503, 500, 404]
    assert [span.status.status_code.name for span in collected.spans] == ["ERROR", "ERROR", "UNSET"]
    assert SECRET not in collected.text


async def test_a_fetch_is_a_child_of_the_request_that_caused_it(site: Site, collected: Collected) -> None:
    filler = filler_of(FakeSource(now=lambda: 1), collected.tracer)

    async def ask(request: Request) -> Reply:
        assert not await filler.fill([Wanted(Aspect.URL, f"https://x.example/?key={SECRET}")], seconds=5)
        return Reply(200, b"{}")

    traced(site, collected.tracer).facade.replies["/url"] = ask
    await site.ask("/url")
    fetch, request = collected.spans
    assert (fetch.name, fetch.kind.name) == ("fetch url", "CLIENT")
    assert fetch.attributes == {"linernotes.source": "fake", "linernotes.aspect": "url"}
    assert fetch.parent.span_id == request.context.span_id
    assert SECRET not in collected.text


async def test_a_source_with_a_fault_is_a_failed_span(collected: Collected) -> None:
    source = FakeSource(now=lambda: 1)
    source.fault = Unavailable(f"cannot be reached: {SECRET}")
    filler = filler_of(source, collected.tracer)
    assert await filler.fill([Wanted(Aspect.ISRC, "X")], seconds=5)
    [span] = collected.spans
    assert (span.status.status_code.name, span.attributes["error.type"]) == ("ERROR", "Unavailable")
    assert SECRET not in collected.text
    assert filler.tally["fake"].seconds > 0


async def test_a_job_is_a_span_and_what_it_fetches_its_child(collected: Collected) -> None:
    filler = filler_of(FakeSource(now=lambda: 1), collected.tracer)
    done = asyncio.Event()

    async def refresh(job: Job) -> None:
        await filler.fetch(Wanted(Aspect.LABEL, job.key))
        done.set()

    queue = MemoryQueue()
    queue.put([NewJob("refresh", SECRET)], now=1)
    runner = Runner(
        queue=queue,
        handlers={"refresh": refresh},
        owner="me",
        settings=WorkerSettings(),
        now=lambda: 1,
        tracer=collected.tracer,
    )
    running = asyncio.ensure_future(runner.run())
    await asyncio.wait_for(done.wait(), 20)
    running.cancel()
    await asyncio.wait({running})
    fetch, job = collected.spans
    assert (job.name, job.kind.name, job.parent) == ("job refresh", "CONSUMER", None)
    assert job.attributes == {"linernotes.job.kind": "refresh", "linernotes.job.id": 1, "linernotes.job.attempts": 1}
    assert (fetch.name, fetch.parent.span_id) == ("fetch label", job.context.span_id)
    assert SECRET not in collected.text


async def test_of_what_nobody_traces_already_a_share_is_traced(site: Site, collect: Callable[..., Collected]) -> None:
    collected = collect(sample_ratio=0)
    traced(site, collected.tracer)
    await site.ask("/a")
    await site.ask("/b", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    await site.ask("/c", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert [span.attributes["url.path"] for span in collected.spans] == ["/b"]


def test_a_tracer_that_tells_nobody_hears_everything_and_keeps_nothing() -> None:
    with NoTracer().span("a", {"b": 1}, role="server", carrier={"traceparent": "x"}) as outer:
        with NoTracer().span("c") as inner:
            inner.tell({"d": 2}, name="e", failed=True)
        outer.tell({})


class Receiver:
    """A collector on loopback: keeps what is posted, and answers when it may."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = ""

    def spans(self) -> list[tuple[str, str]]:
        """The names of service and span of everything that came."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        requests = [ExportTraceServiceRequest.FromString(body) for _, body in self.posted]
        return [
            (attribute.value.string_value, span.name)
            for request in requests
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve a receiver until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.may_answer.wait(20)
            receiver.posted.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield receiver
        finally:
            receiver.may_answer.set()
            server.shutdown()
            thread.join()


def opened(**settings: Any) -> Tracing:
    pytest.importorskip("opentelemetry.sdk", reason=WITHOUT_THE_EXTRA)
    return open_tracing(TracingSettings(**settings))


async def test_spans_get_to_a_collector_before_the_end() -> None:
    with receiving() as receiver:
        tracing = opened(endpoint=receiver.url, service_name="mine")
        with tracing.tracer.span("a"), tracing.tracer.span("b"):
            pass
        await tracing.close()
        await tracing.close()
        assert receiver.spans() == [("mine", "b"), ("mine", "a")]
        assert [path for path, _ in receiver.posted] == ["/v1/traces"]


async def test_a_collector_that_never_answers_does_not_keep_the_server() -> None:
    with receiving() as receiver:
        receiver.may_answer.clear()
        tracing = opened(endpoint=receiver.url)
        with tracing.tracer.span("a"):
            pass
        await tracing.close()
        assert receiver.posted == []
        receiver.may_answer.set()
        for thread in threading.enumerate():
            if thread.name == "linernotes-tracing":
                await asyncio.to_thread(thread.join, 20)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
        ("https://collector.example/otlp/v1/traces", "https://collector.example/otlp/v1/traces"),
    ],
)
def test_an_address_without_a_path_has_the_usual_one(endpoint: str, url: str) -> None:
    assert traces_url(endpoint) == url


@pytest.mark.parametrize(
    "endpoint",
    ["localhost:4318", "grpc://localhost:4317", "http://", "http://[", "http://x:99999", "http://u:p@x", "-"],
)
def test_an_endpoint_that_cannot_be_posted_to_is_refused_with_what_to_do(endpoint: str) -> None:
    with pytest.raises(Invalid, match=r"tracing\.endpoint") as caught:
        check_tracing(TracingSettings(endpoint=endpoint))
    assert caught.value.hint
    assert "u:p" not in caught.value.message + caught.value.hint


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_the_extra_start_up_says_what_to_install() -> None:
    said = run_python(
        "import sys\n"
        "sys.modules['opentelemetry.sdk'] = sys.modules['opentelemetry.sdk.trace'] = None\n"
        "from linernotes.app.config.settings import Settings, TracingSettings\n"
        "from linernotes.app.compose import check_settings\n"
        "from linernotes.domain.errors import Invalid\n"
        "try:\n"
        "    check_settings(Settings(tracing=TracingSettings(endpoint='http://localhost:4318')))\n"
        "except Invalid as error:\n"
        "    print(error.message, error.hint)\n"
    )
    assert "not installed" in said
    assert "pip install 'linernotes[otel]'" in said


def test_where_no_traces_are_wanted_nothing_of_opentelemetry_is_imported() -> None:
    said = run_python(
        "import sys\n"
        "import linernotes.app.compose\n"
        "from linernotes.app.config.settings import TracingSettings\n"
        "from linernotes.app.tracing import open_tracing\n"
        "open_tracing(TracingSettings())\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    assert said == "[]\n"


def test_the_page_names_every_attribute_and_no_other(repository: Any) -> None:
    text = (repository / PAGE).read_text("utf-8")
    sources = ["web/dispatch.py", "usecases/library/filling.py", "worker/attempt.py", "app/spans.py"]
    code = "\n".join((repository / "src/linernotes" / name).read_text("utf-8") for name in sources)
    pattern = r"(?:http|url|error|linernotes)(?:\.[a-z_]+)+"
    told = set(re.findall(f'"({pattern})"', code)) - set(re.findall(r'get_logger\("(.+)"\)', code))
    named = set(re.findall(f"`({pattern})`", text)) - {"linernotes.access"}
    assert named == told
    assert len(told) > 10
