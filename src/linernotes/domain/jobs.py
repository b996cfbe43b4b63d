"""Work that is done beside requests: what is known of one piece of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class JobState(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"
    """Given up: the reason is kept, and somebody may revive it."""


class NewJob(msgspec.Struct, frozen=True, gc=False):
    """Work to be done once for (``kind``, ``key``), not before ``run_at`` (unix milliseconds).

    ``payload`` is the handler's own text. Among those that may run, the highest ``priority`` comes first.
    """

    kind: str
    key: str
    payload: str = ""
    run_at: int = 0
    priority: int = 0


class Job(msgspec.Struct, frozen=True, gc=False):
    """A job as the queue has it. ``attempts`` counts how often it was begun; times are unix milliseconds."""

    id: int
    kind: str
    key: str
    payload: str
    state: JobState
    priority: int
    attempts: int
    created_at: int
    run_at: int
    owner: str = ""
    leased_until: int = 0
    reason: str = ""


class JobCount(msgspec.Struct, frozen=True, order=True, gc=False):
    """How many jobs of a kind are in a state."""

    kind: str
    state: JobState
    count: int
