"""A client with nothing real in it but the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

import httpx2
import pytest

from linernotes.ports.turns import Pace
from linernotes.providers._kit.breaker import Breaker
from linernotes.providers._kit.client import Client
from linernotes.providers._kit.pacing import Pacer
from linernotes.providers._kit.retry import Retry
from linernotes.stores.memory.turns import MemoryPace
from tests.providers.serving import Loopback, Respond, serving

NOW = 1_790_000_000_000
Start = Callable[[Respond], Loopback]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def start():
    """Serve on loopback as a function says."""
    with ExitStack() as stack:

        def serve(respond: Respond) -> Loopback:
            return stack.enter_context(serving(respond))

        yield serve


class Turns:
    """A pace that lets everybody go at once and remembers what it was asked: a fake behind the port."""

    def __init__(self) -> None:
        self.reserved = 0
        self.held: list[int] = []

    def reserve(self, name: str, *, interval: int, now: int, latest: int) -> int | None:
        self.reserved += 1
        return now

    def hold(self, name: str, *, until: int) -> None:
        self.held.append(until)


@asynccontextmanager
async def client_of(
    url: str,
    *,
    pace: Pace | None = None,
    breaker: Breaker | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[Client]:
    """Yield a client that asks again without waiting."""
    client = Client(
        source="there",
        base_url=url,
        user_agent="linernotes/1",
        pacer=Pacer(source="there", pace=pace or MemoryPace(), per_second=1000, now=lambda: NOW),
        now=lambda: NOW,
        breaker=breaker,
        retry=Retry(first_seconds=0.0),
        transport=transport or httpx2.AsyncHTTPTransport(),
    )
    try:
        yield client
    finally:
        await client.close()
