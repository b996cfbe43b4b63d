"""Background jobs: each runs in one process at a time, and none is lost. All times are unix milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from linernotes.domain.jobs import Job, JobCount, JobState, NewJob


class JobQueue(Protocol):
    """Jobs that survive crashes. May be called from several threads and processes at once."""

    def put(self, jobs: Sequence[NewJob], *, now: int) -> int:
        """Add jobs; return how many are new: what waits or runs under the same kind and key is not added again."""
        ...

    def lease(self, *, owner: str, kinds: Sequence[str], limit: int, now: int, until: int) -> list[Job]:
        """Take at most ``limit`` jobs that may run, for ``owner`` until then: by priority, then oldest ``run_at``.

        A job whose lease has run out may be taken anew: its process is taken for dead.
        """
        ...

    def extend(self, job: Job, *, until: int) -> bool:
        """Hold a leased job longer; False if it is not ``job.owner``'s any more."""
        ...

    def finish(self, job: Job) -> bool:
        """Remove a job that is done; False if it is not ``job.owner``'s any more."""
        ...

    def retry(self, job: Job, *, reason: str, run_at: int) -> bool:
        """Let a job wait until ``run_at`` for its next attempt; False if it is not ``job.owner``'s any more."""
        ...

    def bury(self, job: Job, *, reason: str) -> bool:
        """Give a job up and keep it with its reason; False if it is not ``job.owner``'s any more."""
        ...

    def counts(self) -> list[JobCount]:
        """How many jobs there are, by kind and state, ascending."""
        ...

    def jobs(self, state: JobState | None = None, *, limit: int = 100) -> list[Job]:
        """List jobs, those that run soonest first; of all states if none is given."""
        ...

    def revive(self, ids: Sequence[int], *, now: int) -> int:
        """Let dead jobs wait again, their attempts forgotten; return how many."""
        ...

    def remove(self, ids: Sequence[int]) -> int:
        """Remove waiting or dead jobs; return how many."""
        ...

    def due(self, name: str, *, every: int, now: int) -> bool:
        """Whether a periodic task is due; True to one process only per period, which is then begun."""
        ...
