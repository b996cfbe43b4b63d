"""Stands before the guarded mounts: keys, limits, and scripts of other origins.

Refuses before any answer is looked up or made. A fault in looking up a key refuses too, as a fault.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import structlog

from linernotes.domain.errors import Forbidden, LinernotesError, RateLimited, Unauthorised, Unavailable
from linernotes.domain.keys import Caller
from linernotes.facades._kit.http import Reply
from linernotes.ports.keys import Allowance
from linernotes.usecases.access import Access, presented
from linernotes.web.cors import Cors
from linernotes.web.errors import Refusal, problem_reply
from linernotes.web.metrics import Labels
from linernotes.web.representation import Extra

_STATUSES: dict[type[LinernotesError], int] = {Unauthorised: 401, Forbidden: 403, RateLimited: 429}
log = structlog.get_logger("linernotes.web")


class Passage(NamedTuple):
    """Who may go on, or the reply that they get instead; ``headers`` go along with whatever is answered."""

    caller: Caller | None
    headers: Extra
    reply: Reply | None = None


class Gate:
    """One worker's gate."""

    def __init__(self, *, access: Access, cors: Cors) -> None:
        self.cors = cors
        self._access = access
        self._refused = dict.fromkeys(_STATUSES.values(), 0)

    def free(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether there is nothing to ask this client: everybody may read without a limit, and no key came along."""
        return self._access.open and b"authorization" not in headers and b"x-api-key" not in headers

    async def ask(self, method: str, path: str, headers: Mapping[bytes, bytes], address: str) -> Passage:
        """Let a request for reading pass, or say why not. Raises nothing but cancellation."""
        allowed = self.cors.headers(headers)
        preflight = self.cors.preflight(method, headers)
        if preflight is not None:
            return Passage(None, allowed, preflight)
        try:
            verdict = await self._access.judge(credential(headers), address=address)
        except Unavailable as error:
            return Passage(None, allowed, problem_reply(Refusal(503, error.message, after=error.retry_after), path))
        except Exception as error:  # noqa: BLE001 - told as a fault; the trace would show the key where locals are shown
            log.error("a key could not be looked up", error=repr(error))  # noqa: TRY400 - as above
            return Passage(None, allowed, problem_reply(Refusal(500, "Internal server error"), path))
        left = [*allowed, *_left(verdict.allowance)] if verdict.allowance else allowed
        return Passage(verdict.caller, left, self._refusal(verdict.refusal, path) if verdict.refusal else None)

    def dress(self, reply: Reply) -> Reply:
        """Tell caches on the way what an answer from behind the gate depends on."""
        headers = reply.headers
        if not self._access.anonymous_read:
            # A cache in front of us would give away to anybody what it got for a key.
            found = [value for name, value in headers if name.lower() == "cache-control"]
            others = tuple(header for header in headers if header[0].lower() != "cache-control")
            headers = (("cache-control", _private(", ".join(found))), *others)
        if self.cors.varies:
            headers = (*headers, ("vary", "origin"))
        return reply if headers is reply.headers else msgspec.structs.replace(reply, headers=headers)

    def numbers(self) -> tuple[dict[str, dict[Labels, float]], dict[str, float]]:
        """How many were refused, by status."""
        return {"requests_refused": {(("status", str(status)),): n for status, n in self._refused.items()}}, {}

    def _refusal(self, error: LinernotesError, path: str) -> Reply:
        status = _STATUSES[type(error)]
        self._refused[status] += 1
        after = error.retry_after if isinstance(error, Unavailable) else None
        asks = (("www-authenticate", "Bearer"),) if status == 401 else ()
        return problem_reply(Refusal(status, error.message, after=after), path, *asks, hint=error.hint)


def credential(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the text of the key that came along, None without one."""
    return presented(authorization=_text(headers, b"authorization"), api_key=_text(headers, b"x-api-key"))


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _left(allowance: Allowance) -> Extra:
    return [
        (b"ratelimit-limit", str(allowance.limit).encode()),
        (b"ratelimit-remaining", str(allowance.remaining).encode()),
        (b"ratelimit-reset", str(math.ceil(allowance.reset)).encode()),
    ]


def _private(cache_control: str) -> str:
    parts = [part.strip() for part in cache_control.split(",") if part.strip()]
    if {part.lower() for part in parts} & {"private", "no-cache", "no-store"}:
        return cache_control
    return ", ".join(["private", *(part for part in parts if not part.lower().startswith(("public", "s-maxage")))])
