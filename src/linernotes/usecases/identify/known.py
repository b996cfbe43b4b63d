"""What keys stand for, remembered for a while, so that the store is not asked with each request."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from linernotes.domain.errors import Unavailable

KEPT_SECONDS = 60.0
MOST_KEPT = 1000
LOOK_UP_SECONDS = 10.0
T = TypeVar("T")


class Known(Generic[T]):
    """Answers by digest of a key, None for "nobody" among them, at most ``KEPT_SECONDS`` old. A fault is not kept."""

    def __init__(self, *, look_up: Callable[[str], Awaitable[T | None]], clock: Callable[[], float]) -> None:
        """``clock`` gives seconds."""
        self._look_up = look_up
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, T | None]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[T | None]] = {}
        self._age = 0

    async def get(self, digest: bytes, key: str, *, fresh: bool = False) -> T | None:
        """Return what a key stands for, ``fresh`` from the store. Many who ask at once wait for one look-up."""
        if not fresh:
            kept = self._kept.get(digest)
            if kept is not None and self._clock() - kept[0] < KEPT_SECONDS:
                self._kept.move_to_end(digest)
                return kept[1]
        asking = self._asking.get(digest)
        if asking is None:
            asking = self._asking[digest] = asyncio.create_task(self._ask(digest, key, self._age))
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Who leaves must not take the answer away from the others.
        return await asyncio.shield(asking)

    def forget(self) -> None:
        """Ask the store again for every key; what is being asked for now is not remembered."""
        self._kept.clear()
        self._asking.clear()
        self._age += 1

    async def _ask(self, digest: bytes, key: str, age: int) -> T | None:
        begun = self._clock()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                found = await self._look_up(key)
        except TimeoutError as exc:
            raise Unavailable("The key could not be looked up in time", retry_after=LOOK_UP_SECONDS) from exc
        finally:
            if age == self._age:
                del self._asking[digest]
        if age == self._age:
            self._kept[digest] = (begun, found)
            self._kept.move_to_end(digest)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found
