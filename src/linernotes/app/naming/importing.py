"""Having submissions imported: by this process, or by the server that has the index, which is watched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from linernotes.app.growing import owner_name
from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import SubmissionState
from linernotes.ports.identification import Submissions
from linernotes.ports.queue import JobQueue
from linernotes.usecases.identify.importing import Importer
from linernotes.usecases.identify.jobs import IMPORT_MANY, read_span

SPAN = 256
"""Submissions that are imported between two looks at how many are left."""

LEASE_MILLISECONDS = 60_000
LOOK_SECONDS = 0.5
AT_ONCE = 1000
"""Submissions that are looked at at once; they are imported in the order of their numbers."""

STILL_SECONDS = 60.0
"""When nothing has happened for so long, nobody is importing."""

_PENDING = SubmissionState.PENDING
Advance = Callable[[int], None]


class Became(msgspec.Struct, frozen=True):
    """What became of submissions; those that were rejected by number, with the reason."""

    imported: int = 0
    waiting: int = 0
    rejected: tuple[tuple[int, str], ...] = ()


def import_here(
    importer: Importer, submissions: Submissions, queue: JobQueue, *, now: Callable[[], int], advance: Advance
) -> None:
    """Import all that waits and was not tried before, and do away with the jobs that would."""
    first = 0
    while (oldest := submissions.oldest_pending(before=now() + 1)) is not None:
        if oldest < first:
            raise Unavailable(f"Submission {oldest} is not imported, for whatever reason.")
        before = submissions.waiting()
        importer.run(oldest, oldest + SPAN - 1)
        first = oldest + 1
        advance(max(0, before - submissions.waiting()))
    owner = owner_name()
    while jobs := queue.lease(owner=owner, kinds=[IMPORT_MANY], limit=100, now=now(), until=now() + LEASE_MILLISECONDS):
        for job in jobs:
            span = read_span(job.payload)
            importer.run(span.first, span.last)
            queue.finish(job)


def wait_for_import(
    submissions: Submissions,
    ids: Sequence[int],
    *,
    advance: Advance,
    sleep: Callable[[float], None] = time.sleep,
    still_seconds: float = STILL_SECONDS,
) -> bool:
    """Wait until none of these submissions waits; False when nothing has happened for a while."""
    left, still = sorted(ids), 0.0
    while left and still < still_seconds:
        waits = {one.id for one in submissions.statuses(left[:AT_ONCE]) if one and one.state is _PENDING}
        now = [id_ for id_ in left[:AT_ONCE] if id_ in waits] + left[AT_ONCE:]
        advance(len(left) - len(now))
        if now:
            sleep(LOOK_SECONDS)
        still = 0.0 if len(now) < len(left) else still + LOOK_SECONDS
        left = now
    return not left


def became(submissions: Submissions, ids: Sequence[int]) -> Became:
    """Return what became of submissions."""
    found = [status for status in submissions.statuses(ids) if status is not None] if ids else []
    return Became(
        imported=sum(status.state is SubmissionState.IMPORTED for status in found),
        waiting=sum(status.state is _PENDING for status in found),
        rejected=tuple((one.id, one.reason) for one in found if one.state is SubmissionState.REJECTED),
    )
