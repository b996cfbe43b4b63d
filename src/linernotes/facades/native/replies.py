"""Replies that are answers, and how long they may be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from linernotes.facades._kit.http import Reply
from linernotes.facades.native.errors import NO_STORE
from linernotes.ports.offload import Offload

T = TypeVar("T")
FEW = 20
"""So many entities are turned into JSON on the event loop (half a millisecond); more of them elsewhere."""


class Replies:
    """Makes replies. ``max_age`` is for how many seconds an answer may be kept without asking again."""

    def __init__(self, *, max_age: int, offload: Offload) -> None:
        """Keep the encoder, which may be used from several threads at once."""
        self._encode = msgspec.json.Encoder().encode
        self._kept = ("cache-control", f"public, max-age={max_age}")
        self._offload = offload

    def shared(self, value: object, *, next_page: str | None = None) -> Reply:
        """Reply with what anybody gets who asks the same of this build."""
        link = () if next_page is None else (("link", f'<{next_page}>; rel="next"'),)
        return Reply(200, self._encode(value), headers=(self._kept, *link), shared=True)

    def fresh(self, value: object, status: int = 200, *, next_page: str | None = None) -> Reply:
        """Reply with what no cache may keep."""
        link = () if next_page is None else (("link", f'<{next_page}>; rel="next"'),)
        return Reply(status, self._encode(value), headers=(NO_STORE, *link))

    def moved(self, location: str) -> Reply:
        """Send the client on to where the entity is."""
        return Reply(301, headers=(self._kept, ("location", location)), content_type="")

    async def made(self, make: Callable[[], T], *, size: int) -> T:
        """Return what ``make`` returns, made off the event loop where ``size`` entities are many."""
        return make() if size <= FEW else await self._offload(make)
