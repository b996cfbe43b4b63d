"""The state as plain values in memory: gone when the process ends."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.ids import EntityRef, Kind
from linernotes.stores.memory.keys import MemoryKeys
from linernotes.stores.memory.overlay import MemoryOverlay
from linernotes.stores.memory.turns import MemoryClaims, MemoryPace


class MemoryState:
    """Change marks and the history of imports, in memory; what has a port of its own is an attribute."""

    def __init__(self) -> None:
        """Begin empty."""
        self.overlay = MemoryOverlay()
        self.claims = MemoryClaims()
        self.pace = MemoryPace()
        self.keys = MemoryKeys()
        self._marks: dict[EntityRef, int] = {}
        self._imports: dict[str, BuildInfo] = {}

    def mark(self, entities: Sequence[EntityRef], *, changed_at: int, reason: str) -> None:
        self._marks |= dict.fromkeys(entities, changed_at)

    def marked_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        newer = [Change(kind, ref.mbid, at) for ref, at in self._marks.items() if ref.kind is kind and at > since]
        return sorted(newer, key=lambda change: (-change.changed_at, change.mbid))[:limit]

    def record(self, build: BuildInfo) -> None:
        self._imports[build.build_id] = build

    def imports(self, limit: int = 20) -> list[BuildInfo]:
        return sorted(self._imports.values(), key=lambda build: (-build.built_at, build.build_id))[:limit]
