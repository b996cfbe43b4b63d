"""Every way of failing has one shape, and its own status."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from linernotes.domain import errors
from linernotes.facades._kit.http import Request
from linernotes.facades.native.app import NativeApp
from linernotes.facades.native.docs import Docs
from linernotes.facades.native.errors import FAILURES, Problem, Problems
from linernotes.facades.native.routes import Operation

STATUS = {
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Invalid: 400,
    errors.Conflict: 409,
    errors.Unauthorised: 401,
    errors.Forbidden: 403,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
    errors.Corrupt: 503,
    errors.LinernotesError: 500,
    KeyError: 500,
}
REQUEST = Request("GET", "/fail", prefix="/v1")


def answer(raised: Exception) -> Any:
    """Return the reply of an app whose only operation fails."""

    async def fail(_: object) -> Any:
        raise raised

    operation = Operation(method="GET", path="/fail", name="fail", tag="x", summary="x", handler=fail, answer=dict)
    problems = Problems(prefix="/v1", docs_prefix="/docs", max_age=60)
    app = NativeApp(operations=(operation,), problems=problems, docs=Docs(prefix="/v1", docs_prefix="/docs"))
    return asyncio.run(app.handle(REQUEST))


@pytest.mark.parametrize("kind", STATUS, ids=lambda kind: kind.__name__)
def test_every_error_is_a_problem_with_its_status(kind: type[Exception]) -> None:
    reply = answer(kind("what went wrong"))
    problem = msgspec.json.decode(reply.body)
    assert (reply.status, reply.content_type, reply.shared) == (STATUS[kind], "application/problem+json", False)
    assert problem["status"] == reply.status
    assert problem["instance"] == "/v1/fail"
    assert problem["type"] in {f"/docs/errors#{failure.slug}" for failure in FAILURES}
    jsonschema_rs.Draft202012Validator(msgspec.json.schema(Problem)).validate(problem)


def test_no_error_was_forgotten() -> None:
    ours = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.LinernotesError)}
    assert ours == {kind for kind in STATUS if issubclass(kind, errors.LinernotesError)}


@pytest.mark.parametrize("kind", [KeyError, errors.LinernotesError], ids=lambda kind: kind.__name__)
def test_what_nobody_thought_of_tells_nothing_of_the_inside(kind: type[Exception]) -> None:
    assert b"secret" not in answer(kind("secret")).body


def test_the_limit_of_a_source_is_trouble_and_no_limit_of_the_client() -> None:
    reply = answer(errors.RateLimited("slowly", source="musicbrainz", retry_after=2.5))
    assert (reply.status, dict(reply.headers)["retry-after"]) == (503, "3")


def test_trouble_says_when_to_come_back_in_the_header_and_the_body() -> None:
    reply = answer(errors.Unavailable("later", hint="wait", retry_after=0.2))
    problem = msgspec.json.decode(reply.body)
    assert (problem["retry_after"], problem["hint"], dict(reply.headers)["retry-after"]) == (1, "wait", "1")


def test_only_that_there_is_no_such_thing_may_be_kept() -> None:
    kept = {kind for kind in STATUS if "no-store" not in dict(answer(kind("x")).headers)["cache-control"]}
    assert kept == {errors.NotFound}


def test_a_path_with_odd_letters_is_shown_as_an_address() -> None:
    problems = Problems(prefix="/v1", docs_prefix="", max_age=0)
    request = Request("GET", '/a b"<ü\udce4>', prefix="/v1")
    instance = msgspec.json.decode(problems.error(errors.NotFound(), request).body)["instance"]
    assert instance == "/v1/a%20b%22%3C%C3%BC%3F%3E"
