"""The source under test, connected to a stand-in on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

import httpx2
import pytest

from linernotes.ports.source import Source
from linernotes.providers._kit.manifest import ProviderDeps
from linernotes.providers.musicbrainz import MANIFEST
from linernotes.providers.musicbrainz.settings import MusicBrainzSettings
from linernotes.stores.memory.turns import MemoryPace
from tests.providers.serving import Loopback, Respond, serving

AT = 1_790_000_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def connected(
    url: str, *, transport: httpx2.AsyncBaseTransport | None = None, **settings: object
) -> AsyncIterator[Source]:
    """Build the source for a base URL; it need not wait for turns."""
    chosen = MusicBrainzSettings(
        **({"base_url": url, "contact": "me@example.org", "requests_per_second": 1000} | settings)
    )
    deps = ProviderDeps(
        pace=MemoryPace(), now=lambda: AT, user_agent="linernotes/1", transport=transport or httpx2.AsyncHTTPTransport()
    )
    source = MANIFEST.build(chosen, deps)
    try:
        yield source
    finally:
        await source.close()


@pytest.fixture
def stand_in():
    """Serve on loopback as a function says."""
    with ExitStack() as stack:

        def start(respond: Respond) -> Loopback:
            return stack.enter_context(serving(respond))

        yield start


Start = Callable[[Respond], Loopback]
