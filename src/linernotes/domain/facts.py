"""What a source said: the unit in which answers of sources are fetched, kept and merged with the catalogue.

A fact answers one question, a ``Wanted``: "artist X", "the release groups of artist X", "who has ISRC Y". Facts are
kept as they came, each with its source and time, and never changed: a newer fact replaces an older one whole.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from linernotes.domain.entities import AlbumSummary, Artist, Label, Recording, Release, ReleaseGroup, Series
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameHit


class Aspect(StrEnum):
    """What can be asked of a source, and with which key."""

    ARTIST = "artist"
    """An ``Artist`` by MBID."""
    RELEASE_GROUP = "release-group"
    """A ``ReleaseGroup`` by MBID."""
    RELEASE = "release"
    """A ``Release`` by MBID."""
    RECORDING = "recording"
    """A ``Recording`` by MBID."""
    LABEL = "label"
    """A ``Label`` by MBID."""
    SERIES = "series"
    """A ``Series`` by MBID."""
    DISCOGRAPHY = "discography"
    """The ``AlbumSummary`` tuple of an artist MBID, by MBID, as ``Discographies.discography`` has it."""
    EDITIONS = "editions"
    """The release MBIDs of a release group MBID, by earliest date (unknown last) then MBID."""
    ISRC = "isrc"
    """``EntityRef`` tuple of the recordings with a parsed ISRC, ascending."""
    BARCODE = "barcode"
    """``EntityRef`` tuple of the releases with a parsed barcode (no leading zeros), ascending."""
    DISC_ID = "disc-id"
    """``EntityRef`` tuple of the releases with a disc id, ascending."""
    URL = "url"
    """``EntityRef`` tuple of what is linked to exactly this URL, ascending."""
    SEARCH = "search"
    """``NameHit`` tuple of a search key (``search_key``), best first."""


BY_KIND = {
    Kind.ARTIST: Aspect.ARTIST,
    Kind.RELEASE_GROUP: Aspect.RELEASE_GROUP,
    Kind.RELEASE: Aspect.RELEASE,
    Kind.RECORDING: Aspect.RECORDING,
    Kind.LABEL: Aspect.LABEL,
    Kind.SERIES: Aspect.SERIES,
}
KINDS = {aspect: kind for kind, aspect in BY_KIND.items()}

VALUE_TYPES: dict[Aspect, Any] = {
    Aspect.ARTIST: Artist,
    Aspect.RELEASE_GROUP: ReleaseGroup,
    Aspect.RELEASE: Release,
    Aspect.RECORDING: Recording,
    Aspect.LABEL: Label,
    Aspect.SERIES: Series,
    Aspect.DISCOGRAPHY: tuple[AlbumSummary, ...],
    Aspect.EDITIONS: tuple[MBID, ...],
    Aspect.ISRC: tuple[EntityRef, ...],
    Aspect.BARCODE: tuple[EntityRef, ...],
    Aspect.DISC_ID: tuple[EntityRef, ...],
    Aspect.URL: tuple[EntityRef, ...],
    Aspect.SEARCH: tuple[NameHit, ...],
}
"""The type of a fact's value by aspect: what a store decodes it to."""

LONGEST_KEY = 2048
"""Bytes; a longer key is never asked for (URLs are the longest)."""


class Wanted(msgspec.Struct, frozen=True, order=True, gc=False):
    """One question to a source: what, and of which key (an MBID, an identifier, a URL, a search key)."""

    aspect: Aspect
    key: str


class Fact(msgspec.Struct, frozen=True, gc=False):
    """What ``source`` said to ``wanted`` at ``fetched_at`` (unix milliseconds).

    ``value`` has the aspect's type (``VALUE_TYPES``); None says that there is no such thing, or, with ``moved_to``,
    that the entity was merged into that one. A ``partial`` fact came along with another answer (a credited artist:
    names and little else): good enough to show who is meant, not to answer with.
    """

    wanted: Wanted
    value: Any
    source: str
    fetched_at: int
    partial: bool = False
    moved_to: MBID | None = None

    @property
    def missing(self) -> bool:
        """Whether the source says that there is no such thing."""
        return self.value is None and self.moved_to is None

    @property
    def passing(self) -> bool:
        """Whether it is worth little after a while: that something does not exist, and what a search once found."""
        return self.missing or self.wanted.aspect is Aspect.SEARCH


class Provenance(msgspec.Struct, frozen=True, gc=False):
    """Which source an answer came from, when it was fetched (unix ms, UTC), and whether it is past its lifetime."""

    source: str
    fetched_at: int
    stale: bool = False


def wanted(kind: Kind, mbid: MBID) -> Wanted:
    """Return the question for an entity."""
    return Wanted(BY_KIND[kind], mbid)


def search_key(kind: Kind, text: str, artist: str = "") -> str:
    """Return the key of a name search: the same for texts that differ in case and spacing only."""
    return "\t".join((kind.value, *(" ".join(part.casefold().split())[:300] for part in (text, artist))))


def read_search_key(key: str) -> tuple[Kind, str, str]:
    """Return kind, text and artist of a search key."""
    kind, text, artist = key.split("\t")
    return Kind(kind), text, artist
