"""Numbers that take time to read: asked for off the event loop, and not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from linernotes.domain.errors import LinernotesError

T = TypeVar("T")
# Nobody waits longer for a reading that nobody will see any more.
CLOSE_SECONDS = 2.0
log = structlog.get_logger("linernotes.metrics")


class Reading(Generic[T]):
    """What was read last. For the event loop's thread alone; ``read`` runs in another one."""

    def __init__(
        self,
        *,
        what: str,
        read: Callable[[], T],
        first: T,
        every_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with ``first``; ``what`` stands in the log when it cannot be read."""
        self._what = what
        self._read = read
        self._last = first
        self._every = every_seconds
        self._clock = clock
        self._next = clock()
        self._task: asyncio.Task[None] | None = None

    def last(self) -> T:
        """Return the last reading at once, and begin another one when it is older than it may be."""
        if self._task is None and self._clock() >= self._next:
            self._task = asyncio.get_running_loop().create_task(self._renew())
        return self._last

    async def close(self) -> None:
        """Wait for what has begun, so that nothing is read from what is closed next; begin nothing more."""
        self._next = float("inf")
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)

    async def _renew(self) -> None:
        try:
            self._last = await asyncio.to_thread(self._read)
        except LinernotesError as error:
            log.warning("cannot be read for the metrics", what=self._what, error=error.message)
        except Exception:
            log.exception("reading for the metrics failed", what=self._what)
        self._task = None
        self._next = max(self._next, self._clock() + self._every)
