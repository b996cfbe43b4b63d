"""The façade over real indexes in a folder, without a server before it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from linernotes.facades.fpindex.collection import Collection
from linernotes.facades.fpindex.counts import Work
from linernotes.facades.fpindex.http import Reply
from linernotes.facades.fpindex.service import Service
from linernotes.fingerprint.index.indexes import Indexes

JSON = {b"content-type": b"application/json"}
MSGPACK = {b"content-type": b"application/vnd.msgpack"}


class Asked(msgspec.Struct, frozen=True):
    """A request as a server would hand it over."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes] = {}
    body: bytes = b""


class NoUpkeep:
    """Does nothing beside requests, and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def begin(self, name: str, index: Any) -> None:
        self.told.append(("begin", name))

    def end(self, name: str) -> None:
        self.told.append(("end", name))

    def nudge(self, name: str) -> None:
        self.told.append(("nudge", name))


class World:
    """The façade at work."""

    def __init__(self, indexes: Indexes, threads: ThreadPoolExecutor) -> None:
        self.upkeep = NoUpkeep()
        self.work = Work()
        self.warm = asyncio.Event()
        self.warm.set()
        self.indexes = indexes
        self.collection = Collection(indexes, upkeep=self.upkeep, threads=threads)
        self.service = Service(self.collection, work=self.work, threads=threads, warm=self.warm)

    async def ask(self, method: str, path: str, body: Any = b"", headers: dict[bytes, bytes] | None = None) -> Reply:
        """Ask with JSON unless the headers say something else; a body that is no bytes is written as JSON."""
        sent = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.answer(Asked(method.encode(), path.encode(), JSON if headers is None else headers, sent))

    async def answer(self, asked: Asked) -> Reply:
        """Return the answer; the parts of a stream are put together."""
        answer = self.service.handle(asked)
        reply = answer if isinstance(answer, Reply) else await answer
        if reply.stream is None:
            return reply
        return msgspec.structs.replace(reply, body=b"".join([part async for part in reply.stream]), stream=None)


@contextlib.asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Open the indexes below a folder for as long as the block lasts."""
    with ThreadPoolExecutor(2) as threads:
        made = World(await asyncio.to_thread(Indexes.open, folder / "indexes"), threads)
        try:
            yield made
        finally:
            await made.collection.close()
