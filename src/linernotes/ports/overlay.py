"""What sources said, kept beside the catalogue. It cannot be rebuilt, so an acknowledged write survives a crash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from linernotes.domain.facts import Fact, Wanted
from linernotes.domain.ids import EntityRef
from linernotes.domain.traces import Scheme


class Overlay(Protocol):
    """Facts by question. May be called from several threads and processes at once."""

    def read(self, wanted: Sequence[Wanted]) -> list[Fact | None]:
        """Return what is kept, in the order asked, in one read (or one per 500 questions)."""
        ...

    def find(self, scheme: Scheme, keys: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        """For each other name the kept entities that have it, ascending (``domain.traces``)."""
        ...

    def keep(self, facts: Sequence[Fact]) -> list[Wanted]:
        """Keep facts, all or none; return the questions that had another value before, ascending.

        A whole fact replaces any partial one, and a partial one never a whole one; of two of a kind an older never
        replaces a newer. One that says nothing new renews the time.
        """
        ...

    def forget(self, wanted: Sequence[Wanted]) -> int:
        """Forget facts and their traces; return how many there were."""
        ...

    def forget_before(self, before: int, *, missing_before: int, limit: int) -> int:
        """Forget at most ``limit`` facts that were fetched before ``before`` (unix ms); return how many.

        Passing ones ("no such thing", hits of a search) are forgotten if they are older than ``missing_before``.
        """
        ...

    def generation(self) -> int:
        """Return a number that grows with every change that anybody made; 0 when nothing was ever kept."""
        ...

    def sizes(self) -> dict[str, int]:
        """How many facts are kept, by aspect."""
        ...
