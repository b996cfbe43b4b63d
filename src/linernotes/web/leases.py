"""Knows when nobody can be using a build any more.

Whoever uses the live build enters before asking for it and leaves when done. What was retired at some moment can only
be in use by those who entered before; once all of them have left it is closed. May be used from several threads.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Leases:
    """Who is in, by the epoch in which they entered; each retirement begins a new epoch."""

    def __init__(self) -> None:
        """Begin with nobody in."""
        self._lock = Lock()
        self._epoch = 0
        self._inside: dict[int, int] = {}
        self._retired: list[tuple[int, Callable[[], None]]] = []

    def enter(self) -> int:
        """Begin to use the live build; the answer is for ``leave``."""
        with self._lock:
            self._inside[self._epoch] = self._inside.get(self._epoch, 0) + 1
            return self._epoch

    def leave(self, epoch: int) -> None:
        """Say that this use is over."""
        with self._lock:
            self._inside[epoch] -= 1
            if self._inside[epoch]:
                return
            del self._inside[epoch]
            if not self._retired:
                return
            unused = self._take_unused()
        for close in unused:
            close()

    def retire(self, close: Callable[[], None]) -> None:
        """Close something, once nobody who is in now is left. It must not be given out any more."""
        with self._lock:
            self._retired.append((self._epoch, close))
            self._epoch += 1
            unused = self._take_unused()
        for one in unused:
            one()

    def _take_unused(self) -> list[Callable[[], None]]:
        oldest = min(self._inside, default=self._epoch)
        unused = [close for epoch, close in self._retired if epoch < oldest]
        self._retired = [(epoch, close) for epoch, close in self._retired if epoch >= oldest]
        return unused
