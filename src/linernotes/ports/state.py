"""What cannot be rebuilt: marks set by hand, and the history of imports. An acknowledged write survives a crash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.ids import EntityRef, Kind


class ChangeMarks(Protocol):
    """Entities that somebody said have changed, beside those that an import found."""

    def mark(self, entities: Sequence[EntityRef], *, changed_at: int, reason: str) -> None:
        """Remember that these changed at ``changed_at`` (unix ms); a later mark replaces an earlier one."""
        ...

    def marked_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        """At most ``limit`` marks newer than ``since`` (unix ms), newest first, then MBID."""
        ...


class ImportHistory(Protocol):
    """The builds that were made here."""

    def record(self, build: BuildInfo) -> None:
        """Remember a build that went live."""
        ...

    def imports(self, limit: int = 20) -> list[BuildInfo]:
        """The newest builds, newest first."""
        ...
