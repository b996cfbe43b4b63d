"""One transaction that imports submissions. Whoever writes tracks has its turn, so that there is one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from linernotes.domain.identification import NewSubmission, Submission, SubmissionState, TrackRef, UserMetadata
from linernotes.stores.sql.identification.sessions import Session
from linernotes.stores.sql.identification.tracks import SqlTracks
from linernotes.stores.sql.identification.values import (
    HIGHEST,
    LONGEST_REASON,
    SAID,
    check_uuid,
    clean,
    said_in,
    uuid_text,
    within,
)

PENDING = (
    f"SELECT id, created, attempts, {SAID} FROM acoustid_submission"
    " WHERE state = 'pending' AND id BETWEEN ? AND ? ORDER BY id LIMIT ?"
)
NEW_TRACK = "INSERT INTO acoustid_track (gid, created) VALUES (?, ?) RETURNING id"
NEW_FINGERPRINT = (
    "INSERT INTO acoustid_fingerprint (track, duration, submission_count, bitrate, format, created, words)"
    " VALUES (?, ?, 1, ?, ?, ?, ?) RETURNING id"
)
CHANGED = "INSERT INTO acoustid_fingerprint_change (fingerprint) VALUES (?)"
COUNT_FINGERPRINT = "UPDATE acoustid_fingerprint SET submission_count = submission_count + 1, updated = ? WHERE id = ?"
LINK = (
    "INSERT INTO acoustid_{name} AS link (track, value, submission_count, disabled, created)"
    " VALUES (?, ?, 1, FALSE, ?) ON CONFLICT (track, value) DO UPDATE"
    " SET submission_count = link.submission_count + 1, updated = ?"
)
LINK_MBID, LINK_PUID, LINK_META, LINK_FOREIGN_ID = (
    LINK.format(name=name) for name in ("track_mbid", "track_puid", "track_meta", "track_foreignid")
)
META = "SELECT id FROM acoustid_meta WHERE gid = ?"
NEW_META = (
    "INSERT INTO acoustid_meta (gid, track, artist, album, album_artist, track_no, disc_no, year, created)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
FOREIGN_ID = "SELECT id FROM acoustid_foreignid WHERE vendor = ? AND name = ?"
NEW_FOREIGN_ID = "INSERT INTO acoustid_foreignid (vendor, name) VALUES (?, ?) RETURNING id"
SOURCE = "SELECT id FROM acoustid_source WHERE account = ? AND application = ? AND version = ?"
NEW_SOURCE = "INSERT INTO acoustid_source (account, application, version) VALUES (?, ?, ?) RETURNING id"
IMPORTED = (
    f"UPDATE acoustid_submission SET state = '{SubmissionState.IMPORTED}', reason = '',"
    " source = ?, fingerprint = ?, track = ?, handled_at = ? WHERE id = ?"
)
REJECTED = (
    f"UPDATE acoustid_submission SET state = '{SubmissionState.REJECTED}', reason = ?, handled_at = ? WHERE id = ?"
)
FAILED = "UPDATE acoustid_submission SET attempts = attempts + 1, reason = ? WHERE id = ?"


class SqlImportWork(SqlTracks):
    """The work of one import, in somebody's transaction. For one thread."""

    def __init__(self, *, session: Session, remote: bool) -> None:
        """Work in a session that has its turn."""
        super().__init__(read=lambda ask: ask(session), remote=remote)
        self._session = session

    def pending(self, *, limit: int, first: int = 0, last: int = HIGHEST) -> list[Submission]:
        bounds = within(first), within(last, -1), within(limit)
        found = []
        for id_, created, attempts, *row in self._session.ask(PENDING, bounds):
            said, fault = said_in(row)
            found.append(Submission(id=id_, created_at=created, attempts=attempts, said=said, fault=fault))
        return found

    @contextmanager
    def apart(self) -> Iterator[None]:
        self._session.tell("SAVEPOINT apart")
        try:
            yield
        except BaseException:
            self._session.tell("ROLLBACK TO SAVEPOINT apart")
            self._session.tell("RELEASE SAVEPOINT apart")
            raise
        self._session.tell("RELEASE SAVEPOINT apart")

    def new_track(self, *, now: int) -> TrackRef:
        gid = uuid4().bytes
        return TrackRef(self._number(NEW_TRACK, gid, now), uuid_text(gid))

    def new_fingerprint(self, submission: Submission, track: int, *, now: int) -> int:
        said = submission.said
        id_ = self._number(NEW_FINGERPRINT, track, said.duration, said.bitrate, said.file_format, now, said.packed)
        self._session.tell(CHANGED, (id_,))
        return id_

    def count_fingerprint(self, fingerprint: int, *, now: int) -> None:
        self._session.tell(COUNT_FINGERPRINT, (now, fingerprint))

    def link(self, submission: Submission, track: int, *, now: int) -> None:
        said, tell = submission.said, self._session.tell
        if said.mbid is not None:
            tell(LINK_MBID, (track, check_uuid(said.mbid), now, now))
        if said.puid is not None:
            tell(LINK_PUID, (track, check_uuid(said.puid), now, now))
        if said.metadata:
            tell(LINK_META, (track, self._meta(said.metadata, now), now, now))
        if said.foreign_id:
            tell(LINK_FOREIGN_ID, (track, self._foreign_id(said.foreign_id), now, now))

    def imported(self, submission: Submission, *, fingerprint: int, track: int, now: int) -> None:
        source = self._source(submission.said)
        self._session.tell(IMPORTED, (source, fingerprint, track, now, submission.id))

    def rejected(self, submission: Submission, *, reason: str, now: int) -> None:
        self._session.tell(REJECTED, (clean(reason, LONGEST_REASON), now, submission.id))

    def failed(self, submission: Submission, *, reason: str) -> None:
        self._session.tell(FAILED, (clean(reason, LONGEST_REASON), submission.id))

    def _meta(self, said: UserMetadata, now: int) -> int:
        gid = said.gid.bytes
        words = said.track, said.artist, said.album, said.album_artist, said.track_no, said.disc_no, said.year
        return self._known(META, gid) or self._number(NEW_META, gid, *words, now)

    def _foreign_id(self, text: str) -> int:
        vendor, _, name = text.partition(":")
        return self._known(FOREIGN_ID, vendor, name) or self._number(NEW_FOREIGN_ID, vendor, name)

    def _source(self, said: NewSubmission) -> int:
        who = said.account, said.application, said.application_version
        return self._known(SOURCE, *who) or self._number(NEW_SOURCE, *who)

    def _known(self, text: str, *values: object) -> int | None:
        rows = self._session.ask(text, values)
        return rows[0][0] if rows else None

    def _number(self, text: str, *values: object) -> int:
        return int(self._session.ask(text, values)[0][0])
