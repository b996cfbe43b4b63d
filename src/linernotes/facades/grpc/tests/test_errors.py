"""Every way of failing has its status code, with details that a program can read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import grpc
import pytest

from linernotes.domain import errors as e
from linernotes.domain.facts import Fact, Wanted
from linernotes.facades.grpc.errors import DOMAIN, InvalidField, failed, kind_of
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import errors_pb2
from linernotes.facades.grpc.tests.refused import refused, unpacked
from linernotes.facades.grpc.tests.served import FakeSource, served
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w

C = grpc.StatusCode
TOLD: list[tuple[Exception, grpc.StatusCode, str]] = [
    (e.NotFound(), C.NOT_FOUND, "NOT_FOUND"),
    (e.Gone(), C.NOT_FOUND, "GONE"),
    (e.Invalid(), C.INVALID_ARGUMENT, "INVALID"),
    (e.Conflict(), C.ABORTED, "CONFLICT"),
    (e.Unauthorised(), C.UNAUTHENTICATED, "UNAUTHORISED"),
    (e.Forbidden(), C.PERMISSION_DENIED, "FORBIDDEN"),
    (e.RateLimited(), C.RESOURCE_EXHAUSTED, "RATE_LIMITED"),
    (e.RateLimited(source="fake"), C.UNAVAILABLE, "UNAVAILABLE"),
    (e.Unavailable(), C.UNAVAILABLE, "UNAVAILABLE"),
    (e.Corrupt(), C.DATA_LOSS, "CORRUPT"),
    (KeyError("secret"), C.INTERNAL, "INTERNAL"),
]
ASK = pb.GetArtistRequest(mbid=w.mbid("nobody"))


def subclasses(kind: type) -> Iterator[type]:
    """Return all classes below one."""
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


@pytest.mark.parametrize(("error", "code", "reason"), TOLD, ids=lambda part: getattr(part, "name", None))
def test_an_error_has_a_code_and_a_reason(error: Exception, code: grpc.StatusCode, reason: str) -> None:
    assert kind_of(error) == (code, reason)
    status = errors_pb2.Status.FromString(failed(error).trailing_metadata[0][1])
    assert status.code == code.value[0]
    name, info = unpacked(status.details[0])
    assert (name, info.reason, info.domain) == ("ErrorInfo", reason, DOMAIN)


def test_no_error_of_ours_is_internal() -> None:
    own = [kind for kind in subclasses(e.LinernotesError) if kind.__module__ == e.__name__]
    assert [kind for kind in own if kind_of(kind())[0] is C.INTERNAL] == []
    assert {type(error) for error, _, _ in TOLD[:-1]} == set(own)


def test_details_say_what_to_do_and_when() -> None:
    async def busy(_: Wanted) -> Sequence[Fact]:
        raise e.RateLimited("Too fast", source="fake", hint="Wait.", retry_after=7.5)

    with served(sources=[FakeSource(busy)]) as server:
        answer = refused(server.catalog.GetArtist, ASK)
    assert (answer.code, answer.text, answer.hint) == (C.UNAVAILABLE, "Too fast", "Wait.")
    assert answer.details["ErrorInfo"].metadata["source"] == "fake"
    assert answer.retry_seconds == 7.5


def test_a_long_text_does_not_burst_the_trailers() -> None:
    told = failed(InvalidField("f", e.Invalid("ä" * 10_000, hint="ö" * 10_000)))
    assert told.size < 6_000


def test_a_fault_of_a_source_is_never_kept() -> None:
    answers: list[Any] = [e.Unavailable("Down", source="fake")] * 2

    async def recovering(wanted: Wanted) -> Sequence[Fact]:
        if answers:
            raise answers.pop()
        return [Fact(wanted, None, "fake", 1_795_219_200_000)]

    with served(sources=[FakeSource(recovering)]) as server:
        codes = [refused(server.catalog.GetArtist, ASK).code for _ in range(4)]
    assert codes == [C.UNAVAILABLE, C.UNAVAILABLE, C.NOT_FOUND, C.NOT_FOUND]


def test_without_a_catalogue_and_a_source_everything_is_unavailable() -> None:
    with served(live=MemoryLiveBuild()) as server:
        unary = refused(server.catalog.GetArtist, ASK)
        stream = refused(server.catalog.BatchGetArtists, pb.BatchGetArtistsRequest(mbids=[w.ALPHA.mbid]))
    assert {unary.code, stream.code} == {C.UNAVAILABLE}
    assert "import" in unary.hint


class Broken:
    """A live build that fails in a way that nobody expected."""

    def current(self) -> Any:
        raise KeyError("secret")


def test_what_nobody_expected_is_told_without_a_word_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with served() as server, caplog.at_level(logging.ERROR):
        server.library._live = Broken()
        unary = refused(server.catalog.GetArtist, ASK)
        stream = refused(server.catalog.BatchGetArtists, pb.BatchGetArtistsRequest(mbids=[w.ALPHA.mbid]))
    assert {unary.code, stream.code} == {C.INTERNAL}
    assert "secret" not in unary.text + stream.text
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


def test_a_method_that_is_not_there_is_unimplemented() -> None:
    with served() as server:
        call = server.channel.unary_unary("/linernotes.v1.Catalog/Nothing")
        assert refused(call, b"").code is C.UNIMPLEMENTED
