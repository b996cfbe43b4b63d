"""The made-up catalogue of the contract suites behind the façade, asked without a web server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from linernotes.domain.ids import Kind
from linernotes.domain.keys import Caller, Scope
from linernotes.domain.names import NameRecord
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.native import FACADE
from linernotes.facades.native.app import build_app
from linernotes.facades.native.settings import NativeSettings
from linernotes.ports.build import Build
from linernotes.ports.source import Source
from linernotes.searchers.memory import MemoryNames
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.usecases.identify.listening import Listening
from tests.contracts.catalogues import memory
from tests.contracts.world import ALPHA, BETA, DUET, FULL, SILENT, WORLD
from tests.library import Shelf, in_thread
from tests.usecases.identify.naming_world import Sounds

NOW = 1_795_219_200_000  # 2026-11-21T00:00:00Z
NAMES = (
    *(NameRecord(Kind.ARTIST, one.mbid, one.name, one.sort_name) for one in (ALPHA, BETA, SILENT)),
    *(
        NameRecord(Kind.RELEASE_GROUP, one.mbid, one.title, artist="Alphä", artist_names=("Alphä",))
        for one in (FULL, DUET)
    ),
)
READER = Caller("reader", "127.0.0.1", frozenset({Scope.READ}))
ADMIN = Caller("admin", "127.0.0.1", frozenset({Scope.READ, Scope.ADMIN}))
ANYBODY = Caller(None, "127.0.0.1", frozenset({Scope.READ}))


class Site:
    """The façade and everything behind it."""

    def __init__(
        self,
        catalogue: MemoryCatalogue | None = None,
        *,
        empty: bool = False,
        sources: Sequence[Source] = (),
        budget_seconds: float = 5.0,
        sounds: Sounds | None = None,
        listening: Callable[[], Listening] | None = None,
        **settings: Any,
    ) -> None:
        """Build it on a catalogue, the usual one if none is given; on none at all if ``empty``.

        With ``sounds`` it identifies music. ``listening`` gives who listens to files, for each request another one.
        """
        build = Build(catalogue or memory(WORLD, None), MemoryNames(NAMES))  # type: ignore[arg-type]
        self.live = MemoryLiveBuild(None if empty else build)
        self.shelf = Shelf(self.live, sources=sources, now=lambda: NOW, budget_seconds=budget_seconds)
        deps = FacadeDeps(
            library=self.shelf.library,
            lookups=self.shelf.lookups,
            marks=self.shelf.marks,
            offload=in_thread,
            now=lambda: NOW,
            version="1.2.3",
            identification=None if sounds is None else sounds.parts(self.shelf.library),
        )
        self._deps, self._settings, self._listening = deps, NativeSettings(**settings), listening
        self.app: Any = FACADE.build(self._settings, deps)

    def ask(self, method: str, target: str, *, prefix: str = "/v1", body: bytes = b"", **rest: Any) -> Reply:
        """Send one request; ``target`` is the path below the mount and the query."""
        path, _, query = target.partition("?")

        async def answer() -> Reply:
            listening = None if self._listening is None else self._listening()
            if listening is not None:
                self.app = build_app(self._settings, self._deps, listening=listening)
            try:
                reply: Reply = await self.app.handle(
                    Request(method, path, prefix=prefix, query=query, body=body, **rest)
                )
                return reply
            finally:
                if listening is not None:
                    listening.close()
                await self.shelf.library.close()

        return asyncio.run(answer())

    def get(self, target: str, **rest: Any) -> Reply:
        """Send a GET."""
        return self.ask("GET", target, **rest)

    def read(self, target: str, **rest: Any) -> Any:
        """Return what a GET answers, which must be 200."""
        reply = self.get(target, **rest)
        assert reply.status == 200, reply.body
        return msgspec.json.decode(reply.body)

    def post(self, target: str, document: object = None, **rest: Any) -> Reply:
        """Send a POST with a JSON body."""
        return self.ask("POST", target, body=b"" if document is None else msgspec.json.encode(document), **rest)

    def header(self, reply: Reply, name: str) -> str:
        """Return a header of a reply; empty if it is not there."""
        return dict(reply.headers).get(name, "")
