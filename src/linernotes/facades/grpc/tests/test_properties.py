"""Whatever bytes arrive, somebody meant something by them: no request is answered with INTERNAL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.facades.grpc import paging
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.services import ADMIN, CATALOG
from linernotes.facades.grpc.tests.served import Served
from tests.contracts import world as w

DETAILS = "grpc-status-details-bin"
METHODS = [
    (f"/{one.full_name}/{method.name}", method.server_streaming) for one in (CATALOG, ADMIN) for method in one.methods
]
TEXTS = st.one_of(st.text(max_size=60), st.sampled_from([w.ALPHA.mbid, w.FULL.mbid, w.SHARED_PAGE, "DEA000000001"]))
NUMBERS = st.one_of(st.integers(0, 7), st.integers(0, (1 << 64) - 1))


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def delimited(tag: int, content: bytes) -> bytes:
    """Return a field of text, bytes or a message."""
    return varint(tag << 3 | 2) + varint(len(content)) + content


FLAT = st.one_of(
    st.builds(lambda tag, text: delimited(tag, text.encode("utf-8", "replace")), st.integers(1, 6), TEXTS),
    st.builds(lambda tag, number: varint(tag << 3) + varint(number), st.integers(1, 6), NUMBERS),
)
FIELDS = st.one_of(
    FLAT, st.builds(lambda tag, parts: delimited(tag, b"".join(parts)), st.integers(1, 6), st.lists(FLAT))
)
# Raw bytes are hardly ever a message; fields of the right form reach the code behind.
REQUESTS = st.one_of(st.binary(max_size=200), st.lists(FIELDS, max_size=6).map(b"".join))


class Refused(Exception):
    """A stream that gRPC refused before anybody looked at it (REFUSED_STREAM), as it does when it is busy."""


def ended(server: Served, path: str, request: bytes, *, streaming: bool) -> tuple[grpc.StatusCode, str]:
    """Send bytes, and return how the call ended, and what was said of it. Raises ``Refused``."""
    make = server.channel.unary_stream if streaming else server.channel.unary_unary
    try:
        # What is asked about is an answer of the server, not whether the first try to connect succeeds.
        answer: Any = make(path)(request, timeout=10, wait_for_ready=True)
        if isinstance(answer, Iterator):
            next(answer, None)
            answer.cancel()  # a follower would never end
    except grpc.RpcError as error:
        # Whatever our server says of an error has details.
        if error.code() is grpc.StatusCode.UNAVAILABLE and DETAILS not in dict(error.trailing_metadata() or ()):
            raise Refused from error
        return error.code(), str(error)
    return grpc.StatusCode.OK, ""


@pytest.mark.parametrize(("path", "streaming"), METHODS, ids=[path.rpartition("/")[2] for path, _ in METHODS])
@settings(max_examples=40, deadline=None)
@given(request=REQUESTS)
def test_no_request_is_answered_with_internal(server: Served, path: str, *, streaming: bool, request: bytes) -> None:
    expected = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    # A stream that was left may hold its place for a moment.
    try:
        code, why = ended(server, path, request, streaming=streaming)
    except Refused:
        return
    assert code in expected | {grpc.StatusCode.RESOURCE_EXHAUSTED}, why


@given(year=st.integers(-1, 10_000), month=st.integers(), day=st.integers(), mbid=st.uuids().map(str))
def test_a_page_token_is_read_as_it_was_written(year: int, month: int, day: int, mbid: str) -> None:
    place = paging.Place(year, month % 100, day % 100, mbid)
    request = pb.ListReleasesRequest(page_token=paging._token(place))
    assert paging.read(request, usual=1, most=2).after == place


@given(text=st.text(min_size=1, max_size=300))
def test_no_text_breaks_the_reading_of_page_tokens(text: str) -> None:
    try:
        page = paging.read(pb.ListReleasesRequest(page_token=text), usual=1, most=2)
    except Invalid:
        return
    assert page.after is not None
