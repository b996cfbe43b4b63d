"""Takes jobs from the queue and has them done, a bounded number at once, until it is cancelled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from linernotes.domain.errors import LinernotesError
from linernotes.domain.jobs import Job
from linernotes.ports.queue import JobQueue
from linernotes.ports.tracing import Tracer
from linernotes.worker.attempt import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Attempts, Handler
from linernotes.worker.settings import WorkerSettings
from linernotes.worker.tally import JobNumbers, Outcome

# How long a handler that was cancelled, and what is told to the queue then, may take.
LAST_WORDS_SECONDS = 5.0
log = structlog.get_logger("linernotes.worker")


class Runner:
    """Runs the jobs of the kinds that it has handlers for."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        owner: str,
        settings: WorkerSettings,
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        tracer: Tracer | None = None,
    ) -> None:
        """``owner`` is another one for each Runner of all processes; ``now`` gives unix milliseconds."""
        self._queue = queue
        self._kinds = sorted(handlers)
        self._owner = owner
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._attempts = Attempts(
            queue=queue, handlers=handlers, settings=settings, now=now, sleep=sleep, chance=chance, tracer=tracer
        )
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._nudged = asyncio.Event()

    def numbers(self) -> list[JobNumbers]:
        """Return what became of the jobs so far, by kind."""
        return self._attempts.tally.numbers()

    def nudge(self) -> None:
        """Look for jobs now: one was put. For the event loop's thread."""
        self._nudged.set()

    async def run(self) -> None:
        """Run jobs until this is cancelled. Then no more are taken; those that run have ``grace_seconds`` to finish.

        What is not done by then is cancelled and given back for others to run at once.
        """
        taking = asyncio.create_task(self._take())
        try:
            # A question to the queue is never cut off: it would lease jobs that nobody hears of.
            await asyncio.shield(taking)
        finally:
            self._stopping.set()
            await asyncio.wait({taking}, timeout=LAST_WORDS_SECONDS)
            taking.cancel()
            await self._stop()

    async def _take(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            free = self._settings.concurrency - len(self._running)
            if not free:
                await self._rest(*self._running)
                continue
            jobs = await self._lease(free)
            if self._stopping.is_set():
                await asyncio.gather(*map(self._attempts.give_back, jobs))
                return
            for job in jobs:
                self._start(job)
            if jobs:
                pause = FIRST_PAUSE_SECONDS
            else:
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _lease(self, limit: int) -> list[Job]:
        now = self._now()
        until = now + round(self._settings.lease_seconds * 1000)
        try:
            jobs = await asyncio.to_thread(
                self._queue.lease, owner=self._owner, kinds=self._kinds, limit=limit, now=now, until=until
            )
        except LinernotesError as error:
            log.warning("cannot take jobs from the queue", error=error.message)
            return []
        except Exception:
            log.exception("taking jobs from the queue failed")  # and is tried again: nobody else would notice its end
            return []
        for job in jobs:
            self._attempts.tally.add(job.kind, Outcome.LEASED)
        return jobs

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._attempts.make(job))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The queue refused what it was told; the lease runs out, and the job is taken again.
            log.error("a job's end could not be told", exc_info=error)

    async def _pause(self, seconds: float) -> None:
        events = asyncio.ensure_future(self._sleep(seconds)), asyncio.create_task(self._nudged.wait())
        await self._rest(*events)
        self._nudged.clear()
        for event in events:
            event.cancel()

    async def _rest(self, *events: asyncio.Future[Any]) -> None:
        """Wait for one of the events, or until there is to be an end."""
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({stopping, *events}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _stop(self) -> None:
        await asyncio.sleep(0)  # a task that is cancelled before it began could not give its job back
        if self._running:
            await asyncio.wait(set(self._running), timeout=self._settings.grace_seconds)
        left = set(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=LAST_WORDS_SECONDS)
        if self._running:
            log.warning("jobs are left to run elsewhere when their leases have run out", jobs=len(self._running))
