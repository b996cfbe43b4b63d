"""The change log in memory."""

from __future__ import annotations

from linernotes.domain.identification import FingerprintChange
from linernotes.stores.memory.identification.data import Keeper


class MemoryChangeLog:
    """Lines by number, each with a fingerprint."""

    def __init__(self, *, keeper: Keeper) -> None:
        """Read it there."""
        self._keeper = keeper

    def source(self) -> str:
        return self._keeper.name

    def last(self) -> int:
        return max(self._keeper.data.changes, default=0)

    def mark(self, line: int) -> int | None:
        data = self._keeper.data
        return data.marks.get(line, 0) if line in data.changes else None

    def changes(self, after: int, *, limit: int) -> list[FingerprintChange]:
        data = self._keeper.data
        found = []
        for id_, number in sorted(data.changes.items()):
            one = data.fingerprints.get(number)
            found.append(FingerprintChange(id_, number, one.packed if one else None, data.marks.get(id_, 0)))
        return [line for line in found if line.id > after][: max(limit, 0)]
