"""The bare HTTP server over real sockets: order, limits, slow and rude peers, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Self

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linernotes.web.http1.connection import Connection, path_of
from linernotes.web.http1.listener import HttpServer
from linernotes.web.http1.shared import Shared
from linernotes.web.http1.values import Limits, Request

pytestmark = pytest.mark.anyio
PATIENCE = 20


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Said(msgspec.Struct, frozen=True):
    """An answer."""

    status: int = 200
    body: bytes = b""
    content_type: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    stream: AsyncIterator[bytes] | None = None


class Echo:
    """Answers with what it was asked; some paths are answered in other ways."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.may = asyncio.Event()

    def __call__(self, request: Request) -> Said | Coroutine[Any, Any, Said]:
        self.asked.append(request)
        match request.path:
            case b"/later":
                return self.later(request)
            case b"/stream":
                return Said(stream=self.stream())
            case b"/breaks":
                raise ValueError
            case b"/breaks/later":
                return self.breaks()
            case b"/stream/breaks":
                return Said(stream=self.broken_stream())
            case b"/large":
                return Said(body=bytes(8_000_000))
        return Said(body=b"%s %s " % (request.method, request.path) + request.body, content_type=b"text/plain")

    async def later(self, request: Request) -> Said:
        await self.may.wait()
        return Said(body=b"later " + request.body)

    async def breaks(self) -> Said:
        raise ValueError

    async def stream(self) -> AsyncIterator[bytes]:
        yield b"one"
        yield b""
        for _ in range(3):
            yield bytes(1_000_000)
        yield b"two"

    async def broken_stream(self) -> AsyncIterator[bytes]:
        yield b"one"
        raise ValueError


class Peer:
    """A client that says what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hear(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Read one answer, up to its announced length."""
        async with asyncio.timeout(PATIENCE):
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = text.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = b""
            if not head and "content-length" in headers:
                body = await self.reader.readexactly(int(headers["content-length"]))
            return int(first.split(" ")[1]), headers, body

    async def rest(self) -> bytes:
        """Read until the server closes."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()


class Site:
    """A server with its handler."""

    def __init__(self, **limits: int) -> None:
        self.handler = Echo()
        self.server = HttpServer(handler=self.handler, limits=Limits(**limits))
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    async def __aenter__(self) -> Self:
        await self.server.start([self.socket])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.close(grace_seconds=0)

    @contextlib.asynccontextmanager
    async def peer(self) -> AsyncIterator[Peer]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Peer(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def test_requests_on_one_connection_are_answered_in_their_order() -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(
            b"GET /a HTTP/1.1\r\n\r\nPOST /later HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b?x=1 HTTP/1.1\r\n\r\n"
        )
        assert (await peer.hear())[2] == b"GET /a "
        peer.say(b"GET /c HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.01)
        # Who waits has not been asked yet.
        assert [request.path for request in site.handler.asked] == [b"/a", b"/later"]
        site.handler.may.set()
        assert [(await peer.hear())[2] for _ in range(3)] == [b"later hi", b"GET /b ", b"GET /c "]


async def test_a_request_may_come_in_pieces_and_its_body_in_chunks() -> None:
    async with Site() as site, site.peer() as peer:
        for (
            byte
        ) in b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX-Y:  z \r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n":
            peer.say(bytes([byte]))
            await asyncio.sleep(0)
        assert (await peer.hear())[2] == b"POST /x abcde"
        assert site.handler.asked[0].headers[b"x-y"].strip() == b"z"


async def test_head_is_told_the_length_and_sent_no_body() -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(b"HEAD /a HTTP/1.1\r\n\r\nHEAD /stream HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        assert (await peer.hear(head=True))[1]["content-length"] == "8"
        assert (await peer.hear(head=True))[1]["transfer-encoding"] == "chunked"
        assert (await peer.hear())[2] == b"GET /b "


@pytest.mark.parametrize(
    ("head", "stays"),
    [
        (b"GET / HTTP/1.1\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n", False),
        (b"GET / HTTP/1.0\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", True),
    ],
)
async def test_a_connection_stays_open_where_http_says_so(head: bytes, *, stays: bool) -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(head + b"\r\n")
        _, headers, _ = await peer.hear()
        if stays:
            peer.say(b"GET /b HTTP/1.1\r\n\r\n")
            assert (await peer.hear())[0] == 200
        else:
            assert headers["connection"] == "close"
            assert await peer.rest() == b""


async def test_a_stream_is_sent_in_chunks_or_to_old_clients_until_the_end() -> None:
    async with Site() as site:
        async with site.peer() as peer:
            peer.say(b"GET /stream HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n")
            said = await peer.rest()
            assert said.count(b"\r\nTransfer-Encoding: chunked\r\n") == 1
            assert b"\r\n\r\n3\r\none\r\nf4240\r\n" in said
            assert b"\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n" in said
        async with site.peer() as peer:
            peer.say(b"GET /stream HTTP/1.0\r\n\r\n")
            head, _, body = (await peer.rest()).partition(b"\r\n\r\n")
            assert b"chunked" not in head
            assert body == b"one" + bytes(3_000_000) + b"two"


async def test_a_body_is_shorter_than_its_limit_whether_it_says_so_or_not() -> None:
    async with Site(body_bytes=1000) as site:
        for sent in (
            b"Content-Length: 1000\r\n\r\n" + bytes(1000),
            b"Content-Length: 99999999999999999\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n" + (b"64\r\n" + bytes(100) + b"\r\n") * 10 + b"0\r\n\r\n",
        ):
            async with site.peer() as peer:
                peer.say(b"POST / HTTP/1.1\r\n" + sent)
                status, headers, _ = await peer.hear()
                assert (status, headers["connection"]) == (413, "close")
                assert await peer.rest() == b""
        async with site.peer() as peer:
            peer.say(b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n" + bytes(999))
            assert (await peer.hear())[0] == 200
    assert len(site.handler.asked) == 1


async def test_who_sends_on_after_a_refusal_still_gets_to_read_it() -> None:
    async with Site(body_bytes=1000) as site, site.peer() as peer:
        peer.say(b"POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n")
        for _ in range(50):
            peer.say(bytes(100_000))
            await peer.writer.drain()
        assert (await peer.hear())[0] == 413


async def test_all_bodies_together_have_a_limit() -> None:
    async with Site(all_bodies_bytes=1500) as site, site.peer() as one, site.peer() as other:
        one.say(b"POST /one HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + bytes(999))
        await asyncio.sleep(0.05)
        other.say(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + bytes(999))
        assert (await other.hear())[0] == 503
        one.say(b"x")
        assert (await one.hear())[0] == 200
        async with site.peer() as third:
            third.say(b"POST / HTTP/1.1\r\nContent-Length: 1400\r\n\r\n" + bytes(1400))
            assert (await third.hear())[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 40_000,
        b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 80_000,
    ],
)
async def test_a_head_has_limits(head: bytes) -> None:
    async with Site() as site, site.peer() as peer:
        for start in range(0, len(head), 20_000):
            peer.say(head[start : start + 20_000])
            await asyncio.sleep(0.02)
        assert (await peer.hear())[0] == 431
        assert site.handler.asked == []


async def test_expectations_are_met_or_refused() -> None:
    async with Site() as site:
        async with site.peer() as peer:
            peer.say(b"POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")
            peer.say(b"POST /x HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
            await asyncio.sleep(0.02)
            site.handler.may.set()
            assert (await peer.hear())[2] == b"later 1"
            assert (await peer.hear())[0] == 100
            peer.say(b"hi")
            assert (await peer.hear())[2] == b"POST /x hi"
        async with site.peer() as peer:
            peer.say(b"POST /x HTTP/1.1\r\nContent-Length: 2\r\nExpect: cake\r\n\r\nhi")
            assert (await peer.hear())[0] == 417


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/3.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_after_what_was_asked_before(said: bytes) -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(b"POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")
        peer.say(said)
        await asyncio.sleep(0.01)
        site.handler.may.set()
        assert (await peer.hear())[2] == b"later 1"
        assert (await peer.hear())[0] == 400
        assert await peer.rest() == b""


async def test_asking_for_another_protocol_is_answered_in_this_one() -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(
            b"GET /x HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
        )
        assert (await peer.hear())[2] == b"GET /x "
        assert await peer.rest() == b""


async def test_a_failure_is_500_and_harms_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    async with Site() as site:
        for path in (b"/breaks", b"/breaks/later"):
            async with site.peer() as peer:
                peer.say(b"GET %s HTTP/1.1\r\n\r\n" % path)
                assert (await peer.hear())[0] == 500
                assert await peer.rest() == b""
        async with site.peer() as peer:
            peer.say(b"GET /stream/breaks HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                # Cut off, so that nobody takes it for whole.
                assert not (await peer.rest()).endswith(b"0\r\n\r\n")
        async with site.peer() as peer:
            peer.say(b"GET / HTTP/1.1\r\n\r\n")
            assert (await peer.hear())[0] == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "a request failed", "a request failed", "a stream failed",
    ]  # fmt: skip


async def test_answers_that_nobody_takes_stop_the_reading_and_come_whole_when_somebody_does() -> None:
    async with Site() as site, site.peer() as peer:
        for _ in range(20):
            peer.say(b"GET /large HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.1)
        assert len(site.handler.asked) < 20
        for _ in range(20):
            assert len((await peer.hear())[2]) == 8_000_000


async def test_who_stops_sending_is_still_answered() -> None:
    async with Site() as site, site.peer() as peer:
        peer.say(b"POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")
        peer.writer.write_eof()
        await asyncio.sleep(0.02)
        site.handler.may.set()
        assert (await peer.rest()).endswith(b"later 1")


async def test_who_goes_away_while_it_is_answered_leaves_nothing_behind() -> None:
    async with Site() as site:
        for path in (b"/later", b"/stream", b"/large"):
            async with site.peer() as peer:
                peer.say(b"GET %s HTTP/1.1\r\n\r\n" % path)
                await asyncio.sleep(0.01)
        site.handler.may.set()
        await site.server.close(grace_seconds=PATIENCE)
        assert site.server._shared.connections == set()


async def test_a_head_that_does_not_end_is_given_up_but_silence_is_not() -> None:
    async with Site(head_seconds=1) as site, site.peer() as slow, site.peer() as silent:
        slow.say(b"GET / HTTP/1.1\r\nX: ")
        assert (await slow.hear())[0] == 408
        silent.say(b"GET / HTTP/1.1\r\n\r\n")
        assert (await silent.hear())[0] == 200


async def test_a_body_that_does_not_come_is_given_up() -> None:
    async with Site(body_seconds=1) as site, site.peer() as peer:
        peer.say(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1")
        assert (await peer.hear())[0] == 408


async def test_there_are_so_many_connections_and_no_more() -> None:
    async with Site(connections=1) as site, site.peer() as first:
        first.say(b"GET / HTTP/1.1\r\n\r\n")
        assert (await first.hear())[0] == 200
        async with site.peer() as second:
            assert (await second.hear())[0] == 503
        first.say(b"GET / HTTP/1.1\r\n\r\n")
        assert (await first.hear())[0] == 200


async def test_a_server_that_stops_finishes_what_has_begun_and_closes_the_rest() -> None:
    async with Site() as site, site.peer() as idle, site.peer() as busy, site.peer() as sending:
        idle.say(b"GET / HTTP/1.1\r\n\r\n")
        await idle.hear()
        busy.say(b"POST /later HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")
        sending.say(b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\n1")
        await asyncio.sleep(0.02)
        closing = asyncio.create_task(site.server.close(grace_seconds=PATIENCE))
        assert await idle.rest() == b""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", site.port)
        assert not closing.done()
        site.handler.may.set()
        sending.say(b"2")
        for peer, body in ((busy, b"later 1"), (sending, b"POST /x 12")):
            _, headers, said = await peer.hear()
            assert (headers["connection"], said) == ("close", body)
        await closing


async def test_a_server_that_stops_does_not_wait_for_ever() -> None:
    async with Site() as site, site.peer() as busy:
        busy.say(b"GET /later HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.02)
        await site.server.close(grace_seconds=0.05)
        with contextlib.suppress(ConnectionError):
            assert await busy.rest() == b""
        site.handler.may.set()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/a/b?c=/d", b"/a/b"),
        (b"http://host:80/a?b", b"/a"),
        (b"http://host", b"/"),
        (b"*", b"*"),
        (b"/http://x/y", b"/http://x/y"),
    ],
)
def test_the_path_is_what_stands_before_the_query(target: bytes, path: bytes) -> None:
    assert path_of(target) == path


class Recorder(asyncio.Transport):
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False
        self.reading = True

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


PIECES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n", b"CONNECT x:1 HTTP/1.1\r\n", b"\r\n",
        b"\r\n\r\n", b"Content-Length: 5\r\n", b"Content-Length: 18446744073709551616\r\n", b"12345", b"0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: x\r\n", b"Upgrade: x\r\nConnection: upgrade\r\n",
        b"Expect: 100-continue\r\n", b"Expect: x\r\n", b"Connection: close\r\n", b"5\r\nabcde\r\n", b"ffffffff\r\n",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=12))
@example([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"fffffffffffffffff\r\n"])
@example([b"GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", b"\x00\x01"])
@settings(max_examples=300)
def test_whatever_comes_in_a_connection_answers_or_closes(pieces: list[bytes]) -> None:
    shared = Shared(handler=lambda request: Said(body=request.body), limits=Limits(body_bytes=1000, head_bytes=200))
    connection, transport = Connection(shared), Recorder()
    connection.connection_made(transport)
    for piece in pieces:
        if not transport.closed:
            connection.data_received(piece)
    shared.tick += 1000
    connection.check_time()
    connection.eof_received()
    connection.connection_lost(None)
    assert transport.written == b"" or transport.written.startswith(b"HTTP/1.1 ")
    assert (shared.body_bytes, shared.connections) == (0, set())
