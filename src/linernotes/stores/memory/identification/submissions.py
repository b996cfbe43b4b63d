"""Submissions in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from linernotes.domain.identification import NewSubmission, SubmissionState, SubmissionStatus
from linernotes.domain.ids import MBID
from linernotes.stores.memory.identification.checks import check_submission
from linernotes.stores.memory.identification.data import Data, Keeper, Kept, next_number
from linernotes.stores.memory.identification.tracks import end
from linernotes.stores.memory.identification.work import MemoryImportWork


class MemorySubmissions:
    """What was submitted, by number."""

    def __init__(self, *, keeper: Keeper) -> None:
        """Keep it there."""
        self._keeper = keeper

    def add(self, said: Sequence[NewSubmission], *, now: int) -> list[SubmissionStatus]:
        for one in said:
            check_submission(one)
        with self._keeper.writing() as data:
            return [_status(data, _keep(data, _lower(one), one.digest, now)) for one in said]

    def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        data = self._keeper.data
        return [_status(data, id_) if id_ in data.submissions else None for id_ in ids]

    def oldest_pending(self, *, before: int, attempts: int = 1) -> int | None:
        untried = [
            id_
            for id_, one in self._keeper.data.submissions.items()
            if one.state is SubmissionState.PENDING and one.attempts < attempts and one.created_at < before
        ]
        return min(untried, default=None)

    def waiting(self) -> int:
        return sum(one.state is SubmissionState.PENDING for one in self._keeper.data.submissions.values())

    @contextmanager
    def work(self) -> Iterator[MemoryImportWork]:
        with self._keeper.writing() as data:
            yield MemoryImportWork(data=data)


def _keep(data: Data, said: NewSubmission, digest: bytes, now: int) -> int:
    """Return the number of a submission, kept now or before."""
    for id_, one in data.submissions.items():
        if (one.said.account, one.digest) == (said.account, digest):
            return id_
    id_ = next_number(data.submissions)
    data.submissions[id_] = Kept(said=said, digest=digest, created_at=now)
    if said.account in data.accounts:
        key, account = data.accounts[said.account]
        data.accounts[said.account] = (key, replace(account, submissions=account.submissions + 1))
    return id_


def _lower(said: NewSubmission) -> NewSubmission:
    mbid, puid = said.mbid, said.puid
    return replace(said, mbid=mbid and MBID(mbid.lower()), puid=puid and puid.lower())


def _status(data: Data, id_: int) -> SubmissionStatus:
    one = data.submissions[id_]
    track = end(data, one.track)
    return SubmissionStatus(id_, one.state, track.gid if track else None, one.reason)
