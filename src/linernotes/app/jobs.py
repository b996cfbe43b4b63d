"""What runs beside requests: jobs from the queue, and the periodic cleaning up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from secrets import token_hex

import msgspec

from linernotes.app import logs
from linernotes.app.config.settings import Settings
from linernotes.app.growing import DAY, Growing, build_library
from linernotes.app.offload import Pool
from linernotes.app.stores import open_stores, queue_of
from linernotes.ports.queue import JobQueue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.sql import SqlState
from linernotes.web.leases import Leases
from linernotes.worker.periodic import Periodic, Scheduler
from linernotes.worker.runner import Runner

CLEAN_UP_SECONDS = 3600.0
FORGOTTEN_AT_ONCE = 1000
MISSING_KEPT = 30 * DAY
"""After so long without being asked for again it is forgotten that a source did not know something."""


class Beside:
    """A process's share of the background work."""

    def __init__(self, settings: Settings, *, state: SqlState, queue: JobQueue, growing: Growing) -> None:
        """Take jobs from the queue for the library; nothing runs yet."""
        self._settings = settings
        self._state = state
        owner = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
        self.runner = Runner(
            queue=queue, handlers=growing.handlers(), owner=owner, settings=settings.worker, now=unix_milliseconds
        )
        tasks = [Periodic(name="forget", every_seconds=CLEAN_UP_SECONDS, run=self._forget)]
        self._scheduler = Scheduler(queue=queue, tasks=tasks, now=unix_milliseconds)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.runner.run())
            group.create_task(self._scheduler.run())

    def numbers(self) -> tuple[dict[str, dict[tuple[tuple[str, str], ...], float]], dict[str, float]]:
        """Counters of jobs, by kind."""
        rows = [msgspec.structs.asdict(row) for row in self.runner.numbers()]
        words = [field for field in (rows[0] if rows else ()) if field != "kind"]
        return {f"jobs_{word}": {(("kind", row["kind"]),): float(row[word]) for row in rows} for word in words}, {}

    async def _forget(self) -> None:
        """Forget what is too old, in small steps, so that nobody waits for a long transaction."""
        days = self._settings.library.keep_days
        now = unix_milliseconds()
        before = now - days * DAY if days else 0
        forget = self._state.overlay.forget_before
        missing_before = now - MISSING_KEPT
        forgotten = FORGOTTEN_AT_ONCE
        while forgotten == FORGOTTEN_AT_ONCE:
            forgotten = await asyncio.to_thread(forget, before, missing_before=missing_before, limit=FORGOTTEN_AT_ONCE)


@contextlib.contextmanager
def open_queue(settings: Settings) -> Iterator[JobQueue]:
    """Open the jobs of the state, for a command."""
    state = open_stores(settings)
    try:
        yield queue_of(state)
    finally:
        state.close()


def run_worker(settings: Settings, concurrency: int | None = None) -> None:
    """Run jobs, without serving, until SIGTERM or SIGINT."""
    if concurrency is not None:
        own = msgspec.structs.replace(settings.worker, concurrency=concurrency)
        settings = msgspec.structs.replace(settings, worker=own)
    logs.configure(settings.log)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    state = await asyncio.to_thread(open_stores, settings)
    pool = Pool(threads=settings.server.threads, leases=Leases())
    queue = queue_of(state)
    growing = build_library(
        settings, live=MemoryLiveBuild(), state=state, queue=queue, offload=pool, now=unix_milliseconds
    )
    try:
        running = asyncio.ensure_future(Beside(settings, state=state, queue=queue, growing=growing).run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        await growing.close()
        pool.close()
        state.close()


def unix_milliseconds() -> int:
    """Return the time, UTC."""
    return time.time_ns() // 1_000_000
