"""What was submitted, kept for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from linernotes.domain.identification import NewSubmission, SubmissionState, SubmissionStatus
from linernotes.stores.sql.identification.sessions import Session, Sessions, Turn
from linernotes.stores.sql.identification.tracks import BY_ID, ends
from linernotes.stores.sql.identification.values import SAID, countable, submission_row, within
from linernotes.stores.sql.identification.work import SqlImportWork

KNOWN = "SELECT account, digest, id FROM acoustid_submission WHERE digest {among}"
ADD = (
    f"INSERT INTO acoustid_submission ({SAID}, digest, state, attempts, reason, created)"
    f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{SubmissionState.PENDING}', 0, '', ?) RETURNING id"
)
COUNT = "UPDATE acoustid_account SET submission_count = submission_count + ? WHERE id = ?"
STATUSES = "SELECT id, state, reason, track FROM acoustid_submission WHERE id {among}"
OLDEST = (
    "SELECT id FROM acoustid_submission WHERE state = 'pending' AND attempts < ? AND created < ? ORDER BY id LIMIT 1"
)
WAITING = "SELECT count(*) FROM acoustid_submission WHERE state = 'pending'"
Said = tuple[int, bytes]
"""Who, and the digest of what."""


class SqlSubmissions:
    """Submissions. May be used from several threads."""

    def __init__(self, *, sessions: Sessions) -> None:
        """Keep them in this database."""
        self._sessions = sessions

    def add(self, said: Sequence[NewSubmission], *, now: int) -> list[SubmissionStatus]:
        if not said:
            return []
        said_rows = [submission_row(one) for one in said]  # first: what cannot be kept may have no digest
        asked = [(one.account, one.digest) for one in said]
        rows: dict[Said, tuple[object, ...]] = {}
        for each, row in zip(asked, said_rows, strict=True):
            rows.setdefault(each, (*row, each[1], now))  # what is said twice at once is the first one's
        with self._sessions.writing(Turn.SUBMIT) as session:
            known = _known(session, rows)
            new = [each for each in rows if each not in known]
            old = _statuses(session, list(known.values()))
            ids = session.insert_all(ADD, [rows[each] for each in new])
            _count(session, [account for account, _ in new])
        found = {each: old[id_] for each, id_ in known.items()}
        found |= {each: SubmissionStatus(id_, SubmissionState.PENDING) for each, id_ in zip(new, ids, strict=True)}
        return [found[each] for each in asked]

    def statuses(self, ids: Sequence[int]) -> list[SubmissionStatus | None]:
        wanted = countable(ids)
        found = self._sessions.read(lambda session: _statuses(session, wanted))
        return [found.get(id_) for id_ in ids]

    def oldest_pending(self, *, before: int, attempts: int = 1) -> int | None:
        rows = self._sessions.read(lambda session: session.ask(OLDEST, (attempts, within(before))))
        return rows[0][0] if rows else None

    def waiting(self) -> int:
        return int(self._sessions.read(lambda session: session.ask(WAITING))[0][0])

    @contextmanager
    def work(self) -> Iterator[SqlImportWork]:
        """On SQLite it has the only write lock: whatever else this thread writes meanwhile would wait for itself."""
        with self._sessions.writing(Turn.IMPORT) as session:
            yield SqlImportWork(session=session, remote=self._sessions.remote)


def _known(session: Session, said: Mapping[Said, object]) -> dict[Said, int]:
    rows = session.ask_among(KNOWN, [digest for _, digest in said])
    return {(account, digest): id_ for account, digest, id_ in rows if (account, digest) in said}


def _statuses(session: Session, ids: Sequence[int]) -> dict[int, SubmissionStatus]:
    rows = session.ask_among(STATUSES, ids)
    tracks = ends(session, BY_ID, list({track for *_, track in rows if track is not None}))
    found = {}
    for id_, state, reason, track in rows:
        end = tracks.get(track)
        found[id_] = SubmissionStatus(id_, SubmissionState(state), end.gid if end else None, reason)
    return found


def _count(session: Session, accounts: Sequence[int]) -> None:
    for account in sorted(set(accounts)):
        session.tell(COUNT, (accounts.count(account), account))
