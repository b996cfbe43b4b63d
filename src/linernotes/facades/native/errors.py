"""The one place that turns our errors into this API's: a problem of RFC 9457, whatever went wrong.

That something is not there is an answer; trouble is 503, says when to come back where that is known, and is never kept.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linernotes.domain import errors
from linernotes.facades._kit.http import Reply, Request

CONTENT_TYPE = "application/problem+json"
NO_STORE = ("cache-control", "no-store")
_PATH = "/:@!$&'()*+,;=~-._"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong."""

    type: Annotated[str, Meta(description="The page that describes this kind of problem.")] = "about:blank"
    title: str
    status: int
    detail: Annotated[str, Meta(description="What went wrong this time.")] = ""
    hint: Annotated[str | UnsetType, Meta(description="What can be done about it.")] = UNSET
    instance: Annotated[str, Meta(description="The path that was asked for.")] = ""
    retry_after: Annotated[int | UnsetType, Meta(description="Seconds after which it makes sense to ask again.")] = (
        UNSET
    )


class Failure(msgspec.Struct, frozen=True):
    """A kind of problem: its name in addresses, its status, and what it means."""

    slug: str
    status: int
    meaning: str


INVALID = Failure("invalid", 400, "The request is wrong, and asking again will not help. `detail` says what is wrong.")
UNAUTHORISED = Failure("unauthorised", 401, "A key is needed, or the one that came along is not known.")
FORBIDDEN = Failure("forbidden", 403, "The key is right, and does not allow this.")
NOT_FOUND = Failure("not-found", 404, "There is no such thing. This is an answer, and may be kept.")
WRONG_METHOD = Failure("wrong-method", 405, "This address knows other methods; the header `Allow` names them.")
CONFLICT = Failure("conflict", 409, "The request does not fit what is there now.")
GONE = Failure("gone", 410, "It was there once and has been removed.")
RATE_LIMITED = Failure("rate-limited", 429, "Too many requests; `Retry-After` says when to come back.")
UNEXPECTED = Failure("unexpected", 500, "A mistake of the server; its log says more.")
UNAVAILABLE = Failure("unavailable", 503, "This cannot be answered just now. It says nothing about what is there.")
FAILURES = (
    INVALID,
    UNAUTHORISED,
    FORBIDDEN,
    NOT_FOUND,
    WRONG_METHOD,
    CONFLICT,
    GONE,
    RATE_LIMITED,
    UNEXPECTED,
    UNAVAILABLE,
)
_BY_ERROR: tuple[tuple[type[errors.LinernotesError], Failure], ...] = (
    (errors.NotFound, NOT_FOUND),
    (errors.Gone, GONE),
    (errors.Invalid, INVALID),
    (errors.Conflict, CONFLICT),
    (errors.Unauthorised, UNAUTHORISED),
    (errors.Forbidden, FORBIDDEN),
    (errors.RateLimited, RATE_LIMITED),
    (errors.Unavailable, UNAVAILABLE),
    (errors.Corrupt, UNAVAILABLE),
)


class Problems:
    """Makes the replies. ``prefix`` is where the API is mounted, ``docs_prefix`` where its page is ("": nowhere)."""

    def __init__(self, *, prefix: str, docs_prefix: str, max_age: int) -> None:
        """``max_age`` is for how many seconds an answer may be kept."""
        self._prefix = prefix
        self._docs_prefix = docs_prefix
        self._kept = ("cache-control", f"public, max-age={max_age}")

    def error(self, error: errors.LinernotesError, request: Request) -> Reply:
        """Return the reply to a request that ended with one of our errors."""
        failure = failure_of(error)
        hidden = failure is UNEXPECTED
        detail, hint = ("", "") if hidden else (error.message, error.hint)
        wait = None if hidden else getattr(error, "retry_after", None)
        return self.failure(failure, request, detail, hint=hint, retry_after=wait)

    def failure(
        self,
        failure: Failure,
        request: Request,
        detail: str = "",
        *,
        hint: str = "",
        retry_after: float | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Reply:
        """Return the reply for a kind of problem."""
        seconds = None if retry_after is None else max(1, math.ceil(retry_after))
        problem = Problem(
            type=self._type(failure, request),
            title=HTTPStatus(failure.status).phrase,
            status=failure.status,
            detail=detail or failure.meaning.partition(".")[0],
            hint=hint or UNSET,
            instance=quote(request.prefix + request.path, safe=_PATH, errors="replace"),
            retry_after=UNSET if seconds is None else seconds,
        )
        caching = self._kept if failure is NOT_FOUND else NO_STORE
        after = () if seconds is None else (("retry-after", str(seconds)),)
        asks = (("www-authenticate", "Bearer"),) if failure is UNAUTHORISED else ()
        body = msgspec.json.encode(problem)
        return Reply(failure.status, body, content_type=CONTENT_TYPE, headers=(caching, *after, *asks, *headers))

    def _type(self, failure: Failure, request: Request) -> str:
        if not self._docs_prefix:
            return "about:blank"
        return f"{request.prefix.removesuffix(self._prefix)}{self._docs_prefix}/errors#{failure.slug}"


def failure_of(error: errors.LinernotesError) -> Failure:
    """Return which kind of problem an error is to our client: a limit of a source is no limit of ours."""
    if isinstance(error, errors.RateLimited) and error.source:
        return UNAVAILABLE
    return next((failure for kind, failure in _BY_ERROR if isinstance(error, kind)), UNEXPECTED)
