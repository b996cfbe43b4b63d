"""What a name search takes and gives."""

from __future__ import annotations

import msgspec

from linernotes.domain.ids import MBID, Kind


class NameRecord(msgspec.Struct, frozen=True, gc=False):
    """What is searchable of an entity.

    ``names`` holds its other names: aliases, and for an artist the names it is credited by. ``artist`` is, for a
    release group, the artist credit as printed, ``artist_names`` the credited artists' own names.
    ``popularity`` counts how often the entity is used (credits, releases); larger entities come first among equals.
    """

    kind: Kind
    mbid: MBID
    name: str
    sort_name: str = ""
    names: tuple[str, ...] = ()
    artist: str = ""
    artist_names: tuple[str, ...] = ()
    disambiguation: str = ""
    type: str = ""
    popularity: int = 0


class NameHit(msgspec.Struct, frozen=True, gc=False):
    """An entity found by name; ``score`` is 0-100, 100 for the best hit of its kind."""

    kind: Kind
    mbid: MBID
    name: str
    score: int
    artist: str = ""
    disambiguation: str = ""
