"""Searching names, and building the index that makes it possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit, NameRecord


class NameSearch(Protocol):
    """Full text search over the names of artists and release groups. May be called from several threads."""

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        """At most ``limit`` hits per kind, by kind in the order asked, then score descending.

        Exact name first, then prefix, then words, then typos; blind to case, accents and punctuation. Scores are
        0-100 and each kind's best hit scores 100. Text without a letter, digit or symbol finds nothing.
        """
        ...

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        """Release groups by title, restricted to those whose artist matches ``artist``."""
        ...


class NameIndexWriter(Protocol):
    """Builds a name index once, in one go."""

    def add(self, records: Iterable[NameRecord]) -> int:
        """Index records; return how many."""
        ...

    def finish(self) -> None:
        """Make everything durable. Nothing may be added after."""
        ...
