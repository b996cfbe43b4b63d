"""How long what a source said counts as fresh."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from linernotes.domain.facts import Aspect, Fact

DUMP = "dump"
"""The source that everything in the catalogue has."""

HOUR = 3_600_000


class Lifetimes(msgspec.Struct, frozen=True):
    """Lifetimes of one source in milliseconds, by aspect; ``missing`` is that of "no such thing". 0 is for ever."""

    aspects: Mapping[Aspect, int]
    missing: int = 0

    def of(self, fact: Fact) -> int:
        """Return the lifetime of a fact; an aspect that is not named lives for ever."""
        return self.missing if fact.missing else self.aspects.get(fact.wanted.aspect, 0)


class Terms(msgspec.Struct, frozen=True):
    """What can be asked for, how long it is good, and the clock (unix milliseconds).

    ``offers`` holds what any source can be asked; ``dump`` is the lifetime of what came with a dump.
    """

    now: Callable[[], int]
    offers: frozenset[Aspect] = frozenset()
    sources: Mapping[str, Lifetimes] = {}
    dump: int = 0

    def expired(self, fact: Fact) -> bool:
        """Whether a fact is past its lifetime; one of a source that is not set up any more never is."""
        lifetimes = self.sources.get(fact.source)
        lifetime = 0 if lifetimes is None else lifetimes.of(fact)
        return bool(lifetime) and fact.fetched_at + lifetime <= self.now()

    def outdated(self, data_time: int, aspect: Aspect) -> bool:
        """Whether what came with a dump of ``data_time`` should be asked for anew."""
        return bool(self.dump) and aspect in self.offers and data_time + self.dump <= self.now()
