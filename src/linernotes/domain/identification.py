"""What identifying music is about, in AcoustID's terms: tracks, fingerprints, links, submissions, who sends them.

A **track** here is AcoustID's: fingerprints that sound the same, under a UUID of its own (``gid``), linked to
recordings of MusicBrainz. A fingerprint's words are kept **packed** (`fingerprint.packed`). Times are unix
milliseconds, UTC; durations are whole seconds.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec

from linernotes.domain.ids import MBID

FIRST_LOCAL_ID = 1_000_000_000
"""Tracks, fingerprints, links and metadata made here are numbered from this on; AcoustID's own numbers are below it."""

_METADATA_NAMESPACE = UUID("3b3bd228-5d2c-11ea-b498-60f67731bf41")  # AcoustID's own


class UserMetadata(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What somebody's tags say of a file; the empty text and None are "does not say"."""

    track: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    track_no: int | None = None
    disc_no: int | None = None
    year: int | None = None

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return self != NO_METADATA

    @property
    def gid(self) -> UUID:
        """The UUID (version 5) that AcoustID gives to these very words: of what is said, as JSON in this order."""
        said = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) not in ("", None)}
        return uuid5(_METADATA_NAMESPACE, msgspec.json.encode(said).decode())


NO_METADATA = UserMetadata()


class TrackRef(msgspec.Struct, frozen=True, gc=False):
    """A track by its number here and its UUID."""

    id: int
    gid: str


class StoredFingerprint(msgspec.Struct, frozen=True, gc=False):
    """A fingerprint of a track: its packed words and the duration in seconds of the file it was taken from."""

    id: int
    track: TrackRef
    duration: int
    packed: bytes


class RecordingLink(msgspec.Struct, frozen=True, gc=False):
    """A track's link to a recording: how many submissions said so, and whether somebody switched it off."""

    mbid: MBID
    sources: int
    disabled: bool = False


class TrackLink(msgspec.Struct, frozen=True, gc=False):
    """A recording's link to a track."""

    gid: str
    disabled: bool = False


class NewSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody says what a fingerprint is: a recording, an old PUID, another service's id, or tags.

    ``duration`` is 1 to 32767, ``bitrate`` (kbit/s) 1 to 32767 or None; ``foreign_id`` is ``vendor:id``.
    """

    account: int
    application: int
    application_version: str = ""
    packed: bytes
    duration: int
    bitrate: int | None = None
    file_format: str = ""
    mbid: MBID | None = None
    puid: str | None = None
    foreign_id: str = ""
    metadata: UserMetadata = NO_METADATA

    @property
    def digest(self) -> bytes:
        """What makes two submissions of one account the same: all that they say of the music, 32 bytes."""
        return sha256(
            msgspec.msgpack.encode((self.packed, self.duration, self.mbid, self.puid, self.foreign_id, self.metadata))
        ).digest()


class SubmissionState(StrEnum):
    """Where a submission is in its life."""

    PENDING = "pending"
    IMPORTED = "imported"
    REJECTED = "rejected"
    """It can never be imported; the reason is kept."""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission as it is kept. ``attempts`` counts how often its import failed.

    ``fault`` says what of it cannot be read any more, and is then missing in ``said``.
    """

    id: int
    said: NewSubmission
    created_at: int
    state: SubmissionState = SubmissionState.PENDING
    attempts: int = 0
    fault: str = ""


class SubmissionStatus(msgspec.Struct, frozen=True, gc=False):
    """What became of a submission: the track, once it is imported; the reason, where it was rejected or failed."""

    id: int
    state: SubmissionState
    gid: str | None = None
    reason: str = ""


class FingerprintChange(msgspec.Struct, frozen=True, gc=False):
    """A line of the change log, by its number: this fingerprint has these packed words from now on (None: is gone).

    ``mark`` was drawn by chance when the line was written: of two databases with one past, their later lines differ.
    """

    id: int
    fingerprint: int
    packed: bytes | None
    mark: int = 0


class Application(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A program that asks, by its key. ``account`` made it; None for those that every server knows."""

    id: int
    name: str
    version: str = ""
    account: int | None = None
    active: bool = True
    email: str = ""
    website: str = ""
    created_at: int = 0


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody who submits, by a key. ``user`` is the name at MusicBrainz."""

    id: int
    name: str
    user: str | None = None
    anonymous: bool = False
    application: int | None = None
    application_version: str = ""
    address: str = ""
    submissions: int = 0
    created_at: int = 0


class LookupCount(msgspec.Struct, frozen=True, gc=False):
    """Look-ups of an application in one hour; ``date`` is ISO 8601, UTC."""

    application: int
    date: str
    hour: int
    hits: int = 0
    misses: int = 0


class AgentCount(msgspec.Struct, frozen=True, gc=False):
    """Look-ups of an application on one day by user agent and address."""

    application: int
    date: str
    user_agent: str
    address: str
    count: int


class DayCount(msgspec.Struct, frozen=True, gc=False):
    """Look-ups of one day."""

    date: str
    hits: int
    misses: int


def key_digest(key: str) -> bytes:
    """Return what is kept of a key and looked up by, its SHA-256: nothing is compared character by character."""
    return sha256(key.encode(errors="surrogatepass")).digest()
