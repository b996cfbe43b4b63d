"""One import in memory, on a copy of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import randbits
from uuid import uuid4

from msgspec.structs import replace

from linernotes.domain.identification import (
    FIRST_LOCAL_ID,
    RecordingLink,
    Submission,
    SubmissionState,
    TrackRef,
    UserMetadata,
)
from linernotes.stores.memory.identification.checks import clean_reason
from linernotes.stores.memory.identification.data import Data, Fingerprint, Kept, Track, next_number
from linernotes.stores.memory.identification.tracks import MemoryTracks


class MemoryImportWork(MemoryTracks):
    """Changes data that nobody else sees yet."""

    def __init__(self, *, data: Data) -> None:
        """Work on these."""
        super().__init__(look=lambda: data)
        self._data = data

    def pending(self, *, limit: int, first: int = 0, last: int = 1 << 62) -> list[Submission]:
        found = [
            Submission(id=id_, said=one.said, created_at=one.created_at, attempts=one.attempts)
            for id_, one in sorted(self._data.submissions.items())
            if one.state is SubmissionState.PENDING and first <= id_ <= last
        ]
        return found[: max(limit, 0)]

    @contextmanager
    def apart(self) -> Iterator[None]:
        before = self._data.copy()
        try:
            yield
        except BaseException:
            self._data.become(before)
            raise

    def new_track(self, *, now: int) -> TrackRef:
        del now
        id_, gid = next_number(self._data.tracks, FIRST_LOCAL_ID), str(uuid4())
        self._data.tracks[id_] = Track(gid=gid)
        return TrackRef(id_, gid)

    def new_fingerprint(self, submission: Submission, track: int, *, now: int) -> int:
        del now
        id_ = next_number(self._data.fingerprints, FIRST_LOCAL_ID)
        said = submission.said
        self._data.fingerprints[id_] = Fingerprint(track=track, duration=said.duration, packed=said.packed)
        line = next_number(self._data.changes)
        self._data.changes[line] = id_
        self._data.marks[line] = randbits(62)
        return id_

    def count_fingerprint(self, fingerprint: int, *, now: int) -> None:
        del now
        one = self._data.fingerprints.get(fingerprint)
        if one is not None:
            self._data.fingerprints[fingerprint] = replace(one, count=one.count + 1)

    def link(self, submission: Submission, track: int, *, now: int) -> None:
        del now
        said, data = submission.said, self._data
        if said.mbid is not None:
            link = data.recordings.get((track, said.mbid), RecordingLink(said.mbid, 0))
            data.recordings[track, said.mbid] = replace(link, sources=link.sources + 1)
        if said.puid is not None:
            data.puids[track, said.puid] = data.puids.get((track, said.puid), 0) + 1
        if said.foreign_id:
            data.foreign_ids[track, said.foreign_id] = data.foreign_ids.get((track, said.foreign_id), 0) + 1
        if said.metadata:
            meta = self._number(said.metadata)
            data.said_of[track, meta] = data.said_of.get((track, meta), 0) + 1

    def imported(self, submission: Submission, *, fingerprint: int, track: int, now: int) -> None:
        del now
        said = submission.said
        self._data.sources[said.account, said.application, said.application_version] = None
        became = {"state": SubmissionState.IMPORTED, "reason": "", "fingerprint": fingerprint, "track": track}
        self._change(submission, lambda one: replace(one, **became))

    def rejected(self, submission: Submission, *, reason: str, now: int) -> None:
        del now
        kept = clean_reason(reason)
        self._change(submission, lambda one: replace(one, state=SubmissionState.REJECTED, reason=kept))

    def failed(self, submission: Submission, *, reason: str) -> None:
        kept = clean_reason(reason)
        self._change(submission, lambda one: replace(one, attempts=one.attempts + 1, reason=kept))

    def _change(self, submission: Submission, change: Callable[[Kept], Kept]) -> None:
        if submission.id in self._data.submissions:
            self._data.submissions[submission.id] = change(self._data.submissions[submission.id])

    def _number(self, said: UserMetadata) -> int:
        for number, known in self._data.metadata.items():
            if known == said:
                return number
        number = next_number(self._data.metadata, FIRST_LOCAL_ID)
        self._data.metadata[number] = said
        return number
