"""Room for streams: each holds a thread as long as its client reads, and other calls need threads too."""

from __future__ import annotations

from threading import BoundedSemaphore
from types import TracebackType

from linernotes.domain.errors import RateLimited

COME_BACK_SECONDS = 5.0


class Places:
    """So many places, each taken for as long as a ``with`` lasts."""

    def __init__(self, count: int) -> None:
        """All of them are free."""
        self._free = BoundedSemaphore(count)

    def __enter__(self) -> None:
        """Take a place. ``RateLimited`` if there is none."""
        if not self._free.acquire(blocking=False):
            raise RateLimited("Too many streams are open on this server.", retry_after=COME_BACK_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back."""
        self._free.release()
