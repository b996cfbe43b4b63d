"""Say that an entity changed, so that clients who ask what is new hear of it."""

from __future__ import annotations

from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.ports.catalog import Catalog
from linernotes.ports.state import ChangeMarks


def refresh(*, catalogue: Catalog, marks: ChangeMarks, kind: Kind, mbid: MBID, now: int) -> bool:
    """Mark an artist or release group as changed at ``now`` (unix milliseconds); False if there is no such entity."""
    [found] = catalogue.artists([mbid]) if kind is Kind.ARTIST else catalogue.release_groups([mbid])
    if found is None:
        return False
    marks.mark([EntityRef(kind, found.mbid)], changed_at=now, reason="refresh")
    return True
