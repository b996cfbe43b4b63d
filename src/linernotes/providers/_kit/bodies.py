"""Reading answers without trusting their size."""

from __future__ import annotations

import httpx2

from linernotes.providers._kit.faults import TooLarge

MOST_BYTES = 8 << 20


async def read_bounded(response: httpx2.Response, limit: int = MOST_BYTES) -> bytes:
    """Return a body, decompressed. Raises ``TooLarge`` as soon as it is more than ``limit`` bytes."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise TooLarge(limit)
    return bytes(body)
