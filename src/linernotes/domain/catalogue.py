"""What is said of a whole catalogue: its build, its layers, its changes."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from linernotes.domain.ids import MBID, Kind


class Layer(StrEnum):
    """The parts of the dump that a catalogue can hold, each under its own licence."""

    CORE = "core"
    DERIVED = "derived"
    COVER_ART = "cover-art"

    @property
    def licence(self) -> str:
        """The licence's short name (MusicBrainz data licence page)."""
        return "CC0 1.0" if self is Layer.CORE else "CC BY-NC-SA 3.0"


class BuildInfo(msgspec.Struct, frozen=True, gc=False):
    """Where a catalogue comes from. Times are unix milliseconds, UTC; ``counts`` is sorted by kind.

    ``history_since`` is when the first of the unbroken row of builds was made: changes before it are not known.
    """

    build_id: str
    built_at: int
    history_since: int
    schema_sequence: int
    replication_sequence: int | None
    dump_timestamp: str
    replication_date: str | None
    layers: tuple[Layer, ...]
    counts: tuple[tuple[str, int], ...] = ()


class Change(msgspec.Struct, frozen=True, gc=False):
    """An entity whose content became different at ``changed_at`` (unix milliseconds, UTC)."""

    kind: Kind
    mbid: MBID
    changed_at: int
