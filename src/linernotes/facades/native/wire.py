"""The entities as this API writes them. What was not asked for with ``include`` is left out; unknown is null.

Fields are only ever added. Dates are as much of YYYY-MM-DD as is known, with ???? for a year that is not.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Mbid = Annotated[
    str, Meta(description="A MusicBrainz identifier.", pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
Moment = Annotated[
    str, Meta(description="A time in UTC, as RFC 3339 has it.", extra_json_schema={"format": "date-time"})
]
Day = Annotated[str, Meta(description="As much of YYYY-MM-DD as is known.")]
Merged = Annotated[tuple[Mbid, ...], Meta(description="MBIDs that lead to this entity since they were merged into it.")]
Unordered = Annotated[int, Meta(description="May be zero or negative.")]
EntityType = Literal["artist", "release-group", "release", "recording", "label", "series"]


class Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What all of them are: values with names."""


class Provenance(Wire, frozen=True, gc=False):
    """Where an answer came from. ``stale`` says that it is past its lifetime and is being fetched anew."""

    source: Annotated[str, Meta(description="`dump`, or the name of the source that was asked.", examples=["dump"])]
    fetched_at: Moment
    stale: bool


class Area(Wire, frozen=True, gc=False):
    """A country, city or other place; ``code`` is ISO 3166-1 where it is a country."""

    mbid: Mbid
    name: str
    code: str | None


class CreditName(Wire, frozen=True, gc=False):
    """One credited artist by the name used there, and the text that joins it to the next."""

    mbid: Mbid
    name: str
    join_phrase: str


class Alias(Wire, frozen=True, gc=False):
    """Another name."""

    name: str
    sort_name: str
    type: str | None
    locale: str | None
    primary: bool
    begin: Day | None
    end: Day | None
    ended: bool


class Tag(Wire, frozen=True, gc=False):
    """A tag with its votes; ``genre`` is the genre's MBID if the tag names one."""

    name: str
    count: Unordered
    genre: Mbid | None


class Rating(Wire, frozen=True, gc=False):
    """The mean rating from 0 to 100, null without votes."""

    value: int | None
    votes: int


class Link(Wire, frozen=True, gc=False):
    """A page about the entity; ``type`` is MusicBrainz's name of the relationship."""

    url: str
    type: str
    ended: bool


class AlbumSummary(Wire, frozen=True, gc=False):
    """One line of a discography."""

    mbid: Mbid
    title: str
    type: str | None
    secondary_types: tuple[str, ...]
    first_release_date: Day | None
    release_statuses: tuple[str, ...]
    credit_position: Annotated[int, Meta(description="0 where the artist is the first that is credited.")]


class AlbumPage(Wire, frozen=True, gc=False):
    """Release groups of an artist by first release date, those without one last."""

    items: tuple[AlbumSummary, ...]
    next: Annotated[str | None, Meta(description="Where the next page is; null on the last one.")]
    provenance: Provenance


class Artist(Wire, frozen=True, gc=False):
    """A person or group."""

    mbid: Mbid
    name: str
    sort_name: str
    disambiguation: str
    type: str | None
    gender: str | None
    area: Area | None
    begin_area: Area | None
    end_area: Area | None
    begin: Day | None
    end: Day | None
    ended: bool
    ipis: tuple[str, ...]
    isnis: tuple[str, ...]
    merged_mbids: Merged
    provenance: Provenance
    aliases: tuple[Alias, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    links: tuple[Link, ...] | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    release_groups: AlbumPage | UnsetType = UNSET


class ReleaseEvent(Wire, frozen=True, gc=False):
    """When and where a release came out."""

    date: Day | None
    area: Area | None


class ReleaseLabel(Wire, frozen=True, gc=False):
    """A label and catalogue number; either may be missing."""

    mbid: Mbid | None
    name: str | None
    catalog_number: str | None


class Image(Wire, frozen=True, gc=False):
    """An image in the Cover Art Archive."""

    id: int
    types: tuple[str, ...]
    url: Annotated[
        str, Meta(description="The image as it was uploaded; -250, -500 or -1200 behind it makes it smaller.")
    ]


class Track(Wire, frozen=True, gc=False):
    """A recording's place on a medium; position 0 is a track before the first."""

    mbid: Mbid
    recording: Mbid
    position: int
    number: str
    title: str
    artist: Annotated[str, Meta(description="The credit as it is printed.")]
    artist_credit: tuple[CreditName, ...]
    length_ms: int | None
    data: bool
    video: bool
    isrcs: tuple[str, ...]


class Medium(Wire, frozen=True, gc=False):
    """A disc or other carrier."""

    mbid: Mbid | None
    position: int
    title: str
    format: str | None
    track_count: int
    disc_ids: tuple[str, ...]
    tracks: tuple[Track, ...] | UnsetType = UNSET


class Release(Wire, frozen=True, gc=False):
    """One edition of a release group. A barcode that is empty says that there is none, null that nobody knows."""

    mbid: Mbid
    title: str
    artist: Annotated[str, Meta(description="The credit as it is printed.")]
    artist_credit: tuple[CreditName, ...]
    release_group: Mbid
    disambiguation: str
    status: str | None
    packaging: str | None
    language: str | None
    script: str | None
    barcode: str | None
    asin: str | None
    events: tuple[ReleaseEvent, ...]
    labels: tuple[ReleaseLabel, ...]
    media: tuple[Medium, ...]
    merged_mbids: Merged
    provenance: Provenance
    aliases: tuple[Alias, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    links: tuple[Link, ...] | UnsetType = UNSET
    images: tuple[Image, ...] | UnsetType = UNSET


class ReleasePage(Wire, frozen=True, gc=False):
    """Releases of a release group by earliest date, those without one last."""

    items: tuple[Release, ...]
    next: Annotated[str | None, Meta(description="Where the next page is; null on the last one.")]
    provenance: Provenance


class ReleaseGroup(Wire, frozen=True, gc=False):
    """An album, single or other work as one concept."""

    mbid: Mbid
    title: str
    artist: Annotated[str, Meta(description="The credit as it is printed.")]
    artist_credit: tuple[CreditName, ...]
    disambiguation: str
    type: str | None
    secondary_types: tuple[str, ...]
    first_release_date: Day | None
    cover_release: Annotated[Mbid | None, Meta(description="The release whose front image was chosen for the group.")]
    merged_mbids: Merged
    provenance: Provenance
    aliases: tuple[Alias, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    links: tuple[Link, ...] | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    releases: ReleasePage | UnsetType = UNSET


class Recording(Wire, frozen=True, gc=False):
    """A distinct piece of recorded sound."""

    mbid: Mbid
    title: str
    artist: Annotated[str, Meta(description="The credit as it is printed.")]
    artist_credit: tuple[CreditName, ...]
    length_ms: int | None
    disambiguation: str
    video: bool
    isrcs: tuple[str, ...]
    merged_mbids: Merged
    provenance: Provenance
    aliases: tuple[Alias, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    links: tuple[Link, ...] | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    releases: Annotated[tuple[Mbid, ...] | UnsetType, Meta(description="The releases that hold it.")] = UNSET


class Label(Wire, frozen=True, gc=False):
    """An imprint or company."""

    mbid: Mbid
    name: str
    disambiguation: str
    type: str | None
    label_code: int | None
    area: Area | None
    begin: Day | None
    end: Day | None
    ended: bool
    ipis: tuple[str, ...]
    isnis: tuple[str, ...]
    merged_mbids: Merged
    provenance: Provenance
    aliases: tuple[Alias, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] | UnsetType = UNSET
    links: tuple[Link, ...] | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET


class SeriesItem(Wire, frozen=True, gc=False):
    """A release group in a series, with its number there as text."""

    release_group: Mbid
    number: str


class Series(Wire, frozen=True, gc=False):
    """A series; ``items`` are its release groups in order, none for a series of something else."""

    mbid: Mbid
    name: str
    disambiguation: str
    type: str | None
    items: tuple[SeriesItem, ...]
    merged_mbids: Merged
    provenance: Provenance
