"""A server on loopback over the made-up world, with an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from threading import Thread
from typing import Any, TypeVar

import grpc

from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameRecord
from linernotes.facades.grpc.server import GrpcServer, build_server
from linernotes.facades.grpc.services import ADMIN, CATALOG, IDENTIFY, Client
from linernotes.facades.grpc.settings import GrpcSettings
from linernotes.ports.build import Build
from linernotes.queues.memory import MemoryQueue
from linernotes.searchers.memory.search import MemoryNames
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.memory.state import MemoryState
from linernotes.stores.memory.turns import MemoryClaims
from linernotes.usecases.access import Access
from linernotes.usecases.identify.listening import Listening
from linernotes.usecases.library import Library, Lookups, Terms
from linernotes.usecases.library.filling import Filler
from linernotes.usecases.library.merged import data_time
from tests.contracts import world as w
from tests.usecases.identify.naming_world import Sounds

T = TypeVar("T")
NOW = 1_795_219_200_000  # Sat, 21 Nov 2026 00:00:00 GMT
BUILD_TIME = data_time(w.INFO)
NAMES = (
    NameRecord(Kind.ARTIST, w.ALPHA.mbid, "Alphä", disambiguation="the first", popularity=3),
    NameRecord(Kind.ARTIST, w.BETA.mbid, "Beta", popularity=2),
    NameRecord(Kind.RELEASE_GROUP, w.FULL.mbid, "Full", artist="Alphä", artist_names=("Alphä",)),
    NameRecord(Kind.RELEASE_GROUP, w.DUET.mbid, "Duet", artist="B. feat. A.", artist_names=("Beta", "Alphä")),
)


def catalogue(**changed: Any) -> MemoryCatalogue:
    """Return the world's catalogue, with some of its parts exchanged."""
    names = ("info", "artists", "release_groups", "releases", "recordings", "labels", "series", "changed_at")
    return MemoryCatalogue(**({name: getattr(w.WORLD, name) for name in names} | changed))


def build(snapshot: Any = None) -> Build:
    """Return the world's build, on another catalogue if one is given."""
    return Build(snapshot or catalogue(), MemoryNames(NAMES))


class FakeSource:
    """A source that does with each question what it is told to."""

    name = "fake"
    offers = frozenset(Aspect)

    def __init__(self, answer: Callable[[Wanted], Coroutine[Any, Any, Sequence[Fact]]]) -> None:
        """Answer with this."""
        self.asked: list[Wanted] = []
        self._answer = answer

    async def fetch(self, wanted: Wanted) -> Sequence[Fact]:
        """Answer."""
        self.asked.append(wanted)
        return await self._answer(wanted)

    async def close(self) -> None:
        """There is nothing to let go of."""


async def never(_: Wanted) -> Sequence[Fact]:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


class Served:
    """A running server, and clients for it."""

    def __init__(
        self,
        *,
        live: MemoryLiveBuild | None = None,
        sources: Sequence[FakeSource] = (),
        access: Access | None = None,
        now: Callable[[], int] = lambda: NOW,
        budget_seconds: float = 5.0,
        sounds: Sounds | None = None,
        listening: Listening | None = None,
        **settings: Any,
    ) -> None:
        """Start it; with ``sounds`` it identifies music."""
        self.live = live or MemoryLiveBuild(build())
        self.marks = MemoryState()
        self.queue = MemoryQueue()
        self._sources = sources
        self._access = access
        self._now = now
        self._budget = budget_seconds
        self._sounds = sounds
        self._listening = listening
        self._settings = GrpcSettings(**({"port": 0, "threads": 8} | settings))
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self.server: GrpcServer = self.on_loop(self._start())
        self.target = f"127.0.0.1:{self.server.port}"
        self.channel = grpc.insecure_channel(self.target)
        self.catalog = Client(self.channel, CATALOG)
        self.admin = Client(self.channel, ADMIN)
        self.identify = Client(self.channel, IDENTIFY)

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something where the application runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        """Stop everything."""
        self.channel.close()
        self.on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> GrpcServer:
        overlay = MemoryOverlay()
        terms = Terms(now=self._now, offers=frozenset(aspect for source in self._sources for aspect in source.offers))
        self.filler = Filler(
            sources=self._sources,
            overlay=overlay,
            claims=MemoryClaims(),
            marks=self.marks,
            offload=asyncio.to_thread,
            terms=terms,
            owner="test",
        )
        self.library = Library(
            live=self.live,
            empty=Build(MemoryCatalogue(info=w.INFO), MemoryNames()),
            overlay=overlay,
            terms=terms,
            filler=self.filler,
            queue=self.queue,
            offload=asyncio.to_thread,
            budget_seconds=self._budget,
        )
        self.lookups = Lookups(library=self.library, marks=self.marks, offload=asyncio.to_thread)
        server = build_server(
            settings=self._settings,
            library=self.library,
            lookups=self.lookups,
            now=self._now,
            version="1.2.3",
            access=self._access,
            identification=None if self._sounds is None else self._sounds.parts(self.library),
            listening=self._listening,
        )
        server.start()
        return server

    async def _stop(self) -> None:
        await self.server.stop(0.5)
        if self._listening is not None:
            self._listening.close()
        await self.library.close()
        await self._loop.shutdown_default_executor()


@contextlib.contextmanager
def served(**options: Any) -> Iterator[Served]:
    """Serve for as long as the ``with`` lasts."""
    server = Served(**options)
    try:
        yield server
    finally:
        server.close()
