"""One attempt at a job: the handler under a timeout, the lease held meanwhile, what is told to the queue after it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping

import structlog

from linernotes.domain.errors import Conflict, Gone, Invalid, LinernotesError, NotFound, Unavailable
from linernotes.domain.jobs import Job
from linernotes.ports.queue import JobQueue
from linernotes.ports.tracing import Attributes, NoTracer, Tracer
from linernotes.worker.backoff import wait_seconds
from linernotes.worker.settings import WorkerSettings
from linernotes.worker.tally import Outcome, Tally

Handler = Callable[[Job], Awaitable[None]]
"""Does a job. It may be done more than once, and nothing of it may go on after it was cancelled."""

STOPPED = "stopped"
TAKEN = "its lease is not ours any more"
# Asking again will not help.
FINAL = (Invalid, NotFound, Gone, Conflict)
LONGEST_REASON = 500
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
log = structlog.get_logger("linernotes.worker")


class Attempts:
    """Makes attempts at jobs that are leased; several may be under way at once."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        settings: WorkerSettings,
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        tracer: Tracer | None = None,
    ) -> None:
        """``now`` gives unix milliseconds, ``chance`` a number in 0…1."""
        self._queue = queue
        self._handlers = handlers
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._tracer = tracer or NoTracer()
        self.tally = Tally()

    async def make(self, job: Job) -> None:
        """Run the job's handler, and finish, retry or bury the job; where this is cancelled, give it back."""
        if job.attempts > self._settings.max_attempts and job.reason != STOPPED:
            # A failure would have buried it: it is the job that its processes do not survive.
            reason = f"{job.reason}, after {job.attempts - 1} attempts"
            await self._settle(job, Outcome.BURIED, lambda: self._queue.bury(job, reason=reason))
            return
        work = asyncio.create_task(self._work(job))
        hold = asyncio.create_task(self._hold(job))
        stopped = False
        try:
            await asyncio.wait({work, hold}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            stopped = True
        await self._end(work)
        lost = hold.done()
        await self._end(hold)
        await self._conclude(job, work, stopped=stopped, lost=lost)

    async def give_back(self, job: Job) -> None:
        """Let others run a leased job at once."""
        await self._settle(job, Outcome.RETURNED, lambda: self._queue.retry(job, reason=STOPPED, run_at=self._now()))

    async def _work(self, job: Job) -> None:
        seconds = self._settings.job_timeout_seconds
        limit = asyncio.timeout(seconds)
        told: Attributes = {
            "linernotes.job.kind": job.kind,
            "linernotes.job.id": job.id,
            "linernotes.job.attempts": job.attempts,
        }
        try:
            with self._tracer.span(f"job {job.kind}", told, role="job"):
                async with limit:
                    await self._handlers[job.kind](job)
        except TimeoutError as exc:
            if limit.expired():
                raise Unavailable(f"not done after {seconds:g} seconds") from exc
            raise

    async def _hold(self, job: Job) -> None:
        """Extend the lease again and again; return when it is lost."""
        until = job.leased_until
        while True:
            await self._sleep(self._settings.lease_seconds / 3)
            longer = self._now() + round(self._settings.lease_seconds * 1000)
            try:
                if not await asyncio.to_thread(self._queue.extend, job, until=longer):
                    return
                until = longer
            except LinernotesError as error:
                log.warning("cannot extend a job's lease", kind=job.kind, job=job.id, error=error.message)
                if self._now() >= until:
                    return

    async def _end(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait({task})

    async def _conclude(self, job: Job, work: asyncio.Task[None], *, stopped: bool, lost: bool) -> None:
        error = Unavailable("it was cancelled") if work.cancelled() else work.exception()
        if error is None:
            await self._settle(job, Outcome.DONE, lambda: self._queue.finish(job))
        elif lost:
            self._lose(job, TAKEN)
        elif stopped:
            await self.give_back(job)
        else:
            await self._fail(job, error)

    async def _fail(self, job: Job, error: BaseException) -> None:
        reason = reason_of(error)
        if not isinstance(error, LinernotesError):
            log.error("a job failed", kind=job.kind, job=job.id, exc_info=error)
        if isinstance(error, FINAL) or job.attempts >= self._settings.max_attempts:
            log.warning("a job is given up", kind=job.kind, key=job.key, attempts=job.attempts, reason=reason)
            await self._settle(job, Outcome.BURIED, lambda: self._queue.bury(job, reason=reason))
            return
        run_at = self._now() + round(1000 * self._wait(job, error))
        await self._settle(job, Outcome.RETRIED, lambda: self._queue.retry(job, reason=reason, run_at=run_at))

    def _wait(self, job: Job, error: BaseException) -> float:
        first, most = self._settings.backoff_seconds, self._settings.backoff_most_seconds
        return wait_seconds(job.attempts, error, first=first, most=most, chance=self._chance())

    async def _settle(self, job: Job, outcome: Outcome, tell: Callable[[], bool]) -> None:
        """Tell the queue, again and again as long as the lease may last; what was done should not be done twice."""
        end = self._now() + round(self._settings.lease_seconds * 1000)
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                self._count(job, outcome, ours=await asyncio.to_thread(tell))
            except Unavailable as error:
                if self._now() >= end:
                    self._lose(job, error.message)
                    return
            else:
                return
            await self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _count(self, job: Job, outcome: Outcome, *, ours: bool) -> None:
        if ours:
            self.tally.add(job.kind, outcome)
        else:
            self._lose(job, TAKEN)

    def _lose(self, job: Job, reason: str) -> None:
        log.warning("a job is lost and will run again", kind=job.kind, key=job.key, job=job.id, reason=reason)
        self.tally.add(job.kind, Outcome.LOST)


def reason_of(error: BaseException) -> str:
    """Return an error's message as one line that every queue can keep; a foreign error's with its type."""
    text = error.message if isinstance(error, LinernotesError) else f"{type(error).__name__}: {error}"
    line = " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", text).split())
    return line[:LONGEST_REASON]
