"""A queue that ends with its process: for tests, and the measure of the other queues."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from linernotes.domain.jobs import Job, JobCount, JobState, NewJob
from linernotes.queues import LOST


class MemoryQueue:
    """Jobs and periods as values, one lock around everything."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._next_at: dict[str, int] = {}

    def put(self, jobs: Sequence[NewJob], *, now: int) -> int:
        with self._lock:
            before = len(self._jobs)
            for new in sorted(jobs, key=lambda job: (job.kind, job.key)):
                if not self._is_live(new.kind, new.key):
                    self._add(new, now)
            return len(self._jobs) - before

    def _add(self, new: NewJob, now: int) -> None:
        found = Job(
            id=next(self._ids),
            kind=new.kind,
            key=new.key,
            payload=new.payload,
            state=JobState.WAITING,
            priority=new.priority,
            attempts=0,
            created_at=now,
            run_at=max(new.run_at, now),
        )
        self._jobs[found.id] = found

    def _is_live(self, kind: str, key: str) -> bool:
        return any((job.kind, job.key) == (kind, key) and job.state is not JobState.DEAD for job in self._jobs.values())

    def lease(self, *, owner: str, kinds: Sequence[str], limit: int, now: int, until: int) -> list[Job]:
        with self._lock:
            able = [job for job in self._jobs.values() if job.kind in kinds and _may_run(job, now)]
            able.sort(key=lambda job: (-job.priority, job.run_at, job.id))
            return [self._lease(job, owner, until) for job in able[: max(limit, 0)]]

    def _lease(self, job: Job, owner: str, until: int) -> Job:
        return self._keep(
            replace(
                job,
                state=JobState.RUNNING,
                attempts=job.attempts + 1,
                owner=owner,
                leased_until=until,
                reason=LOST if job.state is JobState.RUNNING else job.reason,
            )
        )

    def extend(self, job: Job, *, until: int) -> bool:
        with self._lock:
            return self._change(job, leased_until=until)

    def finish(self, job: Job) -> bool:
        with self._lock:
            return self._is_held(job) and self._jobs.pop(job.id, None) is not None

    def retry(self, job: Job, *, reason: str, run_at: int) -> bool:
        with self._lock:
            return self._change(job, state=JobState.WAITING, reason=reason, run_at=run_at, owner="", leased_until=0)

    def bury(self, job: Job, *, reason: str) -> bool:
        with self._lock:
            return self._change(job, state=JobState.DEAD, reason=reason, owner="", leased_until=0)

    def _is_held(self, job: Job) -> bool:
        # The attempt counts too: an owner may have lost a job and taken it anew.
        kept = self._jobs.get(job.id)
        return (
            kept is not None
            and kept.state is JobState.RUNNING
            and (kept.owner, kept.attempts) == (job.owner, job.attempts)
        )

    def _change(self, job: Job, **changes: object) -> bool:
        if not self._is_held(job):
            return False
        self._keep(replace(self._jobs[job.id], **changes))
        return True

    def _keep(self, job: Job) -> Job:
        self._jobs[job.id] = job
        return job

    def counts(self) -> list[JobCount]:
        with self._lock:
            found = Counter((job.kind, job.state) for job in self._jobs.values())
        return sorted(JobCount(kind, state, count) for (kind, state), count in found.items())

    def jobs(self, state: JobState | None = None, *, limit: int = 100) -> list[Job]:
        with self._lock:
            found = [job for job in self._jobs.values() if state in {None, job.state}]
        return sorted(found, key=lambda job: (job.run_at, job.id))[: max(limit, 0)]

    def revive(self, ids: Sequence[int], *, now: int) -> int:
        with self._lock:
            return sum(self._revive(self._jobs[id_], now) for id_ in sorted(set(ids)) if id_ in self._jobs)

    def _revive(self, job: Job, now: int) -> bool:
        able = job.state is JobState.DEAD and not self._is_live(job.kind, job.key)
        if able:
            self._keep(replace(job, state=JobState.WAITING, attempts=0, run_at=now))
        return able

    def remove(self, ids: Sequence[int]) -> int:
        with self._lock:
            found = [id_ for id_ in set(ids) if id_ in self._jobs and self._jobs[id_].state is not JobState.RUNNING]
            for id_ in found:
                del self._jobs[id_]
            return len(found)

    def due(self, name: str, *, every: int, now: int) -> bool:
        with self._lock:
            next_at = self._next_at.get(name, now)
            # Two periods ahead: it was written when the period was longer.
            is_due = next_at <= now or next_at > now + 2 * every
            if is_due:
                self._next_at[name] = now + every
            return is_due


def _may_run(job: Job, now: int) -> bool:
    if job.state is JobState.RUNNING:
        return job.leased_until <= now
    return job.state is JobState.WAITING and job.run_at <= now
