"""Puts the library together: the live build, what sources said, the sources themselves and their lifetimes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from secrets import token_hex
from typing import Any, Protocol, runtime_checkable

import msgspec

from linernotes import __version__
from linernotes.app.config.settings import Settings
from linernotes.app.readings import Reading
from linernotes.app.registry import find_providers
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.facts import Aspect, Wanted
from linernotes.domain.jobs import Job
from linernotes.ports.build import Build, LiveBuild
from linernotes.ports.offload import Offload
from linernotes.ports.queue import JobQueue
from linernotes.ports.source import Source
from linernotes.ports.tracing import Tracer
from linernotes.ports.turns import Pace
from linernotes.providers._kit.manifest import Provider, ProviderDeps
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sql import SqlState
from linernotes.usecases.library import Library, Lifetimes, Lookups, Terms
from linernotes.usecases.library.filling import Filler
from linernotes.usecases.library.lifetimes import HOUR
from linernotes.usecases.library.naming import NoNames

DAY = 24 * HOUR
TOLD = {word: word for word in ("fetched", "missing", "faults", "joined")} | {"seconds": "fetch_seconds"}
"""What is counted for each source, and its name among the metrics."""

USER_AGENT = f"linernotes/{__version__}"
FACTS_SECONDS = 60.0
"""How often the kept facts are counted at most: that reads a whole index."""

NOTHING_IMPORTED = BuildInfo("none", 0, 0, 0, None, "", None, ())


@runtime_checkable
class Broken(Protocol):
    """A source that tells whether its breaker is open."""

    @property
    def breaker_open(self) -> bool:
        """Whether it is left alone at the moment."""
        ...


class Growing(msgspec.Struct, frozen=True):
    """A library with its sources."""

    library: Library
    lookups: Lookups
    filler: Filler
    sources: tuple[Source, ...]
    facts: Reading[Mapping[str, int]]
    """How many facts are kept, by aspect."""

    async def close(self) -> None:
        """Stop what is being fetched, and let go of connections."""
        await self.facts.close()
        await self.library.close()
        for source in self.sources:
            await source.close()

    def handlers(self) -> dict[str, Callable[[Job], Any]]:
        """Return who does which kind of job. Where no source may be asked there is nobody: others can do them."""

        async def refresh(job: Job) -> None:
            await self.library.refresh(msgspec.json.decode(job.payload, type=Wanted))

        return {"refresh": refresh} if self.sources else {}

    def numbers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Counters and gauges of the sources and of what they said, by name."""
        tallies = {name: msgspec.structs.asdict(tally) for name, tally in self.filler.tally.items()}
        counters = {
            f"source_{name}": {(("source", source),): float(tally[word]) for source, tally in tallies.items()}
            for word, name in TOLD.items()
            if tallies
        }
        facts = self.facts.last()
        gauges: dict[str, Any] = {
            "overlay_facts": {(("aspect", one.value),): float(facts.get(one.value, 0)) for one in Aspect}
        }
        broken = {(("source", one.name),): float(one.breaker_open) for one in self.sources if isinstance(one, Broken)}
        return counters, gauges | ({"source_breaker_open": broken} if broken else {})


def asked_providers(settings: Settings) -> Iterable[tuple[Provider, Any]]:
    """Return the providers that the settings switch on, with their settings."""
    for name, provider in find_providers().items():
        own = settings.providers[name]
        if not provider.off(own):
            yield provider, own


def owner_name() -> str:
    """Return a name for what one part of this process holds, another one each time: machine, process, and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"


def source_titles(settings: Settings) -> list[str]:
    """Return how the sources that are asked are called."""
    return [provider.title for provider, _ in asked_providers(settings)]


def build_library(
    settings: Settings,
    *,
    live: LiveBuild,
    state: SqlState,
    queue: JobQueue,
    offload: Offload,
    now: Callable[[], int],
    tracer: Tracer | None = None,
) -> Growing:
    """Put a process's library together."""
    asked = list(asked_providers(settings))
    sources = build_sources(asked, pace=state.pace, now=now)
    terms = Terms(
        now=now,
        offers=frozenset(aspect for source in sources for aspect in source.offers),
        sources={one.name: Lifetimes(one.lifetimes(own), one.missing(own)) for one, own in asked},
        dump=settings.library.dump_days * DAY,
    )
    filler = Filler(
        sources=sources,
        overlay=state.overlay,
        claims=state.claims,
        marks=state,
        offload=offload,
        terms=terms,
        owner=owner_name(),
        tracer=tracer,
    )
    library = Library(
        live=live,
        # What sources said is read from the database even where the catalogue is empty.
        empty=Build(MemoryCatalogue(info=NOTHING_IMPORTED), NoNames(), remote=bool(settings.database)),
        overlay=state.overlay,
        terms=terms,
        filler=filler,
        queue=queue,
        offload=offload,
        budget_seconds=settings.library.budget_seconds,
    )
    lookups = Lookups(library=library, marks=state, offload=offload)
    facts = Reading[Mapping[str, int]](what="facts", read=state.overlay.sizes, first={}, every_seconds=FACTS_SECONDS)
    return Growing(library, lookups, filler, tuple(sources), facts)


def build_sources(asked: Iterable[tuple[Provider, Any]], *, pace: Pace, now: Callable[[], int]) -> list[Source]:
    """Return the sources of providers, in the order in which they are asked."""
    deps = ProviderDeps(pace=pace, now=now, user_agent=USER_AGENT)
    return [provider.build(own, deps) for provider, own in asked]
