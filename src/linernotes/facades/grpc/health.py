"""gRPC's health service: serving while there is a catalogue, or a source that can be asked."""

from __future__ import annotations

import asyncio
from typing import Any

from grpc_health.v1 import health, health_pb2

from linernotes.domain.errors import LinernotesError
from linernotes.usecases.library import Library

LOOK_SECONDS = 1.0
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health(health.HealthServicer):  # type: ignore[misc]
    """Knows how all services are, each under its name and together under the empty one."""

    def __init__(self, *, library: Library, services: tuple[str, ...]) -> None:
        """Look for the first time."""
        super().__init__()
        self._library = library
        self._services = ("", *services)
        self._told: int | None = None
        self.look()

    def look(self) -> None:
        """See how things are, and tell those who watch. Waits for those who read slowly: not for the event loop."""
        try:
            self._library.current()
            found = _SERVING
        except LinernotesError:
            found = _NOT_SERVING
        if found != self._told:
            self._told = found
            for name in self._services:
                self.set(name, found)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name is gRPC's
        """Answer with how things are now."""
        self.look()
        return super().Check(request, context)

    async def watch(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.look)
