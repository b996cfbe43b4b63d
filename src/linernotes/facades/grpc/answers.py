"""The answers that were given before, as bytes, for one build alone: another build empties it.

Bounded in bytes; what was not asked for longest goes first. Used by many threads.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TypeAlias

from linernotes.facades.grpc.errors import Failed

Key: TypeAlias = tuple[str, bytes]
Answer: TypeAlias = bytes | Failed

# What the tables of one answer take beside its bytes.
OVERHEAD = 400


class Answers:
    """Answers by method and request, newest use last."""

    def __init__(self, *, limit: int) -> None:
        """Hold at most ``limit`` bytes."""
        self.hits = 0
        self.misses = 0
        self.bytes = 0
        self._limit = limit
        self._build: object = None
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key, build: object) -> Answer | None:
        """Return what was kept for ``build``, or None."""
        with self._lock:
            if build is not self._build:
                self._begin(build)
            found = self._kept.get(key)
            if found is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(key)
            return found

    def put(self, key: Key, answer: Answer, build: object) -> None:
        """Keep an answer made from ``build`` if nobody has asked for another one since."""
        with self._lock:
            if build is not self._build or key in self._kept or _size(key, answer) > self._limit:
                return
            self._kept[key] = answer
            self.bytes += _size(key, answer)
            while self.bytes > self._limit:
                oldest = self._kept.popitem(last=False)
                self.bytes -= _size(*oldest)

    def _begin(self, build: object) -> None:
        self._build = build
        self._kept.clear()
        self.bytes = 0


def _size(key: Key, answer: Answer) -> int:
    return len(key[1]) + (len(answer) if isinstance(answer, bytes) else answer.size) + OVERHEAD
