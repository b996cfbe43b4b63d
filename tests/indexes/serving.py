"""A real index server in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from linernotes.facades.fpindex.collection import Collection
from linernotes.facades.fpindex.counts import Work
from linernotes.facades.fpindex.service import Service
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.web.http1.listener import HttpServer


class NoUpkeep:
    """Leaves every index as it is."""

    def begin(self, name: str, index: Index) -> None:
        """Look after nothing."""

    def end(self, name: str) -> None:
        """Let go of nothing."""

    def nudge(self, name: str) -> None:
        """Do nothing."""


@contextmanager
def serving(folder: Path, *, port: int = 0) -> Iterator[str]:
    """Serve the indexes of a folder for as long as the block lasts; give the URL."""
    sock = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    with closing(asyncio.new_event_loop()) as loop, ThreadPoolExecutor(1) as threads:
        stop = asyncio.Event()
        ready = threading.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(folder, sock, threads, ready, stop)))
        thread.start()
        try:
            assert ready.wait(60)
            yield url
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()


async def _serve(
    folder: Path, sock: socket.socket, threads: ThreadPoolExecutor, ready: threading.Event, stop: asyncio.Event
) -> None:
    warm = asyncio.Event()
    warm.set()
    collection = Collection(Indexes.open(folder), upkeep=NoUpkeep(), threads=threads)
    server = HttpServer(handler=Service(collection, work=Work(), threads=threads, warm=warm).handle)
    await server.start([sock])
    ready.set()
    await stop.wait()
    await server.close()
    await collection.close()
