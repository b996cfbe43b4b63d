"""A server for protocols of one line in, one line out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Protocol

LONGEST_LINE = 256 * 1024
_log = logging.getLogger(__name__)


class Session(Protocol):
    """What one connection speaks to. Answers are whole lines with their ends."""

    @property
    def idle_seconds(self) -> float | None:
        """How long to wait for the next line; None for ever."""
        ...

    async def answer(self, line: bytes) -> bytes:
        """Answer a line, which has no newline at its end. It does not raise."""
        ...

    def too_long(self) -> bytes:
        """Return what is said before the connection is closed for a line that is too long."""
        ...

    def idle(self) -> bytes:
        """Return what is said before the connection is closed for its silence."""
        ...


class LineServer:
    """Gives each connection a session of its own, and its lines one after the other."""

    def __init__(self, *, session: Callable[[], Session], longest_line: int = LONGEST_LINE) -> None:
        """Keep what makes a session."""
        self._session = session
        self._longest = longest_line
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self, sock: socket.socket) -> None:
        """Accept connections on a socket, which the server closes when it stops."""
        self._server = await asyncio.start_server(self._serve, sock=sock, limit=self._longest)

    async def close(self, *, grace_seconds: float = 10) -> None:
        """Accept no more, let lines that are being answered finish for so long, and close everything."""
        self._closing = True
        if self._server is not None:
            self._server.close()
        for task in list(self._waiting):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:  # asyncio calls this in a task always
            return
        self._tasks.add(task)
        try:
            await self._converse(task, reader, writer)
        except asyncio.CancelledError:
            pass  # the server closes: cancelled by nobody else
        except ConnectionError:
            pass
        except Exception:  # noqa: BLE001 - whatever it is, the other connections go on
            _log.exception("a line failed")
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _converse(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        session = self._session()
        while not self._closing:
            self._waiting.add(task)
            try:
                line = await asyncio.wait_for(reader.readuntil(b"\n"), session.idle_seconds)
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                writer.write(session.too_long())
                return
            except TimeoutError:
                writer.write(session.idle())
                return
            finally:
                self._waiting.discard(task)
            writer.write(await session.answer(line[:-1]))
            await writer.drain()
