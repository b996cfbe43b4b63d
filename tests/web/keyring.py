"""A store of keys that counts what it is asked, and can be broken; and a clock that a test drives."""

from __future__ import annotations

from linernotes.domain.keys import ApiKey, Scope, new_key
from linernotes.stores.memory.keys import MemoryKeys


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Keyring(MemoryKeys):
    """Keys in memory; ``fault`` is raised instead of answers as long as it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.fault: Exception | None = None

    def give(self, *scopes: Scope) -> str:
        """Make and keep a key, and return its text."""
        key, text = new_key(name="somebody", scopes=scopes or (Scope.READ,), now=1)
        self.add(key)
        return text

    def get(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return super().get(key_id)


def id_of(text: str) -> str:
    """Return the id in a key's text."""
    return text.split("_")[1]
