"""AcoustID's data as it is published: rows by the day, in seven streams, for loading and for writing them out.

Times are unix milliseconds, UTC. A row's **stamp** is when it was last changed: of two rows of one id the later counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from linernotes.domain.identification import UserMetadata

DAY = 86_400_000
"""Milliseconds of a day."""


class Stream(StrEnum):
    """The kinds of rows by the names that files have, those first that others refer to."""

    TRACK = "track-update"
    META = "meta-update"
    FINGERPRINT = "fingerprint-update"
    TRACK_FINGERPRINT = "track_fingerprint-update"
    TRACK_MBID = "track_mbid-update"
    TRACK_PUID = "track_puid-update"
    TRACK_META = "track_meta-update"


class TrackRow(msgspec.Struct, frozen=True, gc=False):
    """A track. ``merged_into`` is the track whose fingerprints and links its own have become."""

    id: int
    gid: str
    merged_into: int | None
    created: int
    updated: int | None = None


class MetaRow(msgspec.Struct, frozen=True, gc=False):
    """What tags say. Such rows never change."""

    id: int
    said: UserMetadata
    created: int


class FingerprintRow(msgspec.Struct, frozen=True, gc=False):
    """The packed words of a fingerprint, and the duration in seconds of the file they were taken from."""

    id: int
    packed: bytes
    duration: int
    created: int


class PlaceRow(msgspec.Struct, frozen=True, gc=False):
    """Which track a fingerprint belongs to, and how many submissions had it; ``id`` is the fingerprint's."""

    id: int
    track: int
    sources: int
    created: int
    updated: int | None = None


class LinkRow(msgspec.Struct, frozen=True, gc=False):
    """A track's link to a recording (MBID), a PUID or a row of metadata (its id), as the stream says."""

    id: int
    track: int
    target: str | int
    sources: int
    disabled: bool
    created: int
    updated: int | None = None


PublicRow: TypeAlias = TrackRow | MetaRow | FingerprintRow | PlaceRow | LinkRow
"""`TrackRow`, `MetaRow`, `FingerprintRow`, `PlaceRow` in the streams of these names, `LinkRow` in the last three."""


class FileMark(msgspec.Struct, frozen=True):
    """How far a file is loaded: ``lines`` of it, of which ``bad`` were passed over; all of it once it has a digest.

    A file is known by its name and size in bytes, and is taken for the same while ``modified`` (unix nanoseconds) or
    the digest of its bytes says so.
    """

    name: str
    size: int
    modified: int
    lines: int = 0
    bad: int = 0
    digest: str = ""


class Loaded(msgspec.Struct, frozen=True):
    """What became of rows: how many were taken in, and how many were older than what is here."""

    taken: int = 0
    older: int = 0


class Span(msgspec.Struct, frozen=True):
    """Rows that were created or last updated from a day to another (inclusive, since 1970), of ids from ``lowest``."""

    first: int
    last: int
    lowest: int = 1


class PublicReading(Protocol):
    """Reading rows. A row counts for the day of its creation and, if that is another, for that of its last update."""

    def count(self, stream: Stream, span: Span) -> int:
        """Return how many rows `days` yields."""
        ...

    def days(self, stream: Stream, span: Span) -> Iterator[tuple[int, PublicRow]]:
        """Yield rows with each of their days within the span, by day, then by id."""
        ...


class PublicData(Protocol):
    """Loading and reading rows. An acknowledged load survives a crash; methods may be called from several threads."""

    def mark(self, name: str, size: int) -> FileMark | None:
        """Return how far the file of this name and size is loaded, None where it was never begun."""
        ...

    def load(self, stream: Stream, rows: Sequence[PublicRow], mark: FileMark, *, own: bool = False) -> Loaded:
        """Take in rows of a stream and the mark, both or neither; no other writer of tracks is under way meanwhile.

        By id the later stamp wins, of equal ones the last. References may lead nowhere yet. Another row that links the
        same track to the same target gives way, one made here or AcoustID's under an older id. Each fingerprint whose
        words are new or others gets a line in the change log.

        Of rows that AcoustID numbered, its stamps alone are compared, and sources that were counted here are added to
        its own. With ``own`` the rows are from an export of this server: their stamps and counts have those made here.
        """
        ...

    def reading(self) -> AbstractContextManager[PublicReading]:
        """Read everything as it is at one moment."""
        ...
