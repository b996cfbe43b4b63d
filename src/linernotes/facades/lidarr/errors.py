"""The one place that turns our errors into this API's: always a JSON object with ``error``, never HTML.

Lidarr deletes what is 404, so that only an answer may be one: trouble is 503.
"""

from __future__ import annotations

import math

from linernotes.domain import errors
from linernotes.facades._kit.http import Reply
from linernotes.facades.lidarr.replies import Replies

NOTHING_HERE = "Nothing matches the given URI"
WRONG_METHOD = "Specified method is invalid for this resource"
BAD_JSON = "Bad request syntax or unsupported method"
UNEXPECTED = "Internal server error"

_STATUS: tuple[tuple[type[errors.LinernotesError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Gone, 404),
    (errors.Invalid, 400),
    (errors.Conflict, 409),
    (errors.Unauthorised, 401),
    (errors.RateLimited, 429),
    (errors.Unavailable, 503),
    (errors.Corrupt, 503),
)


def status_of(error: errors.LinernotesError) -> int:
    """Return the HTTP status of an error; 500 for one that nobody thought of."""
    if isinstance(error, errors.RateLimited) and error.source:
        return 503  # it was us who asked too much, not the client
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_reply(error: errors.LinernotesError, replies: Replies, *, fresh: bool, max_age: int | None = None) -> Reply:
    """Return the reply that says what is wrong. An answer (404) may be kept unless ``fresh``, a fault never.

    ``max_age`` is for how many seconds, if not for as long as any answer.
    """
    wait = getattr(error, "retry_after", None)
    headers = () if wait is None else (("retry-after", str(math.ceil(wait))),)
    return replies.error(status_of(error), error.message, headers=headers, fresh=fresh, max_age=max_age)
