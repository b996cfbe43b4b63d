"""What the façade is asked and what it answers: plain values, whatever server stands before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class Request(Protocol):
    """One request. The path is as it was sent, without the query; header names are lower case, values raw."""

    @property
    def method(self) -> bytes:
        """The method, in capitals."""
        ...

    @property
    def path(self) -> bytes:
        """The path."""
        ...

    @property
    def headers(self) -> dict[bytes, bytes]:
        """All headers."""
        ...

    @property
    def body(self) -> bytes:
        """The whole body."""
        ...


class Reply(msgspec.Struct, frozen=True):
    """What to answer. Whoever sends it leaves the body out when it was asked with HEAD."""

    status: int
    body: bytes = b""
    content_type: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    stream: AsyncIterator[bytes] | None = None
