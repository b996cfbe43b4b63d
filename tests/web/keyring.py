"""A store of keys that counts what it is asked, and can be broken."""

from __future__ import annotations

import msgspec

from linernotes.domain.keys import ApiKey, Scope, new_key


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Keyring:
    """Answers the port ``KeyStore``; ``fault`` is raised instead of answers as long as it is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.fault: Exception | None = None
        self._keys: dict[str, ApiKey] = {}

    def give(self, *scopes: Scope) -> str:
        """Make and keep a key, and return its text."""
        key, text = new_key(name="somebody", scopes=scopes or (Scope.READ,), now=1)
        self.add(key)
        return text

    def add(self, key: ApiKey) -> None:
        self._keys[key.id] = key

    def get(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self._keys.get(key_id)

    def keys(self) -> list[ApiKey]:
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, *, now: int) -> bool:
        key = self._keys.get(key_id)
        if key is None or key.revoked_at is not None:
            return False
        self._keys[key_id] = msgspec.structs.replace(key, revoked_at=now)
        return True


def id_of(text: str) -> str:
    """Return the id in a key's text."""
    return text.split("_")[1]
