"""What a request may bring along: the length of its address, its headers and its body, and the time it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from linernotes.web.errors import Refusal
from linernotes.web.settings import ServerSettings

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
_HAS_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def check_head(path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]], settings: ServerSettings) -> None:
    """Raise Refusal for an address (414) or headers (431) that are too long."""
    if len(path) + len(query) > settings.max_url_bytes:
        raise Refusal(414, f"The address is longer than {settings.max_url_bytes} bytes")
    if len(b"".join(chain.from_iterable(headers))) > settings.max_header_bytes:
        raise Refusal(431, f"The headers are longer than {settings.max_header_bytes} bytes")


async def read_body(method: str, headers: Mapping[bytes, bytes], receive: Receive, settings: ServerSettings) -> bytes:
    """Return the whole body; refuse one that is too long (413) or too slow (408)."""
    if method not in _HAS_BODY:
        return b""
    limit = settings.max_body_bytes
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > limit:
        raise Refusal(413, f"The body is longer than {limit} bytes")
    try:
        async with asyncio.timeout(settings.request_timeout_seconds):
            return await _collect(receive, limit)
    except TimeoutError as exc:
        raise Refusal(408, "The body took too long to arrive") from exc


async def _collect(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The client went away")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Refusal(413, f"The body is longer than {limit} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
