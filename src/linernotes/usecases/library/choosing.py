"""Which of two answers wins, and what is to be fetched: the one place where freshness is decided.

newer fact, whole     it wins; past its lifetime it is served and refreshed later
newer fact, missing   there is no such thing; past its lifetime it is asked for again
catalogue has it      it wins over an older fact, and over a partial one
older fact, whole     it wins where the catalogue has nothing: what we had is never shrunk
partial fact, or none it is missing: asked for, if a source offers it
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from linernotes.domain.facts import LONGEST_KEY, Fact, Provenance, Wanted
from linernotes.domain.ids import EntityRef
from linernotes.usecases.library.lifetimes import DUMP, Terms
from linernotes.usecases.library.notes import present_notes
from linernotes.usecases.library.untold import completed


class Chooser:
    """Chooses between a catalogue whose data is of ``data_time`` (unix ms) and facts, and notes what it finds."""

    def __init__(self, *, terms: Terms, data_time: int, partly: bool) -> None:
        """Keep the terms; with ``partly`` partial facts are good enough, and nothing is noted as missing."""
        self._terms = terms
        self._data_time = data_time
        self._partly = partly

    def settled(self, fact: Fact | None) -> bool:
        """Whether a fact wins whatever the catalogue holds."""
        return fact is not None and not fact.partial and fact.fetched_at >= self._data_time

    def __call__(self, asked: Wanted, fact: Fact | None, held: Any) -> Any:
        """Return the value that answers ``asked``, from its fact or from what the catalogue holds; None for neither."""
        if fact is not None and self.settled(fact):
            return completed(self._told(asked, fact), held)
        if held is not None:
            self._from_dump(asked)
            return held
        if fact is not None and (not fact.partial or (self._partly and fact.value is not None)):
            return self._told(asked, fact)
        target = asked if fact is None else fact.wanted
        if target != asked:
            present_notes().led[asked] = target
        self._missing(target)
        return None

    def named(
        self, asked: Wanted, fact: Fact | None, traced: Iterable[EntityRef], held: Iterable[EntityRef]
    ) -> tuple[EntityRef, ...]:
        """Return all who have a name, ascending: those that the fact, kept entities and the catalogue tell of."""
        in_catalogue = set(held)
        refs = {*in_catalogue, *traced, *(fact.value or () if fact is not None else ())}
        if fact is not None:
            if self._terms.expired(fact):
                (self._later if refs else self._missing)(asked)
            present_notes().found[asked] = Provenance(fact.source, fact.fetched_at, self._terms.expired(fact))
        elif in_catalogue:
            self._from_dump(asked)
        elif refs:
            # Kept entities happen to have the name; others that are not kept may have it too.
            self._later(asked)
        else:
            self._missing(asked)
        return tuple(sorted(refs))

    def _told(self, asked: Wanted, fact: Fact) -> Any:
        expired = self._terms.expired(fact)
        if fact.value is not None:
            notes = present_notes()
            notes.found[asked] = Provenance(fact.source, fact.fetched_at, expired)
            if expired:
                self._later(fact.wanted)
        elif expired:
            self._missing(asked)
        return fact.value

    def _from_dump(self, asked: Wanted) -> None:
        outdated = self._terms.outdated(self._data_time, asked.aspect)
        present_notes().found[asked] = Provenance(DUMP, self._data_time, outdated)
        if outdated:
            self._later(asked)

    def _missing(self, asked: Wanted) -> None:
        if self._can_be_asked(asked):
            present_notes().missing.add(asked)

    def _later(self, asked: Wanted) -> None:
        if self._can_be_asked(asked):
            present_notes().stale.add(asked)

    def _can_be_asked(self, asked: Wanted) -> bool:
        return not self._partly and asked.aspect in self._terms.offers and can_be_kept(asked.key)


def can_be_kept(key: str) -> bool:
    """Whether there can be a fact with this key; nothing in MusicBrainz has a URL or a name of another kind."""
    return "\0" not in key and len(key.encode(errors="replace")) <= LONGEST_KEY
