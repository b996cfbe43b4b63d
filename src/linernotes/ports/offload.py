"""Running work that would block, off the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Offload(Protocol):
    """Runs work in a bounded pool of threads, with the caller's context variables."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Run ``work`` in the pool and give its result."""
        ...
