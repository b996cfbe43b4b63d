"""The entities of the catalogue, as values. Sequences are tuples in a deterministic order, stated per field.

Merged MBIDs (``old_mbids``) are those that now lead to the entity, ascending. Fields that come from the dump's
non-commercial layers (tags, ratings, images, ASIN) are empty when the layer was not imported.

Values are ``array_like``: a store may keep them as arrays, so fields are only ever added, and only at the end.
"""

from __future__ import annotations

import msgspec

from linernotes.domain.dates import PartialDate
from linernotes.domain.ids import MBID


class Area(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A country, city or other place, by name; ``code`` is ISO 3166-1 where it is a country."""

    mbid: MBID
    name: str
    code: str | None = None


class Alias(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Another name. ``type`` is MusicBrainz's ("Artist name", "Legal name", "Search hint" …) or None."""

    name: str
    sort_name: str
    type: str | None = None
    locale: str | None = None
    primary: bool = False
    begin: PartialDate | None = None
    end: PartialDate | None = None
    ended: bool = False


class Tag(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A tag with its votes (may be zero or negative); ``genre`` is the genre's MBID if the tag names one."""

    name: str
    count: int
    genre: MBID | None = None


class Rating(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The mean rating, 0-100, and how many votes it has."""

    value: int | None = None
    count: int = 0


class Link(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A URL related to an entity; ``type`` is the relationship's name ("discogs", "official homepage" …)."""

    url: str
    type: str
    ended: bool = False


class CreditName(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One artist of an artist credit, by the name used there, and the text that joins it to the next."""

    artist: MBID
    name: str
    join_phrase: str = ""


ArtistCredit = tuple[CreditName, ...]


class Artist(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A person or group. Aliases by name then locale; tags by votes descending then name; links by type then URL."""

    mbid: MBID
    name: str
    sort_name: str
    disambiguation: str = ""
    type: str | None = None
    gender: str | None = None
    area: Area | None = None
    begin_area: Area | None = None
    end_area: Area | None = None
    begin: PartialDate | None = None
    end: PartialDate | None = None
    ended: bool = False
    aliases: tuple[Alias, ...] = ()
    tags: tuple[Tag, ...] = ()
    rating: Rating = Rating()
    links: tuple[Link, ...] = ()
    ipis: tuple[str, ...] = ()
    isnis: tuple[str, ...] = ()
    old_mbids: tuple[MBID, ...] = ()


class ReleaseGroup(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An album, single or other work as one concept; its releases are asked for separately.

    ``cover`` names the release whose front image users chose for the group, if any.
    """

    mbid: MBID
    title: str
    credit: ArtistCredit
    disambiguation: str = ""
    type: str | None = None
    secondary_types: tuple[str, ...] = ()
    first_release_date: PartialDate | None = None
    aliases: tuple[Alias, ...] = ()
    tags: tuple[Tag, ...] = ()
    rating: Rating = Rating()
    links: tuple[Link, ...] = ()
    cover: MBID | None = None
    old_mbids: tuple[MBID, ...] = ()


class AlbumSummary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of a discography. ``credit_position`` is 0 where the artist is the first credited."""

    mbid: MBID
    title: str
    type: str | None = None
    secondary_types: tuple[str, ...] = ()
    release_statuses: tuple[str, ...] = ()
    statusless: bool = False
    first_release_date: PartialDate | None = None
    credit_position: int = 0
    old_mbids: tuple[MBID, ...] = ()


class ReleaseEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """When and where a release came out; ``area`` None is a release in an unknown country."""

    date: PartialDate | None = None
    area: Area | None = None


class ReleaseLabel(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A label and catalogue number of a release; either may be missing."""

    label: MBID | None = None
    name: str | None = None
    catalog_number: str | None = None


class CoverImage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An image in the Cover Art Archive: ``types`` as named there ("Front", "Medium" …), ``ordering`` from 1."""

    id: int
    types: tuple[str, ...]
    ordering: int


class Track(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A recording's place on a medium. ``length`` in milliseconds; ``position`` 0 is a pregap track.

    ``video``, ``isrcs`` and ``old_recording_mbids`` are the recording's, the same on each of its tracks.
    """

    mbid: MBID
    recording: MBID
    position: int
    number: str
    title: str
    credit: ArtistCredit
    length: int | None = None
    data: bool = False
    video: bool = False
    isrcs: tuple[str, ...] = ()
    old_mbids: tuple[MBID, ...] = ()
    old_recording_mbids: tuple[MBID, ...] = ()


class Medium(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A disc or other carrier; tracks by position. ``track_count`` as MusicBrainz counts."""

    mbid: MBID | None
    position: int
    title: str = ""
    format: str | None = None
    track_count: int = 0
    disc_ids: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()


class Release(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One edition of a release group. Events by date then area; labels by name; media by position.

    ``barcode`` None is unknown, the empty string "has none".
    """

    mbid: MBID
    release_group: MBID
    title: str
    credit: ArtistCredit
    disambiguation: str = ""
    status: str | None = None
    packaging: str | None = None
    language: str | None = None
    script: str | None = None
    barcode: str | None = None
    quality: int = -1
    asin: str | None = None
    events: tuple[ReleaseEvent, ...] = ()
    labels: tuple[ReleaseLabel, ...] = ()
    media: tuple[Medium, ...] = ()
    images: tuple[CoverImage, ...] = ()
    aliases: tuple[Alias, ...] = ()
    tags: tuple[Tag, ...] = ()
    links: tuple[Link, ...] = ()
    old_mbids: tuple[MBID, ...] = ()


class Recording(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A distinct piece of recorded sound; ``releases`` holds it, one entry per release, in the store's order."""

    mbid: MBID
    title: str
    credit: ArtistCredit
    length: int | None = None
    disambiguation: str = ""
    video: bool = False
    isrcs: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    rating: Rating = Rating()
    links: tuple[Link, ...] = ()
    releases: tuple[MBID, ...] = ()
    old_mbids: tuple[MBID, ...] = ()
    aliases: tuple[Alias, ...] = ()


class Label(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An imprint or company."""

    mbid: MBID
    name: str
    disambiguation: str = ""
    type: str | None = None
    label_code: int | None = None
    area: Area | None = None
    begin: PartialDate | None = None
    end: PartialDate | None = None
    ended: bool = False
    aliases: tuple[Alias, ...] = ()
    tags: tuple[Tag, ...] = ()
    rating: Rating = Rating()
    links: tuple[Link, ...] = ()
    ipis: tuple[str, ...] = ()
    isnis: tuple[str, ...] = ()
    old_mbids: tuple[MBID, ...] = ()


class SeriesItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A release group in a series, with its number there as text."""

    release_group: MBID
    number: str = ""


class Series(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A series; ``items`` are its release groups by link order then MBID (empty for series of other entities)."""

    mbid: MBID
    name: str
    disambiguation: str = ""
    type: str | None = None
    items: tuple[SeriesItem, ...] = ()
    old_mbids: tuple[MBID, ...] = ()


class ReleaseMatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many of some recordings' track rows a release holds (``matched``), of how many tracks in all."""

    release: MBID
    release_group: MBID
    matched: int
    track_count: int
