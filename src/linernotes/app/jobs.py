"""What runs beside requests: jobs from the queue, and the periodic cleaning up."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterator

import msgspec

from linernotes.app import logs
from linernotes.app.config.settings import Settings
from linernotes.app.growing import DAY, Growing, build_library, owner_name
from linernotes.app.identification import Identifying, is_offered
from linernotes.app.offload import Pool
from linernotes.app.readings import Reading
from linernotes.app.stores import open_stores, queue_of
from linernotes.app.tracing import open_tracing
from linernotes.domain.jobs import JobState
from linernotes.ports.queue import JobQueue
from linernotes.ports.tracing import Tracer
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.sql import SqlState
from linernotes.web.leases import Leases
from linernotes.web.metrics import Labels, Numbers
from linernotes.worker.periodic import Periodic, Scheduler
from linernotes.worker.runner import Runner
from linernotes.worker.tally import JobNumbers

CLEAN_UP_SECONDS = 3600.0
FORGOTTEN_AT_ONCE = 1000
QUEUE_SECONDS = 15.0
"""How often the jobs are counted at most."""

MISSING_KEPT = 30 * DAY
"""After so long without being asked for again it is forgotten that a source did not know something."""

DEAD_KEPT = 30 * DAY
"""So long somebody may look at a job that was given up; what is still wanted has been asked for anew since."""


class Queued(msgspec.Struct, frozen=True):
    """What is in the queue: how many jobs by kind and state, and how long the oldest one has been due."""

    counts: dict[tuple[str, str], int] = {}
    oldest_seconds: float = 0.0


class Beside:
    """A process's share of the background work."""

    def __init__(
        self,
        settings: Settings,
        *,
        state: SqlState,
        queue: JobQueue,
        growing: Growing,
        identifying: Identifying | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        """Take jobs from the queue for the library, and for identification where there is any; nothing runs yet."""
        self._settings = settings
        self._state = state
        self._queue = queue
        handlers = growing.handlers() | ({} if identifying is None else identifying.handlers())
        self._kinds = sorted(handlers)
        self.runner = Runner(
            queue=queue,
            handlers=handlers,
            owner=owner_name(),
            settings=settings.worker,
            now=unix_milliseconds,
            tracer=tracer,
        )
        if identifying is not None:
            identifying.parts.submitting.on_kept = self.runner.nudge
        self._queued = Reading(what="jobs", read=lambda: read_queue(queue), first=Queued(), every_seconds=QUEUE_SECONDS)
        tasks = [
            Periodic(name="forget", every_seconds=CLEAN_UP_SECONDS, run=self._forget),
            *(() if identifying is None else identifying.tasks()),
        ]
        self._scheduler = Scheduler(queue=queue, tasks=tasks, now=unix_milliseconds)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.runner.run())
                group.create_task(self._scheduler.run())
        finally:
            await self._queued.close()

    def numbers(self) -> Numbers:
        """Counters of the jobs that this process took, by kind, and gauges of the queue that all share."""
        found = {kind: JobNumbers(kind) for kind in self._kinds} | {row.kind: row for row in self.runner.numbers()}
        rows = [msgspec.structs.asdict(row) for row in found.values()]
        words = [field for field in JobNumbers.__struct_fields__ if field != "kind"]
        counters: dict[str, dict[Labels, float]] = {
            f"jobs_{word}": {(("kind", row["kind"]),): float(row[word]) for row in rows} for word in words
        }
        queued = self._queued.last()
        # A state that is empty has a nought of its own, or its last number would seem to stay.
        counts = {(kind, state.value): 0 for kind in self._kinds for state in JobState} | queued.counts
        jobs: dict[Labels, float] = {
            (("kind", kind), ("state", state)): float(count) for (kind, state), count in counts.items()
        }
        return counters, {"queue_jobs": jobs, "queue_oldest_waiting_seconds": queued.oldest_seconds}

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
        removed = FORGOTTEN_AT_ONCE
        while removed == FORGOTTEN_AT_ONCE:
            removed = await asyncio.to_thread(remove_dead, self._queue, before=now - DEAD_KEPT)


def remove_dead(queue: JobQueue, *, before: int) -> int:
    """Remove some of the jobs that were given up and should have run before then (unix ms); return how many."""
    dead = queue.jobs(JobState.DEAD, limit=FORGOTTEN_AT_ONCE)
    old = [job.id for job in dead if job.run_at < before]
    return queue.remove(old) if old else 0


def read_queue(queue: JobQueue) -> Queued:
    """Count the jobs."""
    counts = {(one.kind, one.state.value): one.count for one in queue.counts()}
    soonest = queue.jobs(JobState.WAITING, limit=1)
    oldest = max(0, unix_milliseconds() - soonest[0].run_at) / 1000 if soonest else 0.0
    return Queued(counts, oldest)


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
    tracing = open_tracing(settings.tracing)
    state = await asyncio.to_thread(open_stores, settings)
    pool = Pool(threads=settings.server.threads, leases=Leases())
    queue = queue_of(state)
    growing = build_library(
        settings,
        live=MemoryLiveBuild(),
        state=state,
        queue=queue,
        offload=pool,
        now=unix_milliseconds,
        tracer=tracing.tracer,
    )
    identifying = None
    if is_offered(settings, serving=False):
        identifying = Identifying(
            settings, state=state, queue=queue, library=growing.library, offload=pool, now=unix_milliseconds
        )
    beside = Beside(settings, state=state, queue=queue, growing=growing, identifying=identifying, tracer=tracing.tracer)
    try:
        running = asyncio.gather(beside.run(), *([] if identifying is None else [identifying.run()]))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        if identifying is not None:
            await identifying.close()
        await growing.close()
        pool.close()
        state.close()
        await tracing.close()


def unix_milliseconds() -> int:
    """Return the time, UTC."""
    return time.time_ns() // 1_000_000
