"""What passes between a connection and its handler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol, TypeAlias

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One request. ``path`` is as it was sent, without the query; header names are lower case, values raw."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes


class Reply(Protocol):
    """What to answer. With a ``stream`` there is no ``body``, and the length is not known beforehand.

    HEAD gets the head of what it is answered, without the body.
    """

    @property
    def status(self) -> int:
        """The status code."""
        ...

    @property
    def content_type(self) -> bytes:
        """The value of the header; empty for none."""
        ...

    @property
    def body(self) -> bytes:
        """The whole body."""
        ...

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Further headers."""
        ...

    @property
    def stream(self) -> AsyncIterator[bytes] | None:
        """The body in parts, where it is too large to be held."""
        ...


Handler: TypeAlias = Callable[[Request], Reply | Coroutine[Any, Any, Reply]]
"""Answers a request at once, or later with a coroutine. It does not raise; what it raises becomes a 500."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection may take. A body must be shorter than ``body_bytes``."""

    head_bytes: int = 32 * 1024
    head_lines: int = 100
    body_bytes: int = 16 * 1024 * 1024
    all_bodies_bytes: int = 512 * 1024 * 1024
    connections: int = 4096
    head_seconds: int = 30
    body_seconds: int = 60
    write_seconds: int = 120
    linger_seconds: int = 10
    linger_bytes: int = 64 * 1024 * 1024
