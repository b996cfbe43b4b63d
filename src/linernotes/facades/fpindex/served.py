"""One index as it is served: searched at once where that is cheap, written by groups."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.facades.fpindex.bodies import Search
from linernotes.facades.fpindex.counts import Counts
from linernotes.facades.fpindex.errors import Refusal, refusal_of
from linernotes.facades.fpindex.writes import Writer
from linernotes.fingerprint.index.values import Hit, Update

if TYPE_CHECKING:
    from linernotes.fingerprint.index.index import Index
    from linernotes.fingerprint.index.searcher import Searcher

# About a millisecond: a search that would take longer must not hold up the others.
MOST_POSTINGS = 300_000


class Served:
    """An index with its writer and its counters. Its methods belong to the event loop."""

    def __init__(
        self, name: str, generation: int, index: Index, *, threads: Executor, written: Callable[[], None]
    ) -> None:
        """Serve an index; `threads` do costly searches, `written` is called after each commit."""
        from linernotes.fingerprint.index.searcher import TooCostly  # noqa: PLC0415 - numba comes with it

        self.name = name
        self.generation = generation
        self.index = index
        self.counts = Counts()
        self.writer = Writer(index.update_all, name=name)
        self._threads = threads
        self._written = written
        self._too_costly = TooCostly

    def search_now(self, asked: Search) -> list[Hit] | None:
        """Search at once; None when that would take too long for others who wait, then `search` does it."""
        begun = perf_counter()
        try:
            hits = self._searcher().search(
                asked.query,
                limit=asked.limit,
                min_score=asked.min_score,
                score_pct=asked.score_pct,
                most_postings=MOST_POSTINGS,
            )
        except self._too_costly:
            return None
        except LinernotesError as exc:
            raise refusal_of(exc) from exc
        self.counts.searched(perf_counter() - begun, found=bool(hits))
        return hits

    async def search(self, asked: Search) -> list[Hit]:
        """Search in a thread. `Refusal` with SearchTimeout when it takes too long."""
        begun = perf_counter()
        work = partial(
            self._searcher().search,
            asked.query,
            limit=asked.limit,
            min_score=asked.min_score,
            score_pct=asked.score_pct,
        )
        try:
            async with asyncio.timeout(asked.timeout / 1000 or None):
                hits = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError as exc:
            raise Refusal("SearchTimeout") from exc
        except LinernotesError as exc:
            raise refusal_of(exc) from exc
        self.counts.searched(perf_counter() - begun, found=bool(hits))
        return hits

    async def write(self, update: Update) -> int:
        """Commit an update; return its version when it is durable."""
        try:
            version = await self.writer.write(update)
        except LinernotesError as exc:
            raise refusal_of(exc) from exc
        self.counts.updates += 1
        self._written()
        return version

    def _searcher(self) -> Searcher:
        try:
            return self.index.searcher()
        except Unavailable as exc:
            raise Refusal("IndexNotReady") from exc
        except LinernotesError as exc:
            raise refusal_of(exc) from exc
