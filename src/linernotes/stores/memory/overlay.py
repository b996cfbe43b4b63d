"""What sources said, as plain values in memory: gone when the process ends."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

from linernotes.domain.errors import Invalid
from linernotes.domain.facts import LONGEST_KEY, Fact, Wanted
from linernotes.domain.ids import EntityRef
from linernotes.domain.traces import Scheme, traces


class MemoryOverlay:
    """Facts and the other names of their entities, in dictionaries behind one lock."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = RLock()
        self._facts: dict[Wanted, Fact] = {}
        self._names: dict[tuple[Scheme, str], set[tuple[EntityRef, Wanted]]] = {}
        self._generation = 0

    def read(self, wanted: Sequence[Wanted]) -> list[Fact | None]:
        with self._lock:
            return [self._facts.get(one) for one in wanted]

    def find(self, scheme: Scheme, keys: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        with self._lock:
            return [tuple(sorted({entity for entity, _ in self._names.get((scheme, key), ())})) for key in keys]

    def keep(self, facts: Sequence[Fact]) -> list[Wanted]:
        for fact in facts:
            _check(fact.wanted.key)
        with self._lock:
            before = {fact.wanted: self._facts.get(fact.wanted) for fact in facts}
            for fact in facts:
                self._put(fact)
            after = {wanted: self._facts[wanted] for wanted in before}
            self._generation += before != after
        return sorted(one for one, old in before.items() if old is not None and _said(old) != _said(after[one]))

    def forget(self, wanted: Sequence[Wanted]) -> int:
        with self._lock:
            known = self._facts.keys() & set(wanted)
            for one in known:
                self._drop_names(one)
                del self._facts[one]
            self._generation += bool(known)
        return len(known)

    def forget_before(self, before: int, *, missing_before: int, limit: int) -> int:
        with self._lock:
            old = [
                fact for fact in self._facts.values() if fact.fetched_at < (missing_before if fact.passing else before)
            ]
            old.sort(key=lambda fact: (fact.fetched_at, fact.wanted))
            return self.forget([fact.wanted for fact in old[: max(limit, 0)]])

    def generation(self) -> int:
        with self._lock:
            return self._generation

    def sizes(self) -> dict[str, int]:
        with self._lock:
            aspects = sorted(wanted.aspect.value for wanted in self._facts)
        return {aspect: aspects.count(aspect) for aspect in dict.fromkeys(aspects)}

    def _put(self, fact: Fact) -> None:
        old = self._facts.get(fact.wanted)
        if old is not None and (not fact.partial, fact.fetched_at) < (not old.partial, old.fetched_at):
            return
        self._drop_names(fact.wanted)
        self._facts[fact.wanted] = fact
        for trace in traces(fact):
            if _is_key(trace.key):  # nobody asks for any other
                self._names.setdefault((trace.scheme, trace.key), set()).add((trace.entity, fact.wanted))

    def _drop_names(self, wanted: Wanted) -> None:
        old = self._facts.get(wanted)
        for trace in traces(old) if old else ():
            name = (trace.scheme, trace.key)
            left = self._names.get(name, set()) - {(trace.entity, wanted)}
            if left:
                self._names[name] = left
            else:
                self._names.pop(name, None)


def _said(fact: Fact) -> tuple[object, object]:
    return fact.value, fact.moved_to


def _check(key: str) -> None:
    if not _is_key(key):
        raise Invalid(f"a key has to be text of up to {LONGEST_KEY:,} bytes, without zero bytes")


def _is_key(key: str) -> bool:
    try:
        return len(key.encode()) <= LONGEST_KEY and "\0" not in key
    except UnicodeEncodeError:  # half of a surrogate pair is no text
        return False
