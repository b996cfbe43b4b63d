"""Asking somebody else: MusicBrainz's web service, and every source to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from linernotes.domain.facts import Aspect, Fact, Wanted


class Source(Protocol):
    """One source. ``name`` stands in every fact that it gave; ``offers`` says what it can be asked."""

    @property
    def name(self) -> str:
        """The source's name, as in its settings."""
        ...

    @property
    def offers(self) -> frozenset[Aspect]:
        """What it can be asked."""
        ...

    async def fetch(self, wanted: Wanted) -> Sequence[Fact]:
        """Ask, and return a fact for ``wanted`` and for whatever came along, complete or not at all.

        That there is no such thing is a fact too (``value`` None); a merged MBID gives a fact with ``moved_to``
        and the entity that it leads to. Raises ``Unavailable`` (``RateLimited``) for every fault of the source, answers
        that cannot be read or were cut off among them, and ``Invalid`` for a key that the source refuses.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
