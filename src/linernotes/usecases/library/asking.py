"""Lets somebody read, fetches what was missing, lets them read again, and has what is old fetched later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar

import msgspec

from linernotes.domain.errors import Invalid, LinernotesError, NotFound, Unavailable
from linernotes.domain.facts import Provenance, Wanted
from linernotes.domain.jobs import JobState, NewJob
from linernotes.ports.build import Build, LiveBuild
from linernotes.ports.offload import Offload
from linernotes.ports.overlay import Overlay
from linernotes.ports.queue import JobQueue
from linernotes.usecases.library.filling import COME_BACK_SECONDS, Filler, Tally
from linernotes.usecases.library.lifetimes import Terms
from linernotes.usecases.library.merged import MergedCatalogue
from linernotes.usecases.library.naming import MergedNames
from linernotes.usecases.library.notes import Notes, noting

T = TypeVar("T")

ROUNDS = 4
"""How often a request is worked out at most: an answer may show what else is missing."""
RENEWED_MILLISECONDS = 600_000
"""So long after a lifetime has ended, at most, an answer that is asked for again and again is refreshed."""
REFRESH = "refresh"
MOST_WAITING = 10_000
"""Refreshes that may wait; at one request a second that is hours of them."""
REMEMBERED = 10_000
_log = logging.getLogger(__name__)


class Asked(msgspec.Struct, Generic[T], frozen=True):
    """A result with its ``faults`` (what could not be asked for) and where each part came from.

    Whatever the result says of a question that has a fault, it is not an answer.
    """

    result: T
    faults: Mapping[Wanted, LinernotesError]
    found: Mapping[Wanted, Provenance]


class Library:
    """The live build, growing. For the event loop's thread, but for ``look``."""

    def __init__(
        self,
        *,
        live: LiveBuild,
        empty: Build,
        overlay: Overlay,
        terms: Terms,
        filler: Filler,
        queue: JobQueue,
        offload: Offload,
        budget_seconds: float,
    ) -> None:
        """``empty`` is served while there is no build, if sources can be asked; a request waits for them so long."""
        self._live = live
        self._empty = empty
        self._overlay = overlay
        self._terms = terms
        self._filler = filler
        self._queue = queue
        self._offload = offload
        self._budget = budget_seconds
        self._generation = 0
        self._kept_here = 0
        self._merged: tuple[Build, tuple[int, int, int], Build] | None = None
        self._asked_later: dict[Wanted, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        filler.on_kept = self._grown

    @property
    def grows(self) -> bool:
        """Whether there is a source to ask, or anything that one has said."""
        return bool(self._terms.offers) or self._generation > 0

    def current(self) -> Build:
        """Return the live build: the same object until it is replaced or grows, or old answers must be looked at."""
        try:
            base = self._live.current()
        except Unavailable:
            if not self.grows:
                raise
            base = self._empty
        if not self.grows:
            return base
        state = self._generation, self._kept_here, self._terms.now() // RENEWED_MILLISECONDS
        kept = self._merged
        if kept is None or kept[0] is not base or kept[1] != state:
            kept = self._merged = (base, state, self._merge(base))
        return kept[2]

    def tallies(self) -> Mapping[str, Tally]:
        """Return what each source was asked, by its name."""
        return self._filler.tally

    def look(self) -> None:
        """See whether another process kept something. Blocks: to be called off the event loop."""
        self._generation = self._overlay.generation()

    async def watch(self, every: float) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(every)
            try:
                await self._offload(self.look)
            except LinernotesError as error:
                _log.warning("What sources said cannot be read: %s", error.message)
            except Exception:  # noqa: BLE001 - and looks again: nobody would notice its end
                _log.exception("Seeing what other processes kept failed unexpectedly.")

    async def ask(self, work: Callable[[], Awaitable[T]], *, seconds: float | None = None) -> Asked[T]:
        """Work a request out, fetching what it misses. ``work`` may be called several times, and must only read.

        ``work`` reads ``current()`` anew each time. Whatever it raises last is raised, but for NotFound where a fault
        hides the answer: then the fault is.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + (self._budget if seconds is None else min(seconds, self._budget))
        faults: dict[Wanted, LinernotesError] = {}
        tried: set[Wanted] = set()
        attempt = await _attempt(work)
        for _ in range(ROUNDS - 1):
            lacking = attempt.notes.missing - tried
            if not lacking:
                break
            tried |= lacking
            faults |= await self._filler.fill(lacking, seconds=max(0.0, end - clock()))
            if lacking <= faults.keys():
                break
            attempt = await _attempt(work)
        self._refresh_later(attempt.notes.stale)
        hidden = {one: faults.get(one) or _unanswered() for one in attempt.notes.missing}
        hidden |= {one: hidden[target] for one, target in attempt.notes.led.items() if target in hidden}
        if attempt.error is not None:
            raise worst(hidden.values()) if hidden else attempt.error
        return Asked(attempt.results[0], hidden, attempt.notes.found)

    async def answer(self, work: Callable[[], Awaitable[T]]) -> T:
        """Work a request out whole: a fault in any part of it is raised."""
        if not self.grows:
            return await work()
        asked = await self.ask(work)
        if asked.faults:
            raise worst(asked.faults.values())
        return asked.result

    async def refresh(self, wanted: Wanted) -> None:
        """Fetch something whether it is old or not. Raises what the source has for a fault.

        Raises ``Invalid`` where no source is asked any more: a job may be older than the settings.
        """
        if wanted.aspect not in self._terms.offers:
            raise Invalid(f"no source is asked for this {wanted.aspect}")
        await asyncio.shield(self._filler.fetch(wanted, anew=True))

    async def refresh_later(self, wanted: Iterable[Wanted], *, priority: int = 0) -> int:
        """Have things fetched beside requests; return how many were not waiting already.

        Where too many wait, more are passed over: anybody may ask, and what is old is noted when it is next asked for.
        """
        payloads = [(one, msgspec.json.encode(one).decode()) for one in wanted if one.aspect in self._terms.offers]
        jobs = [NewJob(REFRESH, f"{one.aspect}/{one.key}", payload, priority=priority) for one, payload in payloads]
        return await self._offload(lambda: self._put_jobs(jobs)) if jobs else 0

    def _put_jobs(self, jobs: list[NewJob]) -> int:
        waiting = sum(
            row.count for row in self._queue.counts() if row.kind == REFRESH and row.state is not JobState.DEAD
        )
        return self._queue.put(jobs[: max(0, MOST_WAITING - waiting)], now=self._terms.now())

    async def close(self) -> None:
        """Stop what is under way."""
        await self._filler.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _merge(self, base: Build) -> Build:
        whole, partly = (
            MergedCatalogue(base=base.catalogue, overlay=self._overlay, terms=self._terms, partly=partly)
            for partly in (False, True)
        )
        names = MergedNames(base=base.names, overlay=self._overlay, terms=self._terms)
        return Build(whole, names, partly=partly, remote=base.remote)

    def _grown(self) -> None:
        self._kept_here += 1

    def _refresh_later(self, stale: set[Wanted]) -> None:
        now = self._terms.now()
        due = [one for one in stale if self._asked_later.get(one, 0) <= now]
        if not due:
            return
        if len(self._asked_later) > REMEMBERED:
            self._asked_later.clear()
        self._asked_later.update((one, now + RENEWED_MILLISECONDS) for one in due)
        task = asyncio.create_task(self._put(due))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put(self, due: list[Wanted]) -> None:
        try:
            await self.refresh_later(due)
        except LinernotesError as error:
            _log.warning("A refresh could not be noted down: %s", error.message)


class _Attempt(msgspec.Struct, Generic[T]):
    """What came of working a request out once: one result or an error."""

    notes: Notes
    results: tuple[T, ...] = ()
    error: NotFound | None = None


async def _attempt(work: Callable[[], Awaitable[T]]) -> _Attempt[T]:
    with noting() as notes:
        try:
            return _Attempt(notes, (await work(),))
        except NotFound as error:
            return _Attempt(notes, error=error)


def _unanswered() -> Unavailable:
    """Return the fault of what still is missing: each answer showed what else is, or one was of no use."""
    return Unavailable("More of this has to be fetched; ask again in a moment.", retry_after=COME_BACK_SECONDS)


def worst(faults: Iterable[LinernotesError]) -> LinernotesError:
    """Return the fault to tell: one that says when to come back, if there is any."""
    return max(faults, key=lambda fault: getattr(fault, "retry_after", None) or 0.0)
