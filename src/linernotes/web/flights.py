"""Single flight: while one answer is being made, others who ask the same wait for it instead of making it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from linernotes.web.cache import Key
from linernotes.web.representation import Representation

Make = Callable[[], Awaitable[Representation]]


class _Flight:
    """What one is making for all; no answer when it has landed means that it was given up."""

    __slots__ = ("answer", "build", "landed")

    def __init__(self, build: object) -> None:
        self.build = build
        self.landed = asyncio.Event()
        self.answer: Representation | None = None


class Flights:
    """What is being made at the moment, by key and build."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._flying: dict[Key, _Flight] = {}

    async def fly(self, key: Key, build: object, make: Make) -> Representation:
        """Return what ``make`` returns, or what somebody else's ``make`` for the same key and build returned.

        An answer that is not shared is only for who asked first; a fault is for all who waited, or they would all
        try again at once. When the first one leaves before there is an answer, the others make their own.
        """
        flight = self._flying.get(key)
        if flight is None or flight.build is not build:
            return await self._lead(key, _Flight(build), make)
        await flight.landed.wait()
        answer = flight.answer
        return answer if answer is not None and (answer.shared or answer.status >= 500) else await make()

    async def _lead(self, key: Key, flight: _Flight, make: Make) -> Representation:
        self._flying[key] = flight
        try:
            flight.answer = await make()
        finally:
            flight.landed.set()
            if self._flying.get(key) is flight:
                del self._flying[key]
        return flight.answer
