"""The indexes that are served, by name; making and deleting them, one at a time and beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.facades.fpindex.errors import Refusal, refusal_of
from linernotes.facades.fpindex.served import Served
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.index.lineages import check_name

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index

_T = TypeVar("_T")


class Upkeep(Protocol):
    """Who does the work beside requests: flushes and merges."""

    def begin(self, name: str, index: Index) -> None:
        """Look after an index from now on."""
        ...

    def end(self, name: str) -> None:
        """Let go of an index; what is being done for it may go on to its end."""
        ...

    def nudge(self, name: str) -> None:
        """Say that there may be something to do for an index."""
        ...


class Collection:
    """What is served. Its methods belong to the event loop."""

    def __init__(self, indexes: Indexes, *, upkeep: Upkeep, threads: Executor) -> None:
        """Serve the indexes that are there; `threads` do costly searches."""
        self._indexes = indexes
        self._upkeep = upkeep
        self._threads = threads
        self._changing = asyncio.Lock()
        # Making an index waits for the disk; one thread, because it is done one at a time anyway.
        self._changes = ThreadPoolExecutor(1, thread_name_prefix="change")
        self._served: dict[str, Served] = {}
        damaged = indexes.damaged()
        for name in indexes.names():
            if name not in damaged:
                self._serve(name, indexes.get(name))

    def __iter__(self) -> Iterator[Served]:
        """Go through what is served, by name."""
        return iter(sorted(self._served.values(), key=lambda served: served.name))

    def get(self, name: str) -> Served:
        """Return an index; `Refusal` when there is none, or it is damaged."""
        found = self._served.get(name)
        if found is None:
            raise Refusal("CorruptIndex" if name in self._indexes.damaged() else "IndexNotFound")
        return found

    def has(self, name: str) -> bool:
        """Tell whether an index is served."""
        return name in self._served

    async def create(self, name: str, *, generation: int | None = None, expect_absent: bool = False) -> Served:
        """Return an index, made if there is none. `Refusal` as the protocol has it."""
        try:
            check_name(name)
        except Invalid as exc:
            raise Refusal("InvalidIndexName") from exc
        async with self._changing:
            index = await self._changed(
                lambda: self._indexes.create(name, generation=generation, expect_absent=expect_absent)
            )
            found = self._served.get(name)
            return self._serve(name, index) if found is None else found

    async def delete(self, name: str) -> bool:
        """Delete an index when what is being written to it is done; return whether there was one."""
        async with self._changing:
            served = self._served.pop(name, None)
            if served is not None:
                await served.writer.close()
                self._upkeep.end(name)
            try:
                return await self._changed(lambda: self._indexes.delete(name))
            except Refusal:
                if served is not None and name in self._indexes.names() and name not in self._indexes.damaged():
                    self._serve(name, served.index)
                raise

    async def close(self) -> None:
        """Wait for what is being written, and close all indexes."""
        for served in list(self._served.values()):
            await served.writer.close()
            self._upkeep.end(served.name)
        self._served = {}
        await asyncio.get_running_loop().run_in_executor(self._changes, self._indexes.close)
        self._changes.shutdown(wait=False)

    def _serve(self, name: str, index: Index) -> Served:
        served = Served(
            name,
            self._indexes.generation(name),
            index,
            threads=self._threads,
            written=lambda: self._upkeep.nudge(name),
        )
        self._served[name] = served
        self._upkeep.begin(name, index)
        return served

    async def _changed(self, change: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._changes, change)
        except LinernotesError as exc:
            raise refusal_of(exc) from exc
