"""Tasks that come round: each is done by one of all processes, once a period."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog

from linernotes.domain.errors import LinernotesError
from linernotes.ports.queue import JobQueue

LONGEST_PAUSE_SECONDS = 60.0
log = structlog.get_logger("linernotes.worker")


class Periodic(msgspec.Struct, frozen=True, kw_only=True):
    """A task and its period. It should be short: what takes long puts jobs into the queue."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[None]]


class Scheduler:
    """Looks which tasks are due, and runs them."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        tasks: Sequence[Periodic],
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``now`` gives unix milliseconds."""
        self._queue = queue
        self._tasks = tasks
        self._now = now
        self._sleep = sleep

    async def run(self) -> None:
        """Run the tasks when they are due, until this is cancelled; one that fails is tried again a period later."""
        async with asyncio.TaskGroup() as group:
            for task in self._tasks:
                group.create_task(self._repeat(task))

    async def _repeat(self, task: Periodic) -> None:
        while True:
            if await self._is_due(task):
                await self._do(task)
            await self._sleep(min(task.every_seconds, LONGEST_PAUSE_SECONDS))

    async def _is_due(self, task: Periodic) -> bool:
        every = round(task.every_seconds * 1000)
        try:
            return await asyncio.to_thread(self._queue.due, task.name, every=every, now=self._now())
        except LinernotesError as error:
            log.warning("cannot see whether a periodic task is due", task=task.name, error=error.message)
        except Exception:
            log.exception("seeing whether a periodic task is due failed", task=task.name)
        return False

    async def _do(self, task: Periodic) -> None:
        try:
            await task.run()
        except LinernotesError as error:
            log.warning("a periodic task failed", task=task.name, error=error.message)
        except Exception:
            log.exception("a periodic task failed", task=task.name)
