"""Reading tracks: each method is one statement (lists of more than a few hundred values may take several)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from linernotes.domain.identification import RecordingLink, StoredFingerprint, TrackLink, TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.stores.sql.identification.sessions import Row, Session
from linernotes.stores.sql.identification.values import HIGHEST, countable, uuid_bytes, uuid_text, within

T = TypeVar("T")
LONGEST = 1 << 31
MOST_REDIRECTS = 32
"""A track that was merged more often than this is at the end; so is one in a circle."""
_FINGERPRINT = (
    "SELECT f.id, f.track, t.gid, f.duration, f.words"
    " FROM acoustid_fingerprint f CROSS JOIN acoustid_track t WHERE t.id = f.track AND f.words IS NOT NULL"
)
FINGERPRINTS = f"{_FINGERPRINT} AND f.id {{among}} AND f.duration BETWEEN ? AND ? ORDER BY f.id"
_ON_TRACK = "FROM acoustid_fingerprint WHERE track {among} AND words IS NOT NULL AND duration IS NOT NULL"
# What is not wanted is left out before its words are read: a track may be given thousands.
FINGERPRINTS_OF = (
    "SELECT f.id, f.track, t.gid, f.duration, f.words FROM (SELECT id, track,"
    " row_number() OVER (PARTITION BY track ORDER BY submission_count DESC, id) AS place"
    f" {_ON_TRACK}) chosen CROSS JOIN acoustid_fingerprint f CROSS JOIN acoustid_track t"
    " WHERE chosen.place <= ? AND f.id = chosen.id AND t.id = chosen.track"
)
DURATIONS = f"SELECT track, min(duration), max(duration) {_ON_TRACK} GROUP BY track"
LINKS = (
    "SELECT track, value, submission_count, disabled FROM (SELECT track, value, submission_count, disabled,"
    " row_number() OVER (PARTITION BY track ORDER BY disabled, submission_count DESC, value) AS place"
    " FROM acoustid_track_mbid WHERE track {among}) chosen WHERE place <= ?"
)
TRACKS_WITH = (
    "SELECT chosen.value, t.id, t.gid, chosen.disabled FROM (SELECT value, track, disabled,"
    " row_number() OVER (PARTITION BY value ORDER BY disabled, track) AS place"
    " FROM acoustid_track_mbid WHERE value {among}) chosen CROSS JOIN acoustid_track t"
    " WHERE chosen.place <= ? AND t.id = chosen.track"
)
# What is not wanted is left out before its words are looked up: some tracks have thousands.
METADATA = (
    "SELECT chosen.track, chosen.submission_count, chosen.value,"
    " m.track, m.artist, m.album, m.album_artist, m.track_no, m.disc_no, m.year"
    " FROM (SELECT track, submission_count, value,"
    " row_number() OVER (PARTITION BY track ORDER BY submission_count DESC, value) AS place"
    " FROM acoustid_track_meta WHERE track {among}) chosen CROSS JOIN acoustid_meta m"
    " WHERE m.id = chosen.value AND chosen.place <= ?"
)
_WALK = (
    "WITH RECURSIVE walk (asked, id, gid, new_id, steps) AS"
    " (SELECT {column}, id, gid, new_id, 0 FROM acoustid_track WHERE {column} {{among}} UNION ALL"
    " SELECT walk.asked, t.id, t.gid, t.new_id, walk.steps + 1 FROM walk JOIN acoustid_track t ON t.id = walk.new_id"
    f" WHERE walk.steps < {MOST_REDIRECTS}) SELECT asked, id, gid FROM walk ORDER BY steps"
)
BY_GID = _WALK.format(column="gid")
BY_ID = _WALK.format(column="id")


class Read(Protocol):
    """Runs a question on some session."""

    def __call__(self, ask: Callable[[Session], T]) -> T:
        """Return the answer."""
        ...


class SqlTracks:
    """Tracks, as they are in the database, or as a transaction sees them. May be used from several threads."""

    def __init__(self, *, read: Read, remote: bool) -> None:
        """Read by ``read``."""
        self._read = read
        self._remote = remote

    @property
    def remote(self) -> bool:
        return self._remote

    def fingerprints(self, ids: Sequence[int], *, shortest: int = 0, longest: int = LONGEST) -> list[StoredFingerprint]:
        wanted, bounds = countable(ids), (within(shortest, 0, LONGEST), within(longest, -1, LONGEST))
        rows = self._read(lambda session: session.ask_among(FINGERPRINTS, wanted, after=bounds))
        return _by_id(rows)

    def fingerprints_of(self, tracks: Sequence[int], *, limit: int = HIGHEST) -> list[tuple[StoredFingerprint, ...]]:
        wanted = countable(tracks) if limit > 0 else []
        rows = self._read(lambda session: session.ask_among(FINGERPRINTS_OF, wanted, after=(within(limit),)))
        found = defaultdict(list)
        for one in _by_id(rows):
            found[one.track.id].append(one)
        return [tuple(found.get(track, ())) for track in tracks]

    def durations(self, tracks: Sequence[int]) -> list[tuple[int, int] | None]:
        wanted = countable(tracks)
        rows = self._read(lambda session: session.ask_among(DURATIONS, wanted))
        found = {track: (shortest, longest) for track, shortest, longest in rows}
        return [found.get(track) for track in tracks]

    def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        asked = [uuid_bytes(gid) for gid in gids]
        known = [gid for gid in asked if gid is not None]
        found = self._read(lambda session: ends(session, BY_GID, known))
        return [None if gid is None else found.get(gid) for gid in asked]

    def links(self, tracks: Sequence[int], *, limit: int = HIGHEST) -> list[tuple[RecordingLink, ...]]:
        wanted = countable(tracks) if limit > 0 else []
        rows = self._read(lambda session: session.ask_among(LINKS, wanted, after=(within(limit),)))
        rows.sort()
        found = defaultdict(list)
        for track, mbid, count, disabled in rows:
            found[track].append(RecordingLink(uuid_text(mbid), count, bool(disabled)))
        return [tuple(found.get(track, ())) for track in tracks]

    def tracks_with(self, recordings: Sequence[MBID], *, limit: int = HIGHEST) -> list[tuple[TrackLink, ...]]:
        asked = [uuid_bytes(mbid) for mbid in recordings]
        known = [mbid for mbid in asked if mbid is not None] if limit > 0 else []
        rows = self._read(lambda session: session.ask_among(TRACKS_WITH, known, after=(within(limit),)))
        rows.sort()
        found = defaultdict(list)
        for mbid, _, gid, disabled in rows:
            found[mbid].append(TrackLink(uuid_text(gid), bool(disabled)))
        return [() if mbid is None else tuple(found.get(mbid, ())) for mbid in asked]

    def metadata(self, tracks: Sequence[int], *, limit: int) -> list[tuple[UserMetadata, ...]]:
        wanted = countable(tracks) if limit > 0 else []
        rows = self._read(lambda session: session.ask_among(METADATA, wanted, after=(within(limit),)))
        rows.sort(key=lambda row: (-row[1], row[2]))
        found = defaultdict(list)
        for track, _, _, *said in rows:
            found[track].append(_metadata(said))
        return [tuple(found.get(track, ())) for track in tracks]


def ends(session: Session, text: str, asked: Sequence[int] | Sequence[bytes]) -> dict[int | bytes, TrackRef]:
    """Return the track at the end of the redirects from each track asked for, by `BY_GID` or `BY_ID`."""
    return {start: TrackRef(id_, uuid_text(gid)) for start, id_, gid in session.ask_among(text, asked)}


def _by_id(rows: list[Row]) -> list[StoredFingerprint]:
    """Return fingerprints by id, each once."""
    found = {
        id_: StoredFingerprint(id_, TrackRef(track, uuid_text(gid)), duration, words)
        for id_, track, gid, duration, words in rows
    }
    return [found[id_] for id_ in sorted(found)]


def _metadata(said: Sequence[Any]) -> UserMetadata:
    track, artist, album, album_artist, track_no, disc_no, year = said
    return UserMetadata(
        track=track,
        artist=artist,
        album=album,
        album_artist=album_artist,
        track_no=track_no,
        disc_no=disc_no,
        year=year,
    )
