"""Taking turns among all processes that share a state: who fetches what, and when the next request may go out."""

from __future__ import annotations

from typing import Protocol


class Claims(Protocol):
    """Names that one process holds for a while, so that work is done once. May be called from several threads."""

    def claim(self, name: str, *, owner: str, now: int, until: int) -> bool:
        """Take a name until then (unix ms); False while somebody else's claim on it has not run out.

        Who holds it already extends it.
        """
        ...

    def release(self, name: str, *, owner: str) -> None:
        """Give it back; nothing happens where it is not held by ``owner``."""
        ...

    def held(self, name: str, *, now: int) -> bool:
        """Whether somebody holds it."""
        ...


class Pace(Protocol):
    """A queue for requests to a source that wants them apart. May be called from several threads."""

    def reserve(self, name: str, *, interval: int, now: int, latest: int) -> int | None:
        """Reserve the next free moment, ``interval`` after the one before, and return it (unix ms, at least ``now``).

        Returns None, and reserves nothing, if it would be after ``latest``.
        """
        ...

    def hold(self, name: str, *, until: int) -> None:
        """Let nobody go before then: what a source's Retry-After asks for."""
        ...
