"""One connection: requests are parsed as they come in, and answered in their order.

A request is handed over when it is complete. While one is being answered, further ones wait and nothing more is read;
the same while the peer does not take what is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from types import CoroutineType
from typing import Any, cast

import httptools

from linernotes.web.http1 import writing
from linernotes.web.http1.shared import Shared
from linernotes.web.http1.values import Reply, Request

_IDLE, _HEAD, _BODY = range(3)
_log = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """The protocol of one connection of a server."""

    def __init__(self, shared: Shared) -> None:
        """Belong to a server."""
        self._server = shared
        self._limits = shared.limits
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._phase = _IDLE
        # Ticks: when the peer was last heard, when it began what it is at.
        self._seen = 0
        self._began = 0
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._head_bytes = 0
        self._head_lines = 0
        self._unfinished_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        # What is to be answered after the request that is being answered: requests, or bytes to send as they are.
        self._queue: deque[tuple[Request, bool] | bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self._lingers = False
        self._lingered_bytes = 0
        self._paused = False
        self._writable: asyncio.Event | None = None

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        server = self._server
        self._seen = server.tick
        if len(server.connections) >= self._limits.connections:
            self._ended = True
            self._transport.write(writing.refusal(503))
            self._transport.close()
            return
        server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._forget_body()
        self._transport = None
        self._queue.clear()
        self._ended = True
        if self._writable is not None:
            self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._seen = self._server.tick
        if self._ended:
            self._discard(data)
            return
        phase, body_bytes = self._phase, self._body_bytes
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The request was answered as if it had not asked for another protocol; what follows is not read.
            self._ended = True
            self._close_if_done()
        except httptools.HttpParserError:
            if not self._ended:
                self._refuse(400)
        else:
            if phase == self._phase != _IDLE and body_bytes == self._body_bytes:
                self._wait_for_header(data)
            else:
                self._unfinished_bytes = 0

    def eof_received(self) -> bool:
        """Stay open as long as something is to be answered to somebody who only stopped sending."""
        self._ended = True
        return self._task is not None or bool(self._queue)

    def pause_writing(self) -> None:
        self._seen = self._server.tick
        self._writable = asyncio.Event()
        self._pause()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None
        self._next()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._phase = _HEAD
        self._began = self._server.tick
        self._head_bytes = self._head_lines = 0
        self._target = b""
        self._headers = {}

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        if self._head_bytes <= self._limits.head_bytes:
            self._target += url
        elif not self._ended:
            self._refuse(431)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_lines += 1
        self._head_bytes += len(name) + len(value)
        if self._head_lines <= self._limits.head_lines and self._head_bytes <= self._limits.head_bytes:
            self._headers[name.lower()] = value
        elif self._phase == _HEAD and not self._ended:
            self._refuse(431)

    def on_headers_complete(self) -> None:
        if self._ended:
            return
        self._phase = _BODY
        headers = self._headers
        announced = headers.get(b"content-length", b"0")
        if len(announced) > 10 or int(announced or b"0") >= self._limits.body_bytes:
            self._refuse(413)
        elif b"expect" in headers:
            self._expected(headers[b"expect"])

    def on_body(self, body: bytes) -> None:
        if self._ended:
            return
        self._body.append(body)
        self._body_bytes += len(body)
        self._server.body_bytes += len(body)
        if self._body_bytes >= self._limits.body_bytes:
            self._refuse(413)
        elif self._server.body_bytes > self._limits.all_bodies_bytes:
            self._refuse(503)

    def on_message_complete(self) -> None:
        if self._ended:
            self._phase = _IDLE
            return
        self._phase = _IDLE
        parser = self._parser
        keep = parser.should_keep_alive() and not parser.should_upgrade()
        parts = self._body
        body = (parts[0] if len(parts) == 1 else b"".join(parts)) if parts else b""
        self._forget_body()
        request = Request(parser.get_method(), path_of(self._target), self._headers, body)
        if not keep:
            self._ended = True
        if self._task is not None or self._queue or self._writable is not None:
            self._queue.append((request, keep))
            self._pause()
        else:
            self._answer(request, keep)

    # Answering.

    def _answer(self, request: Request, keep: bool) -> None:  # noqa: FBT001 - on the way of every request
        try:
            answer = self._server.handler(request)
        except Exception:  # noqa: BLE001 - whatever it is, the other connections go on
            self._fail()
            return
        if isinstance(answer, CoroutineType):
            self._begin(self._answer_later(cast("Coroutine[Any, Any, Reply]", answer), request, keep=keep))
            return
        reply = cast(Reply, answer)
        if reply.stream is None:
            self._send(reply, request, keep=keep)
        else:
            self._begin(self._answer_with(reply, request, keep=keep))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work)

    async def _answer_later(self, coming: Coroutine[Any, Any, Reply], request: Request, *, keep: bool) -> None:
        try:
            reply = await coming
        except Exception:  # noqa: BLE001 - whatever it is, the other connections go on
            self._fail()
            self._task = None
            self._next()
        else:
            await self._answer_with(reply, request, keep=keep)

    async def _answer_with(self, reply: Reply, request: Request, *, keep: bool) -> None:
        if reply.stream is None:
            self._send(reply, request, keep=keep)
        else:
            await self._send_stream(reply, reply.stream, request, keep=keep)
        self._task = None
        self._next()

    def _fail(self) -> None:
        _log.exception("a request failed")
        self._write(writing.refusal(500))
        self._end()

    def _send(self, reply: Reply, request: Request, *, keep: bool) -> None:
        body = reply.body
        keep = keep and not self._server.closing
        self._write(
            b"%s%sContent-Length: %d\r\n%s\r\n%s"
            % (
                writing.status_and_type(reply.status, reply.content_type),
                self._server.date,
                len(body),
                self._more_head(reply, keep),
                b"" if request.method == b"HEAD" else body,
            )
        )
        if not keep:
            self._end()

    async def _send_stream(self, reply: Reply, stream: AsyncIterator[bytes], request: Request, *, keep: bool) -> None:
        """Send the parts of a stream as the peer takes them. A failure within it breaks the connection off."""
        old = self._parser.get_http_version() == "1.0"
        keep = keep and not old and not self._server.closing
        head = writing.status_and_type(reply.status, reply.content_type) + self._server.date
        self._write(head + self._more_head(reply, keep) + (b"" if old else writing.CHUNKED) + b"\r\n")
        try:
            if request.method != b"HEAD":
                await self._send_parts(stream, old=old)
        except Exception:  # noqa: BLE001 - whatever it is, the other connections go on
            _log.exception("a stream failed")
            keep = False
            self.abort()
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()
        if not keep:
            self._end()

    async def _send_parts(self, stream: AsyncIterator[bytes], *, old: bool) -> None:
        async for part in stream:
            if self._transport is None:
                return
            if part:
                self._write(part if old else b"%x\r\n%s\r\n" % (len(part), part))
            if self._writable is not None:
                await self._writable.wait()
        if not old:
            self._write(writing.LAST_CHUNK)

    def _more_head(self, reply: Reply, keep: bool) -> bytes:  # noqa: FBT001 - on the way of every request
        more = writing.further(reply.headers) if reply.headers else b""
        if not keep:
            return more + writing.CLOSE
        return more + writing.KEEP_ALIVE if self._parser.get_http_version() == "1.0" else more

    def _next(self) -> None:
        """Answer what waits; when nothing does, read on."""
        while self._queue and self._task is None and self._writable is None:
            waiting = self._queue.popleft()
            if isinstance(waiting, bytes):
                self._write(waiting)
            else:
                self._answer(*waiting)
        if self._task is not None or self._queue:
            return
        if self._paused and self._writable is None and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        self._close_if_done()

    # Refusing and ending.

    def _wait_for_header(self, data: bytes) -> None:
        """Count what the parser keeps: it hands over a header, or a trailer, when that is complete and not before."""
        self._unfinished_bytes += len(data)
        if self._unfinished_bytes > self._limits.head_bytes and not self._ended:
            self._refuse(431)

    def _expected(self, wanted: bytes) -> None:
        if wanted.strip().lower() != b"100-continue":
            self._refuse(417)
        elif self._task is not None or self._queue:
            self._queue.append(writing.CONTINUE)
        else:
            self._write(writing.CONTINUE)

    def _refuse(self, status: int) -> None:
        """Answer with an error of the server's own, after what waits already; nothing after it is heard."""
        self._forget_body()
        self._ended = self._lingers = True
        self._began = self._server.tick
        if self._task is not None or self._queue:
            self._queue.append(writing.refusal(status))
        else:
            self._write(writing.refusal(status))
            self._close_if_done()

    def _end(self) -> None:
        self._ended = True
        self._queue.clear()
        self._close_if_done()

    def _close_if_done(self) -> None:
        if not self._ended or self._task is not None or self._queue or self._transport is None:
            return
        if self._lingers and self._transport.can_write_eof():
            # A peer that is still sending would lose the answer if the connection were closed under it.
            self._transport.write_eof()
        else:
            self._transport.close()

    def _discard(self, data: bytes) -> None:
        self._lingered_bytes += len(data)
        if self._lingered_bytes > self._limits.linger_bytes:
            self.abort()

    def _forget_body(self) -> None:
        self._server.body_bytes -= self._body_bytes
        self._body = []
        self._body_bytes = 0

    def _pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    # What the server calls.

    def close_when_idle(self) -> None:
        """Close if no request has begun."""
        if self._phase == _IDLE and self._task is None and not self._queue and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def check_time(self) -> None:
        """Close if the peer takes too long: to send a head or a body, to take an answer, to go when refused."""
        now, limits = self._server.tick, self._limits
        if self._lingers:
            if now - self._began > limits.linger_seconds:
                self.abort()
        elif self._writable is not None:
            if now - self._seen > limits.write_seconds:
                self.abort()
        elif self._ended or self._task is not None:
            return
        elif (self._phase == _HEAD and now - self._began > limits.head_seconds) or (
            self._phase == _BODY and now - self._seen > limits.body_seconds
        ):
            self._refuse(408)


def path_of(target: bytes) -> bytes:
    """Return the path of a request's target, without the query; of an absolute target, what follows the host."""
    path = target.partition(b"?")[0]
    if not path.startswith(b"/") and b"://" in path:
        path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
    return path
