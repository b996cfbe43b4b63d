"""Turns among the threads of one process, in memory."""

from __future__ import annotations

from threading import Lock


class MemoryClaims:
    """Who holds which name, and until when, in a dictionary."""

    def __init__(self) -> None:
        """Begin with nothing held."""
        self._lock = Lock()
        self._held: dict[str, tuple[str, int]] = {}

    def claim(self, name: str, *, owner: str, now: int, until: int) -> bool:
        with self._lock:
            holder, runs_out = self._held.get(name, ("", now))
            if holder != owner and runs_out > now:
                return False
            self._held[name] = (owner, until)
            return True

    def release(self, name: str, *, owner: str) -> None:
        with self._lock:
            if name in self._held and self._held[name][0] == owner:
                del self._held[name]

    def held(self, name: str, *, now: int) -> bool:
        with self._lock:
            return name in self._held and self._held[name][1] > now


class MemoryPace:
    """The last moment that was reserved under each name, and how long each was told to wait."""

    def __init__(self) -> None:
        """Begin with nothing reserved."""
        self._lock = Lock()
        self._last: dict[str, int] = {}
        self._not_before: dict[str, int] = {}

    def reserve(self, name: str, *, interval: int, now: int, latest: int) -> int | None:
        with self._lock:
            moment = max(now, self._not_before.get(name, now))
            if name in self._last:
                moment = max(moment, self._last[name] + interval)
            if moment > latest:
                return None
            self._last[name] = moment
            return moment

    def hold(self, name: str, *, until: int) -> None:
        with self._lock:
            self._not_before[name] = max(until, self._not_before.get(name, until))
