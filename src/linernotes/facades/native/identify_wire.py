"""What is said of sounds: how one is sent, and what it was found to be.

Recordings, releases and release groups are told shortly here; ``href`` is where all of it is.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from linernotes.facades.native.answers import Href
from linernotes.facades.native.wire import CreditName, Day, Mbid, Medium, ReleaseEvent, Wire

MOST_TRACKS = 10
HIGHEST_TOLERANCE = 30
INCLUDES = ("release-groups", "releases", "user-metadata")

Credit = Annotated[str, Meta(description="The credit as it is printed.")]


class Sound(Wire, frozen=True, gc=False, forbid_unknown_fields=True):
    """A fingerprint, as `fpcalc -json` prints it, and how to look for it, if that is not in the query."""

    fingerprint: Annotated[
        str | tuple[int, ...], Meta(description="As fpcalc prints it, or the list of numbers of `fpcalc -raw`.")
    ]
    duration: Annotated[
        float | UnsetType, Meta(description="Of the whole file, in seconds. Not needed for an excerpt.")
    ] = UNSET
    clip: bool | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=MOST_TRACKS)] | UnsetType = UNSET
    tolerance: Annotated[int, Meta(ge=1, le=HIGHEST_TOLERANCE)] | UnsetType = UNSET
    include: tuple[str, ...] | UnsetType = UNSET


class NamedRecording(Wire, frozen=True, gc=False):
    """A recording that a track is linked to. Without a title nothing is known of it here but that."""

    mbid: Mbid
    href: Href
    sources: Annotated[int, Meta(description="How many submissions said so.")]
    title: str | None
    artist: Credit | None
    artist_credit: tuple[CreditName, ...]
    length_ms: int | None
    disambiguation: str
    video: bool
    isrcs: tuple[str, ...]
    releases: Annotated[
        tuple[Mbid, ...] | UnsetType, Meta(description="The releases that hold it, of those in the answer.")
    ] = UNSET


class NamedRelease(Wire, frozen=True, gc=False):
    """A release that holds such a recording. Of its tracks only those that are one are shown."""

    mbid: Mbid
    href: Href
    title: str
    artist: Credit
    artist_credit: tuple[CreditName, ...]
    release_group: Mbid
    disambiguation: str
    status: str | None
    barcode: str | None
    events: tuple[ReleaseEvent, ...]
    media: tuple[Medium, ...]


class NamedReleaseGroup(Wire, frozen=True, gc=False):
    """The release group of such a release."""

    mbid: Mbid
    href: Href
    title: str
    artist: Credit
    artist_credit: tuple[CreditName, ...]
    disambiguation: str
    type: str | None
    secondary_types: tuple[str, ...]
    first_release_date: Day | None


class SaidByUsers(Wire, frozen=True, gc=False):
    """What users said of a file."""

    title: str | None
    artist: str | None
    album: str | None
    album_artist: str | None
    track_number: int | None
    disc_number: int | None
    year: int | None


class IdentifiedTrack(Wire, frozen=True, gc=False):
    """A track of AcoustID that sounds like it."""

    track: Annotated[str, Meta(description="The AcoustID, a UUID.")]
    score: Annotated[float, Meta(ge=0, le=1)]
    fingerprint_id: Annotated[int, Meta(description="The number of the fingerprint that is most alike.")]
    duration: Annotated[int, Meta(description="The track's, in seconds.")]
    offset: Annotated[float | None, Meta(description="Where an excerpt begins in the track, in seconds.")]
    recordings: Annotated[tuple[NamedRecording, ...], Meta(description="Most sources first.")]
    user_metadata: Annotated[tuple[SaidByUsers, ...] | UnsetType, Meta(description="Most submitted first.")] = UNSET


class Identified(Wire, frozen=True, gc=False):
    """What a sound is, best score first; empty where nothing sounds like it."""

    results: tuple[IdentifiedTrack, ...]
    duration: Annotated[int, Meta(description="The duration in seconds that was looked up; 0 is any.")]
    fingerprint: Annotated[
        str | UnsetType, Meta(description="Of a file: its fingerprint, to be looked up or submitted again.")
    ] = UNSET
    releases: Annotated[tuple[NamedRelease, ...] | UnsetType, Meta(description="By earliest date, each once.")] = UNSET
    release_groups: Annotated[tuple[NamedReleaseGroup, ...] | UnsetType, Meta(description="By MBID, each once.")] = (
        UNSET
    )
