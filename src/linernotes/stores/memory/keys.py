"""Keys as plain values in memory: gone when the process ends."""

from __future__ import annotations

from threading import Lock

import msgspec

from linernotes.domain.errors import Conflict
from linernotes.domain.keys import ApiKey


class MemoryKeys:
    """Keys by id, in a dictionary."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = Lock()
        self._keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> None:
        with self._lock:
            if key.id in self._keys:
                raise Conflict(f"there is a key {key.id} already")
            self._keys[key.id] = key

    def get(self, key_id: str) -> ApiKey | None:
        with self._lock:
            return self._keys.get(key_id)

    def keys(self) -> list[ApiKey]:
        with self._lock:
            return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, *, now: int) -> bool:
        with self._lock:
            key = self._keys.get(key_id)
            if key is None or key.revoked_at is not None:
                return False
            self._keys[key_id] = msgspec.structs.replace(key, revoked_at=now)
            return True
