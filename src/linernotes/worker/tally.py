"""What became of jobs, in numbers."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What happened to a job."""

    LEASED = "leased"
    DONE = "done"
    RETRIED = "retried"
    BURIED = "buried"
    RETURNED = "returned"
    """Given back unfinished when the process stopped."""
    LOST = "lost"
    """Its lease ran out, or could not be ended: it will run again."""


class JobNumbers(msgspec.Struct, frozen=True, gc=False):
    """How many jobs of a kind this process took since it began, and what became of them."""

    kind: str
    leased: int = 0
    done: int = 0
    retried: int = 0
    buried: int = 0
    returned: int = 0
    lost: int = 0


class Tally:
    """Counts outcomes by kind. Used from the event loop's thread; any thread may read."""

    def __init__(self) -> None:
        """Begin at nought."""
        self._counts: dict[str, Counter[str]] = {}

    def add(self, kind: str, outcome: Outcome) -> None:
        """Count one."""
        self._counts.setdefault(kind, Counter())[outcome.value] += 1

    def numbers(self) -> list[JobNumbers]:
        """Return the numbers of each kind that was seen, ascending by kind."""
        return [JobNumbers(kind, **counts) for kind, counts in sorted(self._counts.copy().items())]
