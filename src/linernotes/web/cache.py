"""The answers that were rendered before, for the live build alone: a new build empties it.

Bounded in bytes; what was not asked for longest goes first. Only used on the event loop's thread.
"""

from __future__ import annotations

from collections import OrderedDict

from linernotes.web.representation import Representation

Key = tuple[str, bytes]

# What headers, keys and tables of one answer take beside its bodies (measured: 1.5 to 2.5 KB with two forms).
OVERHEAD = 2048
KEPT_STATUSES = frozenset({200, 301, 404})


class ResponseCache:
    """Representations by path and query, newest use last."""

    def __init__(self, *, limit: int) -> None:
        """Hold at most ``limit`` bytes."""
        self.hits = 0
        self.misses = 0
        self.bytes = 0
        self._limit = limit
        self._build: object = None
        self._kept: OrderedDict[Key, Representation] = OrderedDict()
        self._sizes: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key, build: object) -> Representation | None:
        """Return what was kept for ``build``, or None."""
        if build is not self._build:
            self._begin(build)
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found

    def put(self, key: Key, answer: Representation, build: object) -> None:
        """Keep an answer to GET made from ``build`` if that is still the live one and the answer may be kept."""
        size = _size(key, answer)
        if build is not self._build or not answer.shared or answer.status not in KEPT_STATUSES or size > self._limit:
            return
        self._kept[key] = answer
        self._kept.move_to_end(key)
        self._count(key, size)

    def recount(self, key: Key, answer: Representation) -> None:
        """Count the bytes of an answer anew after another form of it was made, if it is kept."""
        if self._kept.get(key) is answer:
            self._count(key, _size(key, answer))

    def _count(self, key: Key, size: int) -> None:
        self.bytes += size - self._sizes.get(key, 0)
        self._sizes[key] = size
        while self.bytes > self._limit:
            oldest, _ = self._kept.popitem(last=False)
            self.bytes -= self._sizes.pop(oldest)

    def _begin(self, build: object) -> None:
        self._build = build
        self._kept.clear()
        self._sizes.clear()
        self.bytes = 0


def _size(key: Key, answer: Representation) -> int:
    return answer.size + len(key[0]) + len(key[1]) + OVERHEAD
