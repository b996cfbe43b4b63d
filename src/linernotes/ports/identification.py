"""Keeping what identification knows: tracks with their fingerprints and links, submissions, clients, counts.

An acknowledged write survives a crash. All methods may be called from several threads; what is ``remote`` waits for
another program and is not called on the event loop. Batches come back in the order asked, by a bounded number of reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from linernotes.domain.identification import (
    Account,
    AgentCount,
    Application,
    DayCount,
    FingerprintChange,
    LookupCount,
    NewSubmission,
    RecordingLink,
    StoredFingerprint,
    Submission,
    SubmissionStatus,
    TrackLink,
    TrackRef,
    UserMetadata,
)
from linernotes.domain.ids import MBID


class Tracks(Protocol):
    """Reading tracks."""

    @property
    def remote(self) -> bool:
        """Whether a read waits for another program."""
        ...

    def fingerprints(self, ids: Sequence[int], *, shortest: int = 0, longest: int = 1 << 31) -> list[StoredFingerprint]:
        """Return those that have a track, words, and a duration within bounds (inclusive), by id."""
        ...

    def fingerprints_of(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[StoredFingerprint, ...]]:
        """Return at most ``limit`` of each track: the most submitted ones, of equal ones the lowest ids; by id."""
        ...

    def durations(self, tracks: Sequence[int]) -> list[tuple[int, int] | None]:
        """Return the shortest and longest duration of each track's fingerprints that have words; None without any."""
        ...

    def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        """Return tracks by UUID (any case); one that was merged gives the track at the end of its redirects."""
        ...

    def links(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[RecordingLink, ...]]:
        """Return at most ``limit`` of each track's links to recordings, by MBID.

        Those that are not disabled go first, then those of most sources, then the lowest MBIDs.
        """
        ...

    def tracks_with(self, recordings: Sequence[MBID], *, limit: int = 1 << 62) -> list[tuple[TrackLink, ...]]:
        """Return at most ``limit`` of the tracks that are linked to each recording, by track number.

        Those whose link is not disabled go first, then the lowest numbers.
        """
        ...

    def metadata(self, tracks: Sequence[int], *, limit: int) -> list[tuple[UserMetadata, ...]]:
        """Return at most ``limit`` of what users said of each track, most submitted first, then lowest number."""
        ...


class ImportWork(Tracks, Protocol):
    """One transaction that imports submissions; no other is under way anywhere. Reads see what it has written."""

    def pending(self, *, limit: int, first: int = 0, last: int = 1 << 62) -> list[Submission]:
        """At most ``limit`` submissions that wait, by id, whose ids are within bounds (inclusive); damaged ones too."""
        ...

    def apart(self) -> AbstractContextManager[None]:
        """Undo what was written within when it raises; the rest of the work goes on."""
        ...

    def new_track(self, *, now: int) -> TrackRef:
        """Make a track with a random UUID."""
        ...

    def new_fingerprint(self, submission: Submission, track: int, *, now: int) -> int:
        """Give a track a submission's fingerprint, with a count of 1 and a line in the change log; return its id."""
        ...

    def count_fingerprint(self, fingerprint: int, *, now: int) -> None:
        """Count a fingerprint once more."""
        ...

    def link(self, submission: Submission, track: int, *, now: int) -> None:
        """Link a track to all that a submission says (recording, PUID, metadata, foreign id), or count once more.

        A link that is disabled is counted and stays disabled.
        """
        ...

    def imported(self, submission: Submission, *, fingerprint: int, track: int, now: int) -> None:
        """Say what became of a submission, with the source (account, application, version) that it came from."""
        ...

    def rejected(self, submission: Submission, *, reason: str, now: int) -> None:
        """Say that a submission can never be imported, and why."""
        ...

    def failed(self, submission: Submission, *, reason: str) -> None:
        """Count a failed attempt with its reason; the submission goes on waiting."""
        ...


class Submissions(Protocol):
    """What was submitted."""

    def add(self, said: Sequence[NewSubmission], *, now: int) -> list[SubmissionStatus]:
        """Keep submissions, all or none; what the same account said before (``digest``) gives that one's status."""
        ...

    def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        """Return what became of submissions, None for an unknown id. A merged track's successor is named."""
        ...

    def oldest_pending(self, *, before: int, attempts: int = 1) -> int | None:
        """Return the lowest id of those that wait, failed fewer times, and are from before then (unix ms), or None."""
        ...

    def waiting(self) -> int:
        """Return how many wait."""
        ...

    def work(self) -> AbstractContextManager[ImportWork]:
        """Import: commits at the end, undoes everything when it is left by an exception, waits for another's end."""
        ...


class ChangeLog(Protocol):
    """Which fingerprints an index has to know, in an order in which no line appears before a lower one is seen."""

    def source(self) -> str:
        """Return a name that this database alone has, made with it."""
        ...

    def last(self) -> int:
        """Return the number of the newest line, 0 without one."""
        ...

    def mark(self, line: int) -> int | None:
        """Return the mark of a line, None where there is no such line."""
        ...

    def changes(self, after: int, *, limit: int) -> list[FingerprintChange]:
        """At most ``limit`` lines above ``after``, ascending, with each fingerprint's words as they are now."""
        ...


class Clients(Protocol):
    """Applications and accounts. Keys are known by ``key_digest`` alone."""

    def application(self, digest: bytes) -> Application | None:
        """Return the application with this key, active or not."""
        ...

    def applications(self) -> list[Application]:
        """All applications, by id."""
        ...

    def add_application(self, new: Application, digest: bytes) -> Application:
        """Keep an application under the next id (``new.id`` is not looked at). ``Conflict`` for a key that is there."""
        ...

    def set_active(self, application: int, *, active: bool, account: int | None = None) -> bool:
        """Switch an application (of that account, if one is given) on or off; False where there is none."""
        ...

    def set_application_key(self, application: int, digest: bytes) -> bool:
        """Give an application another key; False where there is none."""
        ...

    def account(self, digest: bytes) -> Account | None:
        """Return the account with this key."""
        ...

    def account_of(self, user: str) -> Account | None:
        """Return the account of a MusicBrainz user, whatever the case of the name."""
        ...

    def accounts(self) -> list[Account]:
        """All accounts, by id."""
        ...

    def add_account(self, new: Account, digest: bytes) -> Account:
        """Keep an account under the next id (``new.id`` is not looked at). ``Conflict`` for a key or user there is."""
        ...

    def set_account_key(self, account: int, digest: bytes) -> bool:
        """Give an account another key; False where there is none."""
        ...


class Counts(Protocol):
    """Statistics."""

    def add_lookups(self, counts: Iterable[LookupCount]) -> None:
        """Add to what is counted; an application that is not known is left out."""
        ...

    def add_agents(self, counts: Iterable[AgentCount]) -> None:
        """Add to what is counted; an application that is not known is left out."""
        ...

    def lookups(self, applications: Sequence[int], *, first: str, last: str) -> list[DayCount]:
        """Return the sums of each day that has any, from first to last (ISO dates, inclusive), ascending."""
        ...

    def totals(self) -> Mapping[str, int]:
        """How much there is, by name: track, fingerprint, track_mbid, submission, submission_waiting, and so on."""
        ...
