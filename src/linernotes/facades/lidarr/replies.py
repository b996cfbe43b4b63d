"""Replies and their caching headers."""

from __future__ import annotations

from linernotes.facades._kit.http import Reply
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.encode import Encoder

NO_CACHE = (("cache-control", "no-cache"),)
_PUBLIC_STATUSES = frozenset({200, 301, 400, 403, 404})
_LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"
"""``Expires`` is for HTTP/1.0 caches only, and any time in the past says "not without asking": a fixed one keeps
replies the same from one second to the next, so that they can be kept."""


class Replies:
    """Makes replies. ``max_age`` is how many seconds shared caches may keep a data answer."""

    def __init__(self, *, encode: Encoder, max_age: int) -> None:
        """Keep the encoder and the usual lifetime."""
        self._encode = encode
        self._max_age = max_age

    def json(self, value: object, status: int = 200, *, max_age: int | None = None) -> Reply:
        """Reply with a value that depends on this request only."""
        return Reply(status, self._encode(value), headers=self._caching(status, max_age))

    def shared(self, body: bytes, *, max_age: int | None = None) -> Reply:
        """Reply with JSON that anybody gets who asks the same of this build."""
        return Reply(200, body, headers=self._caching(200, max_age), shared=True)

    def body(self, body: bytes, *, max_age: int | None = None) -> Reply:
        """Reply with JSON that is encoded already."""
        return Reply(200, body, headers=self._caching(200, max_age))

    def fresh(self, value: object, status: int = 200) -> Reply:
        """Reply with a value that no cache may keep."""
        return Reply(status, self._encode(value), headers=NO_CACHE)

    def error(
        self,
        status: int,
        text: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        fresh: bool = False,
        max_age: int | None = None,
    ) -> Reply:
        """Reply with an error object; no cache may keep it if ``fresh``."""
        caching = NO_CACHE if fresh else self._caching(status, max_age)
        return Reply(status, self._encode(wire.Error(text)), headers=(*caching, *headers))

    def redirect(self, location: str) -> Reply:
        """Send the client on, without a body."""
        headers = (*self._caching(301, None), ("location", location))
        return Reply(301, b"", headers=headers, shared=True)

    def _caching(self, status: int, max_age: int | None) -> tuple[tuple[str, str], ...]:
        if status not in _PUBLIC_STATUSES:
            return NO_CACHE
        seconds = self._max_age if max_age is None else max_age
        return ("cache-control", f"public, s-maxage={seconds}, max-age=0"), ("expires", _LONG_AGO)
