"""Refusals of the server itself. Always a JSON object, never HTML.

Before a guarded mount it is a problem of RFC 9457, elsewhere it has the one key ``error``.
"""

from __future__ import annotations

import math
from http import HTTPStatus

import msgspec

from linernotes.domain.errors import Unavailable
from linernotes.facades._kit.http import Reply

NO_STORE = ("cache-control", "no-cache")
PROBLEM = "application/problem+json"
Header = tuple[str, str]


class Refusal(Exception):
    """A request that gets no further, and why."""

    def __init__(self, status: int, message: str) -> None:
        """Keep what to answer."""
        super().__init__(message)
        self.status = status
        self.message = message


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, section 3.1; ``about:blank`` is the type of a problem that its status names well enough."""

    type: str
    title: str
    status: int
    detail: str = ""
    hint: str = ""


def error_reply(status: int, message: str, *headers: Header) -> Reply:
    """Return the JSON error object."""
    return Reply(status, msgspec.json.encode({"error": message}), headers=(NO_STORE, *headers))


def problem_reply(status: int, message: str, *headers: Header, hint: str = "") -> Reply:
    """Return the problem as JSON."""
    body = msgspec.json.encode(Problem("about:blank", HTTPStatus(status).phrase, status, message, hint))
    return Reply(status, body, content_type=PROBLEM, headers=(NO_STORE, *headers))


def retry_after(error: Unavailable) -> tuple[Header, ...]:
    """Return the header that says when to come back, if that is known."""
    return () if error.retry_after is None else (("retry-after", str(max(1, math.ceil(error.retry_after)))),)
