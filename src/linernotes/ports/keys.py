"""Keeping keys, and counting what their holders ask."""

from __future__ import annotations

from typing import Protocol

import msgspec

from linernotes.domain.keys import ApiKey


class KeyStore(Protocol):
    """Keys by id. May be called from several threads."""

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    def get(self, key_id: str) -> ApiKey | None:
        """Return a key, revoked or not."""
        ...

    def keys(self) -> list[ApiKey]:
        """All keys, oldest first, then by id."""
        ...

    def revoke(self, key_id: str, *, now: int) -> bool:
        """Let a key fit no more from ``now`` (unix ms); False where there is none, or it is revoked already."""
        ...


class Allowance(msgspec.Struct, frozen=True, gc=False):
    """What a limit leaves: ``limit`` per window, ``remaining`` of it, and ``reset`` in seconds until there is more."""

    allowed: bool
    limit: int
    remaining: int
    reset: float


class RateLimits(Protocol):
    """Counts requests per key or address in a moving window."""

    async def hit(self, who: str, *, limit: int, window: int, cost: int = 1) -> Allowance:
        """Count a request of ``cost`` against ``limit`` per ``window`` seconds; a refused one is not counted."""
        ...
