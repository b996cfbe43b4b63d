"""What the connections of one server share."""

from __future__ import annotations

from typing import Protocol

from linernotes.web.http1.values import Handler, Limits


class Open(Protocol):
    """A connection as its server sees it."""

    def close_when_idle(self) -> None:
        """Close if no request has begun."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...

    def check_time(self) -> None:
        """Close if the peer takes too long: to send a head or a body, to take an answer, to go when refused."""
        ...


class Shared:
    """Handler, limits and clock, and who is connected."""

    def __init__(self, *, handler: Handler, limits: Limits) -> None:
        """Begin without connections."""
        self.handler = handler
        self.limits = limits
        self.connections: set[Open] = set()
        self.closing = False
        # Whole seconds since the start, counted by one timer for all connections: theirs would cost at each request.
        self.tick = 0
        self.date = b""
        # Of requests that are not complete yet.
        self.body_bytes = 0
