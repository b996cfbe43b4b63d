"""Which requests were answered and how. Collected on the way and written in batches, so that no request waits for it.

The query is never written: it may hold keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

LONGEST_PATH = 256
# Half a second of a worker that does nothing else. Beyond it whoever reads the log has stopped reading.
MOST_WAITING = 20_000


class Access(msgspec.Struct, frozen=True, gc=False):
    """One request that was answered. ``at`` is in unix seconds, ``bytes`` counts the body as sent."""

    at: float
    method: str
    path: str
    status: int
    bytes: int
    seconds: float
    request_id: str
    client: str


class AccessLog:
    """Collects what ``write`` shall write."""

    def __init__(
        self, *, write: Callable[[Sequence[Access]], None], which: Literal["all", "errors", "off"] = "all"
    ) -> None:
        """Keep everything, only answers from 400 up, or nothing."""
        self.dropped = 0
        self._write = write
        self._lowest = {"all": 0, "errors": 400, "off": 1000}[which]
        self._waiting: list[Access] = []

    def wants(self, status: int) -> bool:
        """Whether an answer with this status is to be logged."""
        return status >= self._lowest

    def add(self, access: Access) -> None:
        """Take one request; of a very long path the beginning is enough."""
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        if len(access.path) > LONGEST_PATH:
            access = msgspec.structs.replace(access, path=access.path[:LONGEST_PATH] + "…")
        self._waiting.append(access)

    def take(self) -> Callable[[], None]:
        """Hand out what has been collected, as something that writes it, in any thread."""
        waiting, self._waiting = self._waiting, []
        return lambda: self._write(waiting) if waiting else None

    def flush(self) -> None:
        """Write what has been collected."""
        self.take()()
