"""A clock that tests move by hand, for what sleeps and what asks for the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 20


class HandClock:
    """Begins at one second past the epoch; nobody wakes before `advance` says so."""

    def __init__(self) -> None:
        """Nobody sleeps yet."""
        self._milliseconds = 1000
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def now(self) -> int:
        """Return unix milliseconds."""
        return self._milliseconds

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved that far."""
        self.slept.append(seconds)
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._milliseconds + round(seconds * 1000), woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move the clock and wake those whose time has come."""
        self._milliseconds += round(seconds * 1000)
        for at, woken in list(self._sleepers):
            if at <= self._milliseconds and not woken.done():
                woken.set_result(None)
        self._sleepers = [(at, woken) for at, woken in self._sleepers if not woken.done()]

    @property
    def sleeping(self) -> int:
        """How many sleep now."""
        return sum(not woken.done() for _, woken in self._sleepers)


async def until(holds: Callable[[], object]) -> None:
    """Let everything go on until something holds; fail after a long while."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - what is waited for is a value, and threads set it
            await asyncio.sleep(0.001)
