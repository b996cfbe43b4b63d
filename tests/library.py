"""A library over values in memory, with a source that is told what to say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import LinernotesError
from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.ports.build import Build, LiveBuild
from linernotes.ports.overlay import Overlay
from linernotes.ports.queue import JobQueue
from linernotes.ports.source import Source
from linernotes.ports.state import ChangeMarks
from linernotes.ports.turns import Claims
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.memory.live import MemoryLiveBuild
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.memory.state import MemoryState
from linernotes.stores.memory.turns import MemoryClaims
from linernotes.usecases.library import Library, Lifetimes, Lookups, Terms
from linernotes.usecases.library.filling import CLAIM_MILLISECONDS, Filler
from linernotes.usecases.library.naming import NoNames

EVERYTHING = frozenset(Aspect)
EMPTY_INFO = BuildInfo("none", 0, 0, 0, None, "", None, ())


def empty_build() -> Build:
    """Return a build with nothing in it."""
    return Build(MemoryCatalogue(info=EMPTY_INFO), NoNames())


class FakeSource:
    """Says what it was told to say, and counts how often it is asked."""

    def __init__(
        self,
        *,
        now: Callable[[], int],
        values: Mapping[Wanted, Any] | None = None,
        offers: frozenset[Aspect] = EVERYTHING,
        name: str = "fake",
    ) -> None:
        """Know ``values`` (a Fact is given as it is), and nothing else."""
        self.name = name
        self.offers = offers
        self.values = dict(values or {})
        self.asked: list[Wanted] = []
        self.fault: LinernotesError | None = None
        self.gate: asyncio.Event | None = None
        self._now = now

    async def fetch(self, wanted: Wanted) -> Sequence[Fact]:
        self.asked.append(wanted)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        value = self.values.get(wanted)
        return [value] if isinstance(value, Fact) else [Fact(wanted, value, self.name, self._now())]

    async def close(self) -> None:
        """Do nothing: there are no connections."""


async def in_thread(work: Callable[[], Any], /) -> Any:
    """Run work in a thread, with the caller's notes."""
    return await asyncio.to_thread(work)


class Shelf:
    """A library and everything that it is made of."""

    def __init__(
        self,
        live: LiveBuild | None = None,
        *,
        sources: Sequence[Source] = (),
        lifetimes: Lifetimes | None = None,
        now: Callable[[], int] = lambda: 1_000_000,
        overlay: Overlay | None = None,
        claims: Claims | None = None,
        marks: ChangeMarks | None = None,
        queue: JobQueue | None = None,
        offload: Any = in_thread,
        owner: str = "test",
        budget_seconds: float = 5.0,
        dump: int = 0,
        claim_milliseconds: int = CLAIM_MILLISECONDS,
    ) -> None:
        """Put it together; what is not given is empty and in memory."""
        self.overlay = overlay or MemoryOverlay()
        self.marks = marks or MemoryState()
        self.queue = queue or MemoryQueue()
        offers = frozenset(aspect for source in sources for aspect in source.offers)
        known = {source.name: lifetimes or Lifetimes({}) for source in sources}
        terms = Terms(now=now, offers=offers, sources=known, dump=dump)
        self.filler = Filler(
            sources=sources,
            overlay=self.overlay,
            claims=claims or MemoryClaims(),
            marks=self.marks,
            offload=offload,
            terms=terms,
            owner=owner,
            claim_milliseconds=claim_milliseconds,
        )
        self.library = Library(
            live=live or MemoryLiveBuild(),
            empty=empty_build(),
            overlay=self.overlay,
            terms=terms,
            filler=self.filler,
            queue=self.queue,
            offload=offload,
            budget_seconds=budget_seconds,
        )
        self.lookups = Lookups(library=self.library, marks=self.marks, offload=offload)
