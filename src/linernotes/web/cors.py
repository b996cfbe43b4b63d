"""Which scripts of other origins may read our answers (the Fetch standard's CORS protocol).

What depends on the origin is never part of an answer that is kept: it is added when the answer is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from linernotes.domain.errors import Invalid
from linernotes.facades._kit.http import Reply
from linernotes.web.representation import NOTHING, Extra

ANY = "*"
# Chrome believes a preflight for two hours at most.
PREFLIGHT_SECONDS = 7200
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s@,]+")
_EXPOSED = (
    b"access-control-expose-headers",
    b"etag, link, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id",
)
_ALLOWED = (
    ("access-control-allow-methods", "GET, HEAD, POST"),
    ("access-control-allow-headers", "authorization, x-api-key, content-type, if-none-match, x-request-id"),
    ("access-control-max-age", str(PREFLIGHT_SECONDS)),
    ("cache-control", "no-store"),
)


class Cors:
    """The origins that are let in."""

    def __init__(self, origins: Sequence[str] = ()) -> None:
        """Take origins such as https://music.example, or "*" for all; ``Invalid`` names one that is none."""
        for origin in origins:
            if origin != ANY and not _ORIGIN.fullmatch(origin):
                raise Invalid(
                    f"access.cors_origins: {origin!r} is no origin",
                    hint="Write https://music.example, in small letters and without a slash at the end, or *.",
                )
        self.on = bool(origins)
        self._any: Extra = [(b"access-control-allow-origin", b"*"), _EXPOSED] if ANY in origins else NOTHING
        self._known = frozenset(origin.encode() for origin in origins)
        self.varies = self.on and not self._any

    def headers(self, asked: Mapping[bytes, bytes]) -> Extra:
        """Return what lets the script that asks read the answer; nothing for an origin that is not let in."""
        if self._any or not self.on:
            return self._any
        origin = asked.get(b"origin", b"")
        return [(b"access-control-allow-origin", origin), _EXPOSED] if origin in self._known else NOTHING

    def preflight(self, method: str, asked: Mapping[bytes, bytes]) -> Reply | None:
        """Answer a browser that asks what it may send; None for a request that does not ask that."""
        if (
            method != "OPTIONS"
            or not self.on
            or b"origin" not in asked
            or b"access-control-request-method" not in asked
        ):
            return None
        return Reply(204, content_type="", headers=_ALLOWED if self.headers(asked) else ())
