"""How the server says that it is well: named checks, each with what to do when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How a check went. A warning still lets requests in."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


_WORST_LAST = [Level.OK, Level.WARNING, Level.FAILED]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one named check found, and what to do about it."""

    name: str
    level: Level = Level.OK
    message: str = ""
    hint: str = ""


Readiness = Callable[[], Awaitable[Sequence[Finding]]]


def worst(findings: Sequence[Finding]) -> Level:
    """Return the worst level of all; ok when nothing was checked."""
    return max((finding.level for finding in findings), key=_WORST_LAST.index, default=Level.OK)
