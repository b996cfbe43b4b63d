"""Tasks that come round: once a period, by one of all, and again after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from linernotes.domain.errors import Unavailable
from linernotes.queues.memory import MemoryQueue
from linernotes.worker.periodic import Periodic, Scheduler
from tests.worker.clock import HandClock, until


@asynccontextmanager
async def running(*schedulers: Scheduler) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(scheduler.run()) for scheduler in schedulers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def every_hour(run: Callable[[], Awaitable[None]]) -> Periodic:
    return Periodic(name="clean", every_seconds=3600, run=run)


def test_one_of_several_processes_does_it_once_a_period() -> None:
    async def scene() -> None:
        clock, queue, done = HandClock(), MemoryQueue(), list[int]()

        async def clean() -> None:
            done.append(clock.now())

        several = [
            Scheduler(queue=queue, tasks=[every_hour(clean)], now=clock.now, sleep=clock.sleep) for _ in range(3)
        ]
        async with running(*several):
            for _ in range(120):
                await until(lambda: clock.sleeping == 3)
                clock.advance(60)
            await until(lambda: clock.sleeping == 3)
        assert done == [1000, 3_601_000, 7_201_000]

    asyncio.run(scene())


def test_one_that_fails_stops_nothing_and_comes_round_again() -> None:
    async def scene() -> None:
        clock, begun = HandClock(), list[str]()

        async def fail() -> None:
            begun.append("fail")
            raise (Unavailable("away") if len(begun) % 2 else ValueError("a bug"))

        tasks = [Periodic(name="fail", every_seconds=5, run=fail)]
        async with running(Scheduler(queue=MemoryQueue(), tasks=tasks, now=clock.now, sleep=clock.sleep)):
            for round_ in (1, 2, 3):
                await until(lambda round_=round_: len(begun) == round_ and clock.sleeping)
                clock.advance(5)

    asyncio.run(scene())


def test_a_queue_that_is_away_is_asked_again() -> None:
    class Away(MemoryQueue):
        """Cannot be reached the first time. Fake."""

        asked = 0

        def due(self, name: str, *, every: int, now: int) -> bool:
            self.asked += 1
            if self.asked == 1:
                raise Unavailable("no connection")
            return super().due(name, every=every, now=now)

    async def scene() -> None:
        clock, done = HandClock(), list[int]()

        async def clean() -> None:
            done.append(clock.now())

        scheduler = Scheduler(queue=Away(), tasks=[every_hour(clean)], now=clock.now, sleep=clock.sleep)
        async with running(scheduler):
            await until(lambda: clock.sleeping)
            clock.advance(60)
            await until(lambda: done)
        assert done == [61_000]

    asyncio.run(scene())
