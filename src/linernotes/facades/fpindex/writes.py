"""Group commit: while a batch of updates is written and synced in a thread, the next one gathers.

An update that is alone, on a quick disk, is written by the event loop itself: two changes of threads take longer.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import TypeAlias

from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.fingerprint.index.values import Update

Commit: TypeAlias = Callable[[Sequence[Update]], list[int | LinernotesError]]
"""Commits updates with one sync; returns a version or an error for each."""

_Batch: TypeAlias = "list[tuple[Update, asyncio.Future[int]]]"
# Rows and hashes of one batch, and of all that wait: beyond these, whoever writes waits first.
BATCH_WORDS = 8_000_000
WAITING_WORDS = 16_000_000
# A disk that is so quick syncs one small update while another thread would be woken; searches wait that long for it.
QUICK_SECONDS = 0.0005
ALONE_WORDS = 4096


class Writer:
    """Writes to one index from a thread of its own. Its methods belong to the event loop."""

    def __init__(self, commit: Commit, *, name: str, quick_seconds: float = QUICK_SECONDS) -> None:
        """Keep what commits, and below what time the event loop does it for an update that is alone."""
        self._commit = commit
        self._quick_seconds = quick_seconds
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._waiting: _Batch = []
        self._words = 0
        self._busy = False
        self._took = 1.0
        self._closed = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._room = asyncio.Event()
        self._room.set()
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def room(self) -> None:
        """Wait until not too much waits to be written."""
        while not self._room.is_set():
            await self._room.wait()

    async def write(self, update: Update) -> int:
        """Return the version of the commit when it is durable. Raises the index's errors; `Unavailable` when closed."""
        if self._closed:
            raise Unavailable("The index is closed.")
        future: asyncio.Future[int] = self._loop.create_future()
        self._waiting.append((update, future))
        self._words += size_of(update)
        if self._words > WAITING_WORDS:
            self._room.clear()
        if not self._busy:
            self._busy = True
            self._quiet.clear()
            # At the end of this turn of the loop: what came in with it goes into the same batch.
            self._loop.call_soon(self._hand_over)
        return await future

    async def close(self) -> None:
        """Take no more, wait until everything is written, end the thread."""
        self._closed = True
        await self._quiet.wait()
        if self._thread is not None:
            self._batches.put(None)
            self._thread = None

    def _hand_over(self) -> None:
        batch: _Batch = []
        words = 0
        for update, future in self._waiting:
            words += size_of(update)
            if batch and words > BATCH_WORDS:
                break
            batch.append((update, future))
        self._waiting = self._waiting[len(batch) :]
        if len(batch) == 1 and words < ALONE_WORDS and self._took < self._quick_seconds:
            self._done(batch, self._outcomes(batch))
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"write {self._name}", daemon=True)
            self._thread.start()
        self._batches.put(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            outcomes = self._outcomes(batch)
            try:
                self._loop.call_soon_threadsafe(self._done, batch, outcomes)
            except RuntimeError:
                return  # the loop has ended; nobody waits any more

    def _outcomes(self, batch: _Batch) -> list[int | LinernotesError] | Exception:
        begun = time.perf_counter()
        try:
            return self._commit([update for update, _ in batch])
        except Exception as exc:  # noqa: BLE001 - whoever waits is told; the thread goes on
            return exc
        finally:
            took = time.perf_counter() - begun
            # One that was slow counts at once, quick ones only when there were many.
            self._took = max(took, 0.9 * self._took + 0.1 * took)

    def _done(self, batch: _Batch, outcomes: list[int | LinernotesError] | Exception) -> None:
        found = [outcomes] * len(batch) if isinstance(outcomes, Exception) else outcomes
        for (update, future), outcome in zip(batch, found, strict=True):
            self._words -= size_of(update)
            if future.done():  # cancelled by whoever waited
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        if self._words <= WAITING_WORDS:
            self._room.set()
        if self._waiting:
            self._hand_over()
        else:
            self._busy = False
            self._quiet.set()


def size_of(update: Update) -> int:
    """Return about how many words of memory an update takes."""
    return int(update.hashes.size) + 2 * int(update.ids.size) + 16
