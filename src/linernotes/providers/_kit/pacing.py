"""Waiting for a turn: requests to a source keep their distance in all processes that share the pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from linernotes.domain.errors import RateLimited
from linernotes.ports.turns import Pace
from linernotes.providers._kit.deadline import Deadline

ANSWER_SECONDS = 5.0
"""What is left for an answer after the wait for a turn: a turn that comes too late to be of use is not taken."""


class Pacer:
    """One source's place in the queue."""

    def __init__(self, *, source: str, pace: Pace, per_second: float, now: Callable[[], int]) -> None:
        """Let ``per_second`` requests go; ``now`` returns unix milliseconds."""
        self._source = source
        self._pace = pace
        self._interval = max(1, round(1000 / per_second))
        self._now = now

    async def turn(self, deadline: Deadline) -> None:
        """Wait until a request may go. Raises ``RateLimited`` at once if that would be after the deadline."""
        now = self._now()
        left = deadline.remaining()
        latest = now + int((left - min(ANSWER_SECONDS, left / 2)) * 1000)
        # A pace that is shared with others may have to ask a database.
        moment = await asyncio.to_thread(
            self._pace.reserve, self._source, interval=self._interval, now=now, latest=latest
        )
        if moment is None:
            raise RateLimited(
                f"{self._source}: too many requests are waiting for their turn",
                hint="It is asked slowly on purpose; what was asked for is here sooner when asked again later.",
                source=self._source,
                retry_after=max(1.0, (latest - now) / 1000),
            )
        await asyncio.sleep(max(0.0, (moment - self._now()) / 1000))

    async def hold(self, seconds: float) -> None:
        """Let nobody go for so long."""
        await asyncio.to_thread(self._pace.hold, self._source, until=self._now() + int(seconds * 1000))
