"""Doing expensive work once for all who ask for it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Runs at most one piece of work per key at a time. Who gives up waiting does not stop it for the others."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._running: dict[K, asyncio.Future[V]] = {}

    async def run(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """Return the result of ``work``, or of the same work that somebody else began."""
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asyncio.ensure_future(_awaited(work))
            running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)


async def _awaited(work: Callable[[], Awaitable[V]]) -> V:
    return await work()
