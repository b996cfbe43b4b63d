"""WS/2 JSON as MusicBrainz writes it: only what is read. Whatever may be null or left out has a default.

Names are the service's own in kebab case. Types of entities, statuses and the like come as names beside their ids.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Number = Annotated[int, Meta(ge=-(2**31), lt=2**31)]


class Wire(msgspec.Struct, frozen=True, rename="kebab", gc=False):
    """What all have alike: unknown keys are ignored."""


class Known(Wire, frozen=True):
    """Anything that has an id: it is enough that it is there."""

    id: str


class LifeSpan(Wire, frozen=True):
    """Dates as text, each part known or ``?``."""

    begin: str | None = None
    end: str | None = None
    ended: bool | None = False


class Area(Wire, frozen=True):
    """A place; countries have codes."""

    id: str
    name: str
    iso_3166_1_codes: list[str] | None = msgspec.field(default=None, name="iso-3166-1-codes")


class Alias(Wire, frozen=True):
    """Another name; ``primary`` is null where there is no locale."""

    name: str
    sort_name: str | None = None
    type: str | None = None
    locale: str | None = None
    primary: bool | None = None
    begin: str | None = None
    end: str | None = None
    ended: bool | None = False


class Tag(Wire, frozen=True):
    """A tag with its votes."""

    name: str
    count: Number = 0


class Genre(Wire, frozen=True):
    """A tag that is a genre."""

    id: str
    name: str
    count: Number = 0


class Rating(Wire, frozen=True):
    """The mean of all votes, 0 to 5."""

    value: Annotated[float, Meta(ge=0, le=5)] | None = None
    votes_count: Number | None = 0


class Resource(Wire, frozen=True):
    """A URL."""

    id: str
    resource: str


class Named(Wire, frozen=True):
    """Whatever has an MBID, where nothing else of it matters."""

    id: str


class Relation(Wire, frozen=True):
    """A relationship; ``target_type`` says which of the entities is there."""

    type: str
    target_type: str | None = None
    type_id: str | None = None
    ended: bool | None = False
    ordering_key: Number | None = None
    attribute_values: dict[str, str] | None = None
    url: Resource | None = None
    artist: Named | None = None
    label: Named | None = None
    recording: Named | None = None
    release: Named | None = None
    release_group: Named | None = msgspec.field(default=None, name="release_group")
    series: Named | None = None


class Attributes(Wire, frozen=True):
    """What most entities have alike, all of it only where it was asked for."""

    aliases: list[Alias] | None = None
    tags: list[Tag] | None = None
    genres: list[Genre] | None = None
    rating: Rating | None = None
    relations: list[Relation] | None = None


class CreditedArtist(Wire, frozen=True):
    """What a credit tells of an artist."""

    id: str
    name: str
    sort_name: str | None = None
    disambiguation: str | None = ""
    type: str | None = None


class CreditName(Wire, frozen=True):
    """One artist of a credit."""

    artist: CreditedArtist
    name: str | None = None
    joinphrase: str | None = ""


Credit = list[CreditName]


class Artist(Attributes, frozen=True, kw_only=True):
    """An artist."""

    id: str
    name: str
    sort_name: str | None = None
    disambiguation: str | None = ""
    type: str | None = None
    gender: str | None = None
    area: Area | None = None
    begin_area: Area | None = None
    end_area: Area | None = None
    life_span: LifeSpan | None = None
    ipis: list[str] | None = None
    isnis: list[str] | None = None


class ReleaseGroup(Attributes, frozen=True, kw_only=True):
    """A release group."""

    id: str
    title: str
    disambiguation: str | None = ""
    primary_type: str | None = None
    secondary_types: list[str] | None = None
    first_release_date: str | None = ""
    artist_credit: Credit | None = None


class Recording(Attributes, frozen=True, kw_only=True):
    """A recording; ``releases`` is cut off after 25."""

    id: str
    title: str
    disambiguation: str | None = ""
    length: Number | None = None
    video: bool | None = False
    isrcs: list[str] | None = None
    artist_credit: Credit | None = None
    releases: list[Release] | None = None


class Track(Wire, frozen=True):
    """A track; ``position`` counts from 1 but for a pregap."""

    id: str
    position: Number
    number: str
    title: str
    recording: Recording
    length: Number | None = None
    artist_credit: Credit | None = None


class Disc(Wire, frozen=True):
    """A disc id."""

    id: str


class Medium(Wire, frozen=True):
    """A medium; pregap and data tracks stand beside the others."""

    position: Number
    id: str | None = None
    title: str | None = ""
    format: str | None = None
    track_count: Number | None = 0
    discs: list[Disc] | None = None
    pregap: Track | None = None
    tracks: list[Track] | None = None
    data_tracks: list[Track] | None = None


class Label(Attributes, frozen=True, kw_only=True):
    """A label."""

    id: str
    name: str
    disambiguation: str | None = ""
    type: str | None = None
    label_code: Number | None = None
    area: Area | None = None
    life_span: LifeSpan | None = None
    ipis: list[str] | None = None
    isnis: list[str] | None = None


class LabelInfo(Wire, frozen=True):
    """A label of a release with the number it has there."""

    catalog_number: str | None = None
    label: Label | None = None


class ReleaseEvent(Wire, frozen=True):
    """When and where; an unknown date is empty, an unknown country null."""

    date: str | None = ""
    area: Area | None = None


class TextRepresentation(Wire, frozen=True):
    """Language (ISO 639-3) and script (ISO 15924)."""

    language: str | None = None
    script: str | None = None


class Release(Attributes, frozen=True, kw_only=True):
    """A release. ``barcode`` null is unknown, empty is "has none"."""

    id: str
    title: str
    disambiguation: str | None = ""
    status: str | None = None
    packaging: str | None = None
    quality: str | None = None
    barcode: str | None = None
    asin: str | None = None
    date: str | None = None
    text_representation: TextRepresentation | None = None
    release_events: list[ReleaseEvent] | None = None
    label_info: list[LabelInfo] | None = None
    media: list[Medium] | None = None
    artist_credit: Credit | None = None
    release_group: ReleaseGroup | None = None


class Series(Attributes, frozen=True, kw_only=True):
    """A series."""

    id: str
    name: str
    disambiguation: str | None = ""
    type: str | None = None


class Url(Wire, frozen=True):
    """A URL with what is linked to it."""

    id: str
    resource: str
    relations: list[Relation]


class Isrc(Wire, frozen=True):
    """An ISRC with the recordings that have it."""

    isrc: str
    recordings: list[Recording]


class DiscId(Wire, frozen=True):
    """A disc id with the releases that have it; a disc that somebody only described has a title instead."""

    id: str
    releases: list[Named] | None = None
    title: str | None = None


class GroupPage(Wire, frozen=True):
    """A page of a browse."""

    release_group_count: Number
    release_groups: list[ReleaseGroup]


class ReleasePage(Wire, frozen=True):
    """A page of a browse."""

    release_count: Number
    releases: list[Release]


# What a search finds is written by another program and differs in many small ways: no more is read than is needed.
class FoundArtist(CreditedArtist, frozen=True):
    """A hit; ``score`` is 0 to 100."""

    score: Number | str = 0


class FoundGroup(Wire, frozen=True):
    """A hit; ``score`` is 0 to 100."""

    id: str
    title: str
    disambiguation: str | None = ""
    primary_type: str | None = None
    secondary_types: list[str] | None = None
    first_release_date: str | None = ""
    artist_credit: Credit | None = None
    score: Number | str = 0


class FoundRelease(Wire, frozen=True):
    """A hit."""

    id: str
    barcode: str | None = None


class ArtistHits(Wire, frozen=True):
    """The first hits of a search."""

    artists: list[FoundArtist]


class GroupHits(Wire, frozen=True):
    """The first hits of a search."""

    release_groups: list[FoundGroup]


class ReleaseHits(Wire, frozen=True):
    """A page of hits of a search."""

    count: Number
    releases: list[FoundRelease]
