"""A server without sockets: the ASGI application over a façade that answers what a test tells it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from linernotes.caches.memory.rates import MemoryRates
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit
from linernotes.facades._kit.http import Reply, Request
from linernotes.ports.build import Build
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.access import Access
from linernotes.web.accesslog import Access as AccessLine
from linernotes.web.accesslog import AccessLog
from linernotes.web.application import Application
from linernotes.web.cache import ResponseCache
from linernotes.web.cors import Cors
from linernotes.web.dispatch import Dispatcher
from linernotes.web.exposition import render
from linernotes.web.gate import Gate
from linernotes.web.health import Finding
from linernotes.web.leases import Leases
from linernotes.web.metrics import Metrics
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.native import Native, about
from linernotes.web.settings import AccessSettings, ServerSettings
from tests.web.keyring import Clock, Keyring

LONG = b'{"text":"' + b"la " * 400 + b'"}'


class NoNames:
    """Finds nothing."""

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        return []

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        return []


def new_build(build_id: str = "one") -> Build:
    info = BuildInfo(build_id, 1, 1, 31, None, "2026-01-01", None, ())
    return Build(MemoryCatalogue(info=info), NoNames())


class Script:
    """A façade that answers by path and remembers what it was asked; a path without an answer is 404."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.replies: dict[str, Reply | Callable[[Request], Awaitable[Reply]]] = {}

    async def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        reply = self.replies.get(request.path, Reply(404, b'{"error":"not here"}', shared=True))
        return reply if isinstance(reply, Reply) else await reply(request)


class Answer(msgspec.Struct, frozen=True):
    """What came back; ``headers`` has one value per name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Site:
    """A server and its surroundings."""

    def __init__(
        self,
        *,
        cache_bytes: int = 1 << 20,
        mounts: Sequence[str] = ("/api", ""),
        access: AccessSettings | None = None,
        **settings: Any,
    ) -> None:
        self.settings = ServerSettings(**settings)
        self.facade = Script()
        self.guarded = Script()
        self.keys = Keyring()
        self.clock = Clock()
        self.live = MemoryLiveBuild(new_build())
        self.cache = ResponseCache(limit=cache_bytes)
        self.metrics = Metrics(worker="w")
        self.logged: list[AccessLine] = []
        self.access_log = AccessLog(write=self.logged.extend, which=self.settings.access_log)
        self.leases = Leases()
        self.findings: list[Finding] = [Finding(name="catalogue")]
        self.events: list[str] = []
        native = Native(
            ready=self._ready,
            metrics=lambda: render([self.metrics.snapshot()]),
            describe=lambda: about(version="9", api="/api", catalogue=self.live.current().catalogue.info()),
        )
        dispatcher = Dispatcher(
            settings=self.settings,
            mounts=Mounts(
                [
                    *(Mounted("script", prefix, self.facade) for prefix in mounts),
                    Mounted("guarded", "/v1", self.guarded, guarded=True),
                ]
            ),
            native=native,
            cache=self.cache,
            metrics=self.metrics,
            leases=self.leases,
            gate=self._gate(access or AccessSettings()),
        )
        self.application = Application(
            settings=self.settings,
            dispatcher=dispatcher,
            live=self.live,
            cache=self.cache,
            metrics=self.metrics,
            access_log=self.access_log,
            offload=asyncio.to_thread,
            lifespan=self._lifespan,
        )

    def _gate(self, settings: AccessSettings) -> Gate:
        access = Access(
            keys=self.keys,
            limits=MemoryRates(clock=self.clock),
            anonymous_read=settings.anonymous_read,
            anonymous_per_minute=settings.anonymous_per_minute,
            key_per_minute=settings.key_per_minute,
            clock=self.clock,
        )
        return Gate(access=access, cors=Cors(settings.cors_origins))

    async def _ready(self) -> Sequence[Finding]:
        return self.findings

    @contextlib.asynccontextmanager
    async def _lifespan(self) -> AsyncIterator[None]:
        self.events.append("begin")
        yield
        self.events.append("end")

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        query: str = "",
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        body: Sequence[bytes] = (b"",),
        client: str = "192.0.2.1",
    ) -> Answer:
        """Send one request; the body arrives in the given pieces, and never ends if there is none."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "scheme": "http",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
            "client": (client, 1234),
        }
        pieces = list(body)
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        start, *rest = sent
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        assert len(named) == len(start["headers"]), "a header was sent twice"
        return Answer(start["status"], named, b"".join(message["body"] for message in rest))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def site() -> Site:
    return Site()
