"""The line server over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Self

import pytest

from linernotes.web.lines import LineServer

pytestmark = pytest.mark.anyio
PATIENCE = 20


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Parrot:
    """Says every line again, `wait` when it is allowed to."""

    def __init__(self, idle_seconds: float | None, may: asyncio.Event) -> None:
        self.idle_seconds = idle_seconds
        self.may = may

    async def answer(self, line: bytes) -> bytes:
        if line == b"wait":
            await self.may.wait()
        if line == b"break":
            raise ValueError
        return line + b"!\n"

    def too_long(self) -> bytes:
        return b"too long\n"

    def idle(self) -> bytes:
        return b"idle\n"


class Site:
    """A server of parrots."""

    def __init__(self, idle_seconds: float | None = None) -> None:
        self.may = asyncio.Event()
        self.server = LineServer(session=lambda: Parrot(idle_seconds, self.may), longest_line=1000)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    async def __aenter__(self) -> Self:
        await self.server.start(self.socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.close(grace_seconds=0)

    @contextlib.asynccontextmanager
    async def peer(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def test_lines_are_answered_in_their_order_also_when_they_come_together() -> None:
    async with Site() as site, site.peer() as (reader, writer):
        writer.write(b"a\nwait\nb\r\n\nhalf a ")
        assert await reader.readline() == b"a!\n"
        site.may.set()
        assert [await reader.readline() for _ in range(3)] == [b"wait!\n", b"b\r!\n", b"!\n"]
        writer.write(b"line\n")
        assert await reader.readline() == b"half a line!\n"


async def test_a_line_that_is_too_long_ends_the_connection() -> None:
    async with Site() as site, site.peer() as (reader, writer):
        writer.write(b"a\n" + b"x" * 5000 + b"\n")
        assert await reader.read() == b"a!\ntoo long\n"


async def test_silence_ends_the_connection() -> None:
    async with Site(idle_seconds=0.05) as site, site.peer() as (reader, _):
        async with asyncio.timeout(PATIENCE):
            assert await reader.read() == b"idle\n"


async def test_a_line_that_fails_ends_its_connection_alone() -> None:
    async with Site() as site:
        async with site.peer() as (reader, writer):
            writer.write(b"break\n")
            assert await reader.read() == b""
        async with site.peer() as (reader, writer):
            writer.write(b"a\n")
            assert await reader.readline() == b"a!\n"


async def test_a_server_that_stops_answers_what_it_was_asked_and_closes_the_rest() -> None:
    async with Site() as site, site.peer() as (silent, _), site.peer() as (reader, writer):
        writer.write(b"wait\n")
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(site.server.close(grace_seconds=PATIENCE))
        assert await silent.read() == b""
        assert not closing.done()
        site.may.set()
        assert await reader.read() == b"wait!\n"
        await closing
