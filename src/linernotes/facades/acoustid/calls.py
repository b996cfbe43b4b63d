"""A request as the endpoints see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec

from linernotes.facades._kit.http import Request
from linernotes.facades.acoustid.parameters import Parameters
from linernotes.facades.acoustid.serialise import Tree
from linernotes.ports.offload import Offload

T = TypeVar("T")
LARGE = 32 * 1024
"""Bytes of a body that would keep others waiting for more than half a millisecond while it is read."""

NOWHERE = "0.0.0.0"  # noqa: S104 - what AcoustID calls an address that is not known


class Call(msgspec.Struct, frozen=True):
    """A request, and what it asks with."""

    request: Request
    given: Parameters
    offload: Offload

    async def aside(self, work: Callable[[], T]) -> T:
        """Run work that takes as long as there are parameters, in the pool if there may be very many."""
        return await aside(self.request, self.offload, work)

    @property
    def address(self) -> str:
        """Where it came from."""
        return self.request.address or NOWHERE

    @property
    def user_agent(self) -> str:
        """The program that asks, as it calls itself."""
        return self.request.headers.get("user-agent", "")

    @property
    def secure(self) -> bool:
        """Whether nobody can have read it on its way."""
        return self.request.base_url.startswith("https://")


Answer = Mapping[str, Tree]


class LongAnswer(dict[str, Tree]):
    """An answer that takes long to write, so that others would wait for it."""


Handler = Callable[[Call], Awaitable[Answer]]
"""Answers a call with the tree that goes beside the status; raises ``Refused`` or one of our errors."""


async def aside(request: Request, offload: Offload, work: Callable[[], T]) -> T:
    """Run work that takes as long as the request's body is, in the pool if it is long."""
    return await offload(work) if len(request.body) > LARGE else work()
