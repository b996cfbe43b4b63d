"""Reading the overlay is on the way of every request: plain statements on connections of the driver's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from linernotes.domain.facts import Wanted
from linernotes.stores.sql.texts import storable

Row = tuple[bytes | None, str, int, Any, str | None]
"""Document, source, time, whether it is partial (in the driver's own form), and where it moved to."""
Names = list[tuple[str, str]]
"""Kind and MBID, in any order, perhaps several times the same."""
COLUMNS = "doc, source, fetched_at, partial, moved_to"


class Reader(Protocol):
    """What an overlay reads by, whichever database it is in. Raises our errors. May be used from several threads."""

    def facts(self, wanted: Sequence[Wanted]) -> list[Row | None]:
        """Return rows in the order asked, all of one moment."""
        ...

    def names(self, scheme: str, keys: Sequence[str]) -> list[Names]:
        """Return what each name leads to, all of one moment."""
        ...

    def generation(self) -> int:
        """Return the counter."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


def pairs(wanted: Sequence[Wanted]) -> list[tuple[str, str | None]]:
    """Return aspect and key of each question, None for a key that cannot have been kept."""
    return [(one.aspect.value, storable(one.key)) for one in wanted]
