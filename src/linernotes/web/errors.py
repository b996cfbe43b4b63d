"""Refusals of the server itself. Always a JSON object with the one key ``error``, never HTML."""

from __future__ import annotations

import math

import msgspec

from linernotes.domain.errors import Unavailable
from linernotes.facades._kit.http import Reply

NO_STORE = ("cache-control", "no-cache")


class Refusal(Exception):
    """A request that gets no further, and the answer it gets."""

    def __init__(self, status: int, message: str) -> None:
        """Keep what to answer."""
        super().__init__(message)
        self.reply = error_reply(status, message)


def error_reply(status: int, message: str, *headers: tuple[str, str]) -> Reply:
    """Return the JSON error object."""
    return Reply(status, msgspec.json.encode({"error": message}), headers=(NO_STORE, *headers))


def unavailable_reply(error: Unavailable) -> Reply:
    """Return 503, with the time after which to come back if it is known."""
    after = () if error.retry_after is None else (("retry-after", str(max(1, math.ceil(error.retry_after)))),)
    return error_reply(503, error.message, *after)
