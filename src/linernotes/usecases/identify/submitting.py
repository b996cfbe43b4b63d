"""Keeping what people submit. Requests that come at once share one transaction: a disk ends only so many a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.domain.identification import NewSubmission, SubmissionState, SubmissionStatus
from linernotes.ports.identification import Submissions
from linernotes.ports.offload import Offload
from linernotes.ports.queue import JobQueue
from linernotes.usecases.identify.jobs import LAST, Span
from linernotes.usecases.identify.saying import checked

MOST_AT_ONCE = 1000
"""Submissions in one transaction, but for a request that has more."""

FEW = 32
"""So many are looked at on the event loop."""

_Answer = asyncio.Future[list[SubmissionStatus]]


class Submitting:
    """Takes submissions. Used on one event loop."""

    def __init__(self, *, submissions: Submissions, queue: JobQueue, offload: Offload, now: Callable[[], int]) -> None:
        """``now`` gives unix milliseconds."""
        self._submissions = submissions
        self._queue = queue
        self._offload = offload
        self._now = now
        self._waiting: deque[tuple[Sequence[NewSubmission], _Answer]] = deque()
        self._flushing: asyncio.Task[None] | None = None
        self._closed = False
        self._apart = 0
        self.on_kept: Callable[[], None] = lambda: None
        """Called on the event loop when submissions were kept that want to be imported."""

    async def submit(self, said: Sequence[NewSubmission]) -> list[SubmissionStatus]:
        """Keep submissions, all or none, and have them imported; they survive a crash as soon as this returns.

        One that the same account made before is that one, with what became of it. Raises `Invalid` for values out of
        range, before anything is kept. Whoever stops waiting may find them kept or not.
        """
        right = await self._offload(lambda: _checked(said)) if len(said) > FEW else _checked(said)
        if self._closed:
            raise Unavailable("The server is stopping.")
        if not right:
            return []
        answer: _Answer = asyncio.get_running_loop().create_future()
        self._waiting.append((right, answer))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await answer

    async def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        """Return what became of submissions, in the order asked, None for what there is not."""
        known = [id_ for id_ in ids if 0 < id_ <= LAST]
        if not known:
            return [None] * len(ids)
        found = await self._offload(lambda: self._submissions.statuses(known))
        by_id = dict(zip(known, found, strict=True))
        return [by_id.get(id_) for id_ in ids]

    async def close(self) -> None:
        """Take no more, and keep what was taken."""
        self._closed = True
        if self._flushing is not None:
            await self._flushing

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._keep_some()
        finally:
            self._flushing = None
            # Only where this was cancelled: nobody is left waiting for ever.
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting.clear()

    async def _keep_some(self) -> None:
        """Keep what waits by now in one transaction; what becomes of it is the answer to exactly those."""
        group = self._take()
        if not group:
            return
        said = [one for some, _ in group for one in some]
        try:
            statuses = await self._offload(lambda: self._keep(said))
        except BaseException as error:
            if isinstance(error, Invalid) and len(group) > 1:
                # One of them is what no store keeps: that is nothing to the others.
                self._waiting.extendleft(reversed(group))
                self._apart = len(group)
                return
            fault = error if isinstance(error, Exception) else Unavailable("The server is stopping.")
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(fault)
            if not isinstance(error, Exception):
                raise
            return
        self.on_kept()
        for some, answer in group:
            mine, statuses = statuses[: len(some)], statuses[len(some) :]
            if not answer.done():
                answer.set_result(mine)

    def _take(self) -> list[tuple[Sequence[NewSubmission], _Answer]]:
        group: list[tuple[Sequence[NewSubmission], _Answer]] = []
        most, count = 0 if self._apart else MOST_AT_ONCE, 0
        self._apart = max(0, self._apart - 1)
        while self._waiting and (not group or count + len(self._waiting[0][0]) <= most):
            some, answer = self._waiting.popleft()
            if not answer.done():  # else nobody waits for it any more
                group.append((some, answer))
                count += len(some)
        return group

    def _keep(self, said: Sequence[NewSubmission]) -> list[SubmissionStatus]:
        now = self._now()
        statuses = self._submissions.add(said, now=now)
        waiting = [one.id for one in statuses if one.state is SubmissionState.PENDING]
        if waiting:
            # They are kept: a queue that does not answer is no reason to have them sent again. `Importer.sweep` finds
            # what has no job.
            with contextlib.suppress(LinernotesError):
                self._queue.put([Span(min(waiting), max(waiting)).many()], now=now)
        return statuses


def _checked(said: Sequence[NewSubmission]) -> list[NewSubmission]:
    return [checked(one) for one in said]
