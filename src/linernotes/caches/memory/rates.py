"""Rate limits that are counted in this process: several processes each grant the whole limit."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import repeat

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from linernotes.ports.keys import Allowance

CALLERS = 10_000


class MemoryRates:
    """Moving windows in memory. Used on one event loop."""

    def __init__(self, *, callers: int = CALLERS, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember at most so many ``callers``; ``clock`` gives seconds."""
        self._clock = clock
        self._windows = MemoryWindows(callers=callers, clock=clock)
        self._limiter = MovingWindowRateLimiter(self._windows)

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._windows)

    async def hit(self, who: str, *, limit: int, window: int, cost: int = 1) -> Allowance:
        item = RateLimitItemPerSecond(limit, window)
        allowed = await self._limiter.hit(item, who, cost=cost)
        stats = await self._limiter.get_window_stats(item, who)
        return Allowance(allowed, limit, max(0, stats.remaining), max(0.0, stats.reset_time - self._clock()))


class MemoryWindows(MemoryStorage):
    """The moving windows of ``limits`` in memory that stays bounded, with our clock.

    The library's own storage looks through all callers, each in a thread, again and again (measured: 1.1 ms of CPU per
    request with 1,000 callers). Here a caller whose window is over goes when others ask, and beyond ``callers`` the
    one who has not asked for longest.
    """

    def __init__(self, *, callers: int, clock: Callable[[], float]) -> None:
        super().__init__()
        self._callers = callers
        self._clock = clock
        self._hits: OrderedDict[str, _Hits] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hits)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` requests now, unless that would be more than ``limit`` in the last ``expiry`` seconds."""
        now = self._clock()
        hits = self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = _Hits(expiry)
        self._hits.move_to_end(key)
        hits.drop(now)
        fits = len(hits.times) + amount <= limit
        if fits:
            hits.times.extend(repeat(now, amount))
        self._forget(now)
        return fits

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest request that still counts came in (now, without any), and how many count."""
        now = self._clock()
        hits = self._hits.get(key)
        if hits is None:
            return now, 0
        hits.drop(now)
        return (hits.times[0] if hits.times else now), len(hits.times)

    def _forget(self, now: float) -> None:
        while self._hits:
            longest_silent = next(iter(self._hits.values()))
            if len(self._hits) <= self._callers and not longest_silent.over(now):
                return
            self._hits.popitem(last=False)


class _Hits:
    """When one caller's requests came in, the oldest first."""

    __slots__ = ("expiry", "times")

    def __init__(self, expiry: int) -> None:
        self.expiry = expiry
        self.times: deque[float] = deque()

    def drop(self, now: float) -> None:
        while self.times and self.times[0] + self.expiry <= now:
            self.times.popleft()

    def over(self, now: float) -> bool:
        return not self.times or self.times[-1] + self.expiry <= now
