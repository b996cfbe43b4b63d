"""How background jobs are run."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs run at once, for how long, and how often they are tried."""

    concurrency: Annotated[int, Meta(description="Jobs that one process runs at once.", ge=1, le=256)] = 4
    job_timeout_seconds: Annotated[float, Meta(description="Longest time for one attempt at a job.", gt=0)] = 300.0
    lease_seconds: Annotated[
        float,
        Meta(description="After how long the jobs of a process that is lost run elsewhere.", ge=3, le=3600),
    ] = 60.0
    max_attempts: Annotated[int, Meta(description="Attempts after which a job is given up.", ge=1)] = 8
    backoff_seconds: Annotated[
        float, Meta(description="Longest wait after the first failed attempt; it doubles with each one.", gt=0)
    ] = 10.0
    backoff_most_seconds: Annotated[float, Meta(description="What that wait grows to at most.", gt=0)] = 3600.0
    grace_seconds: Annotated[
        float, Meta(description="Time that running jobs get to finish when the process stops.", ge=0, le=3600)
    ] = 10.0
