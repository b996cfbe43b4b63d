"""Refusals of the server itself. Always a JSON object, never HTML.

Before a guarded mount it is a problem of RFC 9457, elsewhere it has the one key ``error``.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from linernotes.facades._kit.http import Reply

NO_STORE = ("cache-control", "no-cache")
PROBLEM = "application/problem+json"
_PATH = "/:@!$&'()*+,;=~-._"
Header = tuple[str, str]


class Refusal(Exception):
    """A request that gets no further, and why; ``after`` so many seconds it makes sense again."""

    def __init__(self, status: int, message: str, *, after: float | None = None) -> None:
        """Keep what to answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.after = after


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, section 3.1; ``about:blank`` is the type of a problem that its status names well enough."""

    type: str
    title: str
    status: int
    detail: str
    hint: str | UnsetType
    instance: str
    retry_after: int | UnsetType


def error_reply(status: int, message: str, *headers: Header) -> Reply:
    """Return the JSON error object."""
    return Reply(status, msgspec.json.encode({"error": message}), headers=(NO_STORE, *headers))


def problem_reply(refusal: Refusal, path: str, *headers: Header, hint: str = "") -> Reply:
    """Return the problem as JSON; ``path`` is what was asked for."""
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=refusal.message,
        hint=hint or UNSET,
        instance=quote(path, safe=_PATH, errors="replace"),
        retry_after=UNSET if refusal.after is None else _whole(refusal.after),
    )
    own = (("cache-control", "no-store"), *waiting(refusal), *headers)
    return Reply(refusal.status, msgspec.json.encode(problem), content_type=PROBLEM, headers=own)


def refusal_reply(refusal: Refusal, path: str, *, guarded: bool) -> Reply:
    """Return a refusal in the form that the mount has."""
    return problem_reply(refusal, path) if guarded else error_reply(refusal.status, refusal.message, *waiting(refusal))


def waiting(refusal: Refusal) -> tuple[Header, ...]:
    """Return the header that says when it makes sense to ask again, if that is known."""
    return () if refusal.after is None else (("retry-after", str(_whole(refusal.after))),)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
