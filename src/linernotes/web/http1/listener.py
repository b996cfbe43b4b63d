"""Listens for connections, watches their time, and ends them when the server stops."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from email.utils import formatdate

from linernotes.web.http1.connection import Connection
from linernotes.web.http1.shared import Shared
from linernotes.web.http1.values import Handler, Limits

BACKLOG = 1024
_log = logging.getLogger(__name__)


class HttpServer:
    """Serves one handler on sockets that are bound already."""

    def __init__(self, *, handler: Handler, limits: Limits | None = None) -> None:
        """Keep the handler; nothing is listened on yet."""
        self._shared = Shared(handler=handler, limits=limits or Limits())
        self._servers: list[asyncio.Server] = []
        self._timer: asyncio.TimerHandle | None = None

    def answer_with(self, handler: Handler) -> None:
        """Take another handler for all requests from now on."""
        self._shared.handler = handler

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on these sockets, which the server closes when it stops."""
        loop = asyncio.get_running_loop()
        self._beat(loop)
        for one in sockets:
            self._servers.append(await loop.create_server(lambda: Connection(self._shared), sock=one, backlog=BACKLOG))

    async def close(self, *, grace_seconds: float = 10) -> None:
        """Accept no more, let running requests finish for so long, and close everything."""
        self._shared.closing = True
        for server in self._servers:
            server.close()
        loop = asyncio.get_running_loop()
        end = loop.time() + grace_seconds
        while self._shared.connections and loop.time() < end:
            for connection in list(self._shared.connections):
                connection.close_when_idle()
            await asyncio.sleep(0.01)
        if self._shared.connections:
            _log.warning("%d connections are closed before their requests are done", len(self._shared.connections))
        for connection in list(self._shared.connections):
            connection.abort()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.sleep(0)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._shared.tick += 1
        self._shared.date = b"Date: %s\r\n" % formatdate(usegmt=True).encode()
        for connection in list(self._shared.connections):
            connection.check_time()
        self._timer = loop.call_later(1, self._beat, loop)
