"""The seam between a staged dump and a store that compiles it: entities with their place, in ranges.

``row`` is an entity's number in the dump and ``first``/``places`` are release ordinals: the releases of a group have
consecutive ordinals, in the order in which the store gives them. Both are unique within one dump only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from linernotes.domain.entities import (
    AlbumSummary,
    Alias,
    Area,
    Artist,
    ArtistCredit,
    Label,
    Link,
    Rating,
    Release,
    ReleaseGroup,
    Series,
    Tag,
)
from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord


class AlbumEntry(msgspec.Struct, frozen=True, gc=False):
    """A release group with all its releases; ``releases[i]`` has the ordinal ``first + i``."""

    row: int
    first: int
    group: ReleaseGroup
    releases: tuple[Release, ...]


class ArtistEntry(msgspec.Struct, frozen=True, gc=False):
    """An artist with the whole discography, by MBID."""

    row: int
    artist: Artist
    discography: tuple[AlbumSummary, ...]


class RecordingFacts(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What cannot be read off the recording's first track; None there means "as the track says"."""

    title: str | None = None
    credit: ArtistCredit | None = None
    length: int | None = None
    length_differs: bool = False
    disambiguation: str = ""
    video: bool = False
    isrcs: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    rating: Rating = Rating()
    links: tuple[Link, ...] = ()
    old_mbids: tuple[MBID, ...] = ()
    aliases: tuple[Alias, ...] = ()


class RecordingEntry(msgspec.Struct, frozen=True, gc=False):
    """A recording by its raw MBID (16 bytes), with the ordinal of each track's release, ascending, repeats kept.

    A recording on no release has no places and complete facts.
    """

    mbid: bytes
    places: Sequence[int]
    facts: RecordingFacts | None = None


class Sizes(msgspec.Struct, frozen=True, gc=False):
    """Rows to come; ``names`` counts rows of all look-up tables, about."""

    artists: int
    release_groups: int
    recordings: int
    tracks: int
    names: int


class StagedCatalogue(Protocol):
    """A dump, staged and joined. Ranges are half-open and in ascending order; every stream is sorted as said."""

    def sizes(self) -> Sizes:
        """How many rows are to come."""
        ...

    def album_ranges(self) -> list[tuple[int, int]]:
        """Ranges of release group rows of about equal size."""
        ...

    def albums(self, low: int, high: int) -> Iterator[AlbumEntry]:
        """The groups of a range, by row."""
        ...

    def artist_ranges(self) -> list[tuple[int, int]]:
        """Ranges of artist rows of about equal size."""
        ...

    def artists(self, low: int, high: int) -> Iterator[ArtistEntry]:
        """The artists of a range, by row."""
        ...

    def labels(self) -> Iterator[tuple[int, Label]]:
        """All labels, by row."""
        ...

    def series(self) -> Iterator[tuple[int, Series]]:
        """All series, by row."""
        ...

    def areas(self) -> Iterator[tuple[int, Area]]:
        """All areas, by row."""
        ...

    def recordings(self) -> Iterator[RecordingEntry]:
        """All recordings, by raw MBID."""
        ...

    def names(self) -> Iterator[NameRecord]:
        """What is searchable of artists and release groups."""
        ...


class StagedIdentifiers(Protocol):
    """The other names of things, as sorted rows for look-up tables; MBIDs raw.

    A URL's key is the low half of its MD5 sum as a signed number: what is found by it has to be checked.
    """

    def keys(self, kind: Kind) -> Iterator[tuple[bytes, int]]:
        """MBIDs of a kind, merged ones too, and the row (an ordinal for a release) they lead to, by MBID."""
        ...

    def tracks(self) -> Iterator[tuple[bytes, int]]:
        """Track MBIDs, merged ones too, and their release's ordinal, by MBID."""
        ...

    def merged_recordings(self) -> Iterator[tuple[bytes, bytes]]:
        """Merged recording MBIDs and what they were merged into, by the merged one."""
        ...

    def isrcs(self) -> Iterator[tuple[str, bytes]]:
        """ISRCs and recording MBIDs, by both."""
        ...

    def barcodes(self) -> Iterator[tuple[str, int]]:
        """Barcodes without leading zeros, and release ordinals, by both."""
        ...

    def catalog_numbers(self) -> Iterator[tuple[str, int]]:
        """Catalogue numbers as printed, and release ordinals."""
        ...

    def disc_ids(self) -> Iterator[tuple[str, int]]:
        """Disc ids and release ordinals, by both."""
        ...

    def urls(self) -> Iterator[tuple[int, str, int]]:
        """URL keys, the kind of an entity linked to it, and its row (an ordinal for a release), sorted."""
        ...

    def recording_urls(self) -> Iterator[tuple[int, bytes]]:
        """URL keys and the MBID of a recording linked to it, sorted."""
        ...
