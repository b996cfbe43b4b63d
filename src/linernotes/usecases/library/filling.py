"""Fetches what is missing: each question once at a time, in this process and among all that share the state.

In this process a question under way is joined. Among processes the one with the claim fetches; the others look again
until the answer is kept. Who gives up waiting does not stop a fetch: its answer is kept for the next one who asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from time import perf_counter

import msgspec

from linernotes.domain.entities import Release
from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.domain.facts import KINDS, LONGEST_KEY, Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.ports.offload import Offload
from linernotes.ports.overlay import Overlay
from linernotes.ports.source import Source
from linernotes.ports.state import ChangeMarks
from linernotes.ports.tracing import NoTracer, Tracer
from linernotes.ports.turns import Claims
from linernotes.usecases.library.lifetimes import Terms

CLAIM_MILLISECONDS = 20_000
"""A claim lasts so long and is extended while the fetch goes on: the others wait so long for a process that died."""
LOOK_AGAIN_SECONDS, LOOK_AGAIN_MOST_SECONDS = 0.1, 1.0
COME_BACK_SECONDS = 5.0
MOST_AT_ONCE = 100
"""Questions that one request may cause; more of them could not be answered in any time that somebody waits."""
MOST_RUNNING = 300
"""Questions of all requests that may be under way: each costs some writes, and sources answer a few each second."""

_CHANGED = {Aspect.DISCOGRAPHY: Kind.ARTIST, Aspect.EDITIONS: Kind.RELEASE_GROUP, **KINDS}
_log = logging.getLogger(__name__)


class Tally(msgspec.Struct):
    """What was fetched since the process started; ``seconds`` were spent waiting for the source."""

    fetched: int = 0
    missing: int = 0
    faults: int = 0
    joined: int = 0
    seconds: float = 0.0


class Filler:
    """Fetches and keeps. For the event loop's thread alone."""

    def __init__(  # noqa: PLR0913 - every part can be replaced by itself
        self,
        *,
        sources: Sequence[Source],
        overlay: Overlay,
        claims: Claims,
        marks: ChangeMarks,
        offload: Offload,
        terms: Terms,
        owner: str,
        tracer: Tracer | None = None,
        claim_milliseconds: int = CLAIM_MILLISECONDS,
    ) -> None:
        """Ask the first source that offers what is wanted. ``owner`` names this process among others."""
        self.tally = {source.name: Tally() for source in sources}
        self.on_kept: Callable[[], None] = lambda: None
        self._sources: Mapping[Aspect, Source] = {
            aspect: source for source in reversed(sources) for aspect in source.offers
        }
        self._overlay = overlay
        self._claims = claims
        self._marks = marks
        self._offload = offload
        self._terms = terms
        self._now = terms.now
        self._owner = owner
        self._claim_milliseconds = claim_milliseconds
        self._tracer = tracer or NoTracer()
        self._running: dict[Wanted, asyncio.Task[None]] = {}

    async def fill(self, wanted: Iterable[Wanted], *, seconds: float) -> dict[Wanted, LinernotesError]:
        """Fetch what is wanted, waiting at most so long; return the faults, one for each that was not answered."""
        asked = sorted(wanted)
        tasks: dict[Wanted, asyncio.Task[None]] = {}
        for one in asked:
            room = len(tasks) < MOST_AT_ONCE and len(self._running) < MOST_RUNNING
            if room or one in self._running:
                tasks[one] = self.fetch(one)
        if tasks:
            await asyncio.wait(tasks.values(), timeout=seconds)
        faults = {one: fault for one, task in tasks.items() if (fault := _fault(task)) is not None}
        faults.update((one, _too_many()) for one in asked if one not in tasks)
        return faults

    def fetch(self, wanted: Wanted, *, anew: bool = False) -> asyncio.Task[None]:
        """Return the task that fetches and keeps; it ends with one of our errors where the source has a fault.

        Unless it is wanted ``anew``, nothing is fetched that another process has kept meanwhile.
        """
        task = self._running.get(wanted)
        if task is not None:
            self.tally[self._sources[wanted.aspect].name].joined += 1
            return task
        task = self._running[wanted] = asyncio.create_task(self._fetch_once(wanted, anew=anew))
        task.add_done_callback(lambda done: self._ended(wanted, done))
        return task

    async def close(self) -> None:
        """Stop what is under way: what was not kept is asked for again some time."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, wanted: Wanted, task: asyncio.Task[None]) -> None:
        self._running.pop(wanted, None)
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        if isinstance(error, LinernotesError):
            _log.warning("A source could not be asked for %s: %s", wanted.aspect, error.message)
        else:
            _log.error("Fetching %s failed unexpectedly.", wanted.aspect, exc_info=error)

    async def _fetch_once(self, wanted: Wanted, *, anew: bool) -> None:
        source = self._sources.get(wanted.aspect)
        if source is None or len(wanted.key.encode()) > LONGEST_KEY:
            raise Unavailable(f"no source can be asked for this {wanted.aspect}")
        name = _claim_name(source, wanted)
        pause = LOOK_AGAIN_SECONDS
        while not await self._claim(name):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LOOK_AGAIN_MOST_SECONDS)
            anew = False  # whoever has the claim is fetching it
            if await self._kept(wanted):
                return
        hold = asyncio.create_task(self._hold(name))
        try:
            if anew or not await self._kept(wanted):
                await self._ask(source, wanted)
        finally:
            hold.cancel()
            await asyncio.wait({hold})
            await self._release(name)

    async def _claim(self, name: str) -> bool:
        now = self._now()
        until = now + self._claim_milliseconds
        claiming = asyncio.ensure_future(
            self._offload(lambda: self._claims.claim(name, owner=self._owner, now=now, until=until))
        )
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # It may be ours in a moment, and nobody would give it back.
            await asyncio.wait({claiming})
            await self._release(name)
            raise

    async def _hold(self, name: str) -> None:
        """Extend a claim until cancelled: a listing takes minutes."""
        while True:
            await asyncio.sleep(self._claim_milliseconds / 3000)
            try:
                await self._claim(name)
            except LinernotesError as error:
                _log.warning("A claim could not be extended: %s", error.message)

    async def _release(self, name: str) -> None:
        try:
            await asyncio.shield(self._offload(lambda: self._claims.release(name, owner=self._owner)))
        except LinernotesError as error:
            _log.warning("A claim could not be given back, and will run out: %s", error.message)

    async def _kept(self, wanted: Wanted) -> bool:
        [fact] = await self._offload(lambda: self._overlay.read([wanted]))
        if fact is None or fact.partial or self._terms.expired(fact):
            return False
        self.on_kept()
        return True

    async def _ask(self, source: Source, wanted: Wanted) -> None:
        tally = self.tally[source.name]
        told = {"linernotes.source": source.name, "linernotes.aspect": wanted.aspect.value}
        begun = perf_counter()
        try:
            with self._tracer.span(f"fetch {wanted.aspect}", told, role="client"):
                facts = await source.fetch(wanted)
        except LinernotesError:
            tally.faults += 1
            raise
        finally:
            tally.seconds += perf_counter() - begun
        tally.fetched += 1
        tally.missing += any(fact.wanted == wanted and fact.missing for fact in facts)
        await self._offload(lambda: self._keep(facts))
        self.on_kept()

    def _keep(self, facts: Sequence[Fact]) -> None:
        changed = set(self._overlay.keep(facts))
        refs = {ref for fact in facts if fact.wanted in changed for ref in _touched(fact)}
        self._marks.mark(sorted(refs), changed_at=self._now(), reason="source")


def _touched(fact: Fact) -> Iterator[EntityRef]:
    """Yield which entities are others than before when a fact is: a group, too, when a release of it is."""
    kind = _CHANGED.get(fact.wanted.aspect)
    if kind is not None:
        yield EntityRef(kind, MBID(fact.wanted.key))
    if isinstance(fact.value, Release):
        yield EntityRef(Kind.RELEASE_GROUP, fact.value.release_group)


def _claim_name(source: Source, wanted: Wanted) -> str:
    """Return a name of bounded length: URLs are long."""
    return f"{source.name}/{wanted.aspect}/{blake2b(wanted.key.encode(), digest_size=16).hexdigest()}"


def _fault(task: asyncio.Task[None]) -> LinernotesError | None:
    if not task.done():
        return _too_long()
    if task.cancelled():
        return Unavailable("The server is stopping.", retry_after=COME_BACK_SECONDS)
    error = task.exception()
    if error is None or isinstance(error, LinernotesError):
        return error
    return Unavailable("A source's answer could not be kept.", retry_after=COME_BACK_SECONDS)


def _too_many() -> Unavailable:
    return Unavailable("Too much is being fetched; ask again in a moment.", retry_after=COME_BACK_SECONDS)


def _too_long() -> Unavailable:
    return Unavailable("This is being fetched; ask again in a moment.", retry_after=COME_BACK_SECONDS)
