"""What is asked of identification, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from linernotes.domain.entities import Recording, Release, ReleaseGroup
from linernotes.domain.identification import TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.values import Words

TOLERANCE = 7
"""Seconds by which durations may differ, AcoustID's number."""


class Query(msgspec.Struct, frozen=True, eq=False):
    """A fingerprint to be named and the duration of its file in seconds; ``tolerance`` is in seconds, either way.

    A ``clip`` may be from anywhere in a track, and its duration does not matter.
    """

    words: Words
    duration: int
    tolerance: int = TOLERANCE
    clip: bool = False


class Match(msgspec.Struct, frozen=True):
    """A track that sounds like what was asked, by its best fingerprint; ``score`` is 0 to 1.

    ``offset`` is where a clip begins in the track, in seconds; ``duration`` is the track's, in seconds.
    """

    track: TrackRef
    score: float
    fingerprint: int = 0
    duration: int = 0
    offset: float | None = None


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of tracks beside their ids. Release groups and releases are those of their recordings."""

    recordings: bool = False
    releases: bool = False
    release_groups: bool = False
    user_metadata: bool = False


class LinkedRecording(msgspec.Struct, frozen=True):
    """A recording of a track, by the MBID it has now, with the sum of its links' sources; None is not known here."""

    mbid: MBID
    sources: int
    recording: Recording | None = None


class Description(msgspec.Struct, frozen=True):
    """What is known of all tracks of a request.

    ``links`` by track number, each ascending by MBID, disabled ones left out. ``releases`` and ``release_groups`` hold
    those that `Recording.releases` leads to, as far as `Detail` asks. ``metadata`` (by track number, most submitted
    first) is there only if it was asked for and nothing of MusicBrainz was found for any track.
    """

    links: Mapping[int, tuple[LinkedRecording, ...]] = {}
    releases: Mapping[MBID, Release] = {}
    release_groups: Mapping[MBID, ReleaseGroup] = {}
    metadata: Mapping[int, tuple[UserMetadata, ...]] = {}
