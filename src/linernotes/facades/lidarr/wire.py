"""The JSON objects of Lidarr's metadata API.

Fields are declared in the order of the keys on the wire, which is by code point, so that encoding needs no sorting.
The casing is the protocol's own: mixed, and exact.
"""

from __future__ import annotations

import msgspec


class Rating(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """Votes, and their mean from 0 to 10."""

    count: int
    value: float | None


class Link(msgspec.Struct, frozen=True, gc=False):
    """A page elsewhere, and whose it is."""

    target: str
    type: str


class Image(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A picture."""

    cover_type: str
    url: str


class Artist(msgspec.Struct, frozen=True, gc=False):
    """An artist, without the albums."""

    artistaliases: list[str]
    artistname: str
    disambiguation: str
    genres: list[str]
    id: str
    images: list[Image]
    links: list[Link]
    oldids: tuple[str, ...]
    overview: str
    rating: Rating
    sortname: str
    status: str
    type: str | None


class AlbumSummary(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A line of an artist's ``Albums``."""

    id: str
    old_ids: tuple[str, ...]
    release_statuses: tuple[str, ...]
    secondary_types: list[str]
    title: str
    type: str


class Medium(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """A disc of a release."""

    format: str
    name: str
    position: int


class Track(msgspec.Struct, frozen=True, gc=False):
    """A track of a release."""

    artistid: str
    durationms: int | None
    id: str
    mediumnumber: int
    oldids: tuple[str, ...]
    oldrecordingids: tuple[str, ...]
    recordingid: str
    trackname: str
    tracknumber: str
    trackposition: int


class Release(msgspec.Struct, frozen=True, gc=False):
    """An edition of an album."""

    country: list[str]
    disambiguation: str
    id: str
    label: list[str]
    media: list[Medium]
    oldids: tuple[str, ...]
    releasedate: str | None
    status: str
    title: str
    track_count: int | None
    tracks: list[Track]


class Album(msgspec.Struct, frozen=True, gc=False):
    """A release group with its releases; ``artists`` holds artist objects that are encoded already."""

    aliases: list[str]
    artistid: str
    artists: list[msgspec.Raw]
    disambiguation: str
    genres: list[str]
    id: str
    images: list[Image]
    links: list[Link]
    oldids: tuple[str, ...]
    overview: str
    rating: Rating
    releasedate: str
    releases: list[Release]
    secondarytypes: list[str]
    title: str
    type: str


class SeriesItem(msgspec.Struct, frozen=True, gc=False):
    """An album of a series."""

    albumid: str
    albumtitle: str
    artistid: str
    releasedate: str


class Recent(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """What changed lately."""

    count: int
    items: tuple[str, ...]
    limited: bool
    since: str


class SpotifyMatch(msgspec.Struct, frozen=True, gc=False):
    """A Spotify id and what it is here: an MBID, 0 where there is none, None where it was never looked for."""

    musicbrainzid: str | int | None
    spotifyid: str


class Root(msgspec.Struct, frozen=True, gc=False):
    """What the server says of itself."""

    branch: str | None
    commit: str | None
    replication_date: str | None
    version: str


class Success(msgspec.Struct, frozen=True, gc=False):
    """Something was done."""

    success: bool = True


class Error(msgspec.Struct, frozen=True, gc=False):
    """Something was not."""

    error: str
