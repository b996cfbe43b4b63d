"""Documents of one build that were rendered before, as many as fit; those used longest ago leave first.

For the event loop's thread alone. A new build gets a new shelf; who still reads the old build keeps the old one.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_OVERHEAD = 300  # bytes that the key, the tuple and the table cost beside the document itself, measured roughly
_LARGEST_SHARE = 8


class Shelf(Generic[K, V]):
    """A cache bounded in bytes."""

    def __init__(self, max_bytes: int) -> None:
        """Begin empty."""
        self._max = max_bytes
        self._free = max_bytes
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what is kept, and keep it longer."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of ``size`` bytes; one that would push out an eighth of the others is not kept."""
        cost = size + _OVERHEAD
        if cost > self._max // _LARGEST_SHARE or key in self._kept:
            return
        self._kept[key] = (value, cost)
        self._free -= cost
        while self._free < 0:
            _, (_, freed) = self._kept.popitem(last=False)
            self._free += freed
