"""What can go wrong, as this service says it: the one place that knows its codes.

What AcoustID has no code for has the HTTP status as its code. Whatever happens, the answer has the service's form.
"""

from __future__ import annotations

import math

import msgspec

from linernotes.domain import errors
from linernotes.facades._kit.http import Reply
from linernotes.facades.acoustid.serialise import JSON, XML, Form, Tree


class Kind(msgspec.Struct, frozen=True):
    """A way of going wrong: its code and HTTP status, and its message, in which braces wait for a value."""

    code: int
    status: int
    message: str


UNKNOWN_FORMAT = Kind(1, 400, 'unknown format "json"')
MISSING_PARAMETER = Kind(2, 400, 'missing required parameter "{}"')
INVALID_FINGERPRINT = Kind(3, 400, "invalid fingerprint")
INVALID_APIKEY = Kind(4, 400, "invalid API key")
INTERNAL = Kind(5, 500, "internal error")
INVALID_USER_APIKEY = Kind(6, 400, 'invalid user API key ("User with the API key does not exist")')
INVALID_UUID = Kind(7, 400, 'parameter "{}" is not a valid UUID')
INVALID_DURATION = Kind(8, 400, 'parameter "{}" must be a positive integer')
INVALID_BITRATE = Kind(9, 400, 'parameter "{}" must be a positive integer')
INVALID_FOREIGNID = Kind(10, 400, 'parameter "{}" is not a valid foreign ID, it must be in the format vendor:id')
INVALID_MAX_DURATION_DIFF = Kind(11, 400, 'parameter "{}" must be between 1 and 30')
NOT_ALLOWED = Kind(12, 400, "not allowed")
SERVICE_UNAVAILABLE = Kind(13, 503, "service currently unavailable, try again later")
TOO_MANY_REQUESTS = Kind(14, 429, "rate limit ({:.6f} requests per second) exceeded, try again later")
INVALID_MUSICBRAINZ_ACCESS_TOKEN = Kind(15, 400, "invalid MusicBrainz access token")
INSECURE_REQUEST = Kind(16, 400, "only requests over HTTPS are allowed here")
UNKNOWN_APPLICATION = Kind(17, 400, "unknown application")
FINGERPRINT_NOT_FOUND = Kind(18, 404, "fingerprint not found")
REQUEST_TOO_LARGE = Kind(19, 413, "request too large")

BAD_REQUEST = Kind(400, 400, "{}")
INVALID_PARAMETER = Kind(400, 400, 'parameter "{}" {}')
NOTHING_HERE = Kind(404, 404, "not found")

_OURS: tuple[tuple[type[errors.LinernotesError], Kind], ...] = (
    (errors.NotFound, NOTHING_HERE),
    (errors.Gone, NOTHING_HERE),
    (errors.Invalid, BAD_REQUEST),
    (errors.Unauthorised, INVALID_APIKEY),
    (errors.Forbidden, NOT_ALLOWED),
    (errors.Unavailable, SERVICE_UNAVAILABLE),
)
_REFUSALS = {413: REQUEST_TOO_LARGE, 429: TOO_MANY_REQUESTS, 500: INTERNAL, 503: SERVICE_UNAVAILABLE}


class Refused(Exception):
    """A request that is answered with an error; ``retry_after`` so many seconds it makes sense again."""

    def __init__(self, kind: Kind, *values: object, retry_after: float | None = None) -> None:
        """Put the values into the kind's message."""
        self.kind = kind
        self.message = kind.message.format(*values)
        self.retry_after = retry_after
        super().__init__(self.message)

    def reply(self, form: Form) -> Reply:
        """Return the reply that says so."""
        said: dict[str, Tree] = {"code": self.kind.code, "message": self.message}
        tree: dict[str, Tree] = {"error": said, "status": "error"}
        wait = self.retry_after
        headers = () if wait is None else (("retry-after", str(max(1, math.ceil(wait)))),)
        return form.reply(tree, self.kind.status, *headers)


def refusal_of(error: errors.LinernotesError) -> Refused:
    """Return what this service says for one of our errors; one that is nobody's fault but ours is internal."""
    kind = next((kind for ours, kind in _OURS if isinstance(error, ours)), INTERNAL)
    return Refused(kind, error.message, retry_after=getattr(error, "retry_after", None))


def refused(status: int, message: str, path: str) -> Reply:
    """Return the form that a refusal of the web server has here: too long a body, too slow an answer, and so on."""
    kind = _REFUSALS.get(status) or Kind(status, status, "{}")
    if kind is TOO_MANY_REQUESTS:
        kind = Kind(TOO_MANY_REQUESTS.code, status, "{}")
    return Refused(kind, message).reply(XML if is_first_version(path) else JSON)


def is_first_version(path: str) -> bool:
    """Whether a path is one of version 1, which has XML alone."""
    parts = path.replace("//", "/").rstrip("/").split("/")
    return parts[-1] in {"lookup", "submit"} and "v2" not in parts
