"""What is kept, in dictionaries of frozen values. A writer changes a copy, so that readers see all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import uuid4

import msgspec

from linernotes.domain.identification import (
    Account,
    Application,
    NewSubmission,
    RecordingLink,
    SubmissionState,
    UserMetadata,
)
from linernotes.domain.ids import MBID


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A track; ``successor`` is the one that it was merged into."""

    gid: str
    successor: int | None = None


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """A fingerprint of a track; public data may lack all but its number."""

    track: int | None
    duration: int | None
    packed: bytes | None
    count: int = 1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A submission, and what became of it."""

    said: NewSubmission
    digest: bytes
    created_at: int
    state: SubmissionState = SubmissionState.PENDING
    attempts: int = 0
    reason: str = ""
    fingerprint: int | None = None
    track: int | None = None


class Data(msgspec.Struct, kw_only=True):
    """Everything, by number or by what may be there once. Values are never changed, only replaced."""

    tracks: dict[int, Track] = {}
    fingerprints: dict[int, Fingerprint] = {}
    changes: dict[int, int] = {}
    marks: dict[int, int] = {}
    """The fingerprint of each line."""
    recordings: dict[tuple[int, MBID], RecordingLink] = {}
    """Links by track and MBID."""
    puids: dict[tuple[int, str], int] = {}
    """Counts, by track and PUID."""
    foreign_ids: dict[tuple[int, str], int] = {}
    said_of: dict[tuple[int, int], int] = {}
    """Counts, by track and number of metadata."""
    metadata: dict[int, UserMetadata] = {}
    submissions: dict[int, Kept] = {}
    sources: dict[tuple[int, int, str], None] = {}
    applications: dict[int, tuple[bytes, Application]] = {}
    """Each with its key's digest."""
    accounts: dict[int, tuple[bytes, Account]] = {}
    lookups: dict[tuple[int, str, int], tuple[int, int]] = {}
    """Hits and misses by application, date and hour."""
    agents: dict[tuple[int, str, str, str], int] = {}

    def copy(self) -> Data:
        """Return another one that holds the same."""
        return Data(**{name: dict(getattr(self, name)) for name in self.__struct_fields__})

    def become(self, other: Data) -> None:
        """Hold what another one holds."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))


class Keeper:
    """Holds the data; one writer at a time."""

    def __init__(self) -> None:
        """Begin empty, under a name of its own."""
        self.name = str(uuid4())
        self.data = Data()
        self._lock = Lock()

    @contextmanager
    def writing(self) -> Iterator[Data]:
        """Give a copy to be changed, which is what is kept at the end; when it raises, nothing has happened."""
        with self._lock:
            data = self.data.copy()
            yield data
            self.data = data


def next_number(used: Iterable[int], first: int = 1) -> int:
    """Return the number after the highest one, the first one at least."""
    return max(used, default=first - 1) + 1
