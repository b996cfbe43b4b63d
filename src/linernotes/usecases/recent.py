"""What changed lately: what imports found, together with what somebody marked by hand."""

from __future__ import annotations

import msgspec

from linernotes.domain.ids import MBID, Kind
from linernotes.ports.catalog import ChangeFeed
from linernotes.ports.state import ChangeMarks


class RecentChanges(msgspec.Struct, frozen=True, gc=False):
    """Entities by their latest change, newest first. ``oldest`` is the last one's time, None if there is none.

    ``complete`` is False when there are more than fit, or when nobody knows what happened so long ago.
    """

    mbids: tuple[MBID, ...]
    oldest: int | None
    complete: bool


def recent_changes(*, feed: ChangeFeed, marks: ChangeMarks, kind: Kind, since: int, limit: int) -> RecentChanges:
    """Return at most ``limit`` entities that changed after ``since`` (unix milliseconds), each once."""
    found = [*feed.changed_since(kind, since, limit + 1), *marks.marked_since(kind, since, limit + 1)]
    found.sort(key=lambda change: (-change.changed_at, change.mbid))
    latest: dict[MBID, int] = {}
    for change in found:
        latest.setdefault(change.mbid, change.changed_at)
    kept = list(latest)[:limit]
    return RecentChanges(
        mbids=tuple(kept),
        oldest=latest[kept[-1]] if kept else None,
        complete=len(latest) <= limit and since >= feed.info().history_since,
    )
