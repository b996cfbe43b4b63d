"""The media and tracks of a range of releases."""

from __future__ import annotations

from typing import Any

import msgspec

from linernotes.domain.entities import ArtistCredit, Medium, Track
from linernotes.domain.ids import MBID
from linernotes.dumps.compose.rows import Grouped, Row, Rows

_MEDIA = """
SELECT p.ordinal, m.position, m.gid::VARCHAR, coalesce(m.name, ''), f.name, coalesce(m.track_count, 0)
FROM medium m JOIN place p ON p.release = m.release LEFT JOIN medium_format f ON f.id = m.format
WHERE p.ordinal >= $low AND p.ordinal < $high ORDER BY p.ordinal, m.position, m.id
"""
_DISC_IDS = """
SELECT p.ordinal, m.position, d.discid
FROM medium_cdtoc mc JOIN medium m ON m.id = mc.medium JOIN place p ON p.release = m.release
JOIN cdtoc d ON d.id = mc.cdtoc
WHERE p.ordinal >= $low AND p.ordinal < $high ORDER BY p.ordinal, m.position, d.discid
"""
_TRACKS = """
SELECT t.ordinal, t.medium, t.gid::VARCHAR, r.gid::VARCHAR, t.position, t.number, t.name, t.artist_credit, t.length,
       t.data, coalesce(r.video, false), t.recording, t.id
FROM placed_track t JOIN recording r ON r.id = t.recording
WHERE t.ordinal >= $low AND t.ordinal < $high ORDER BY t.ordinal, t.medium, t.position, t.id
"""
_ISRCS = """
SELECT i.recording, i.isrc FROM isrc i
WHERE i.recording IN (SELECT recording FROM placed_track WHERE ordinal >= $low AND ordinal < $high)
ORDER BY i.recording, i.isrc
"""
_MERGED_RECORDINGS = """
SELECT d.owner, d.gid::VARCHAR FROM redirect d WHERE d.kind = 'recording'
AND d.owner IN (SELECT recording FROM placed_track WHERE ordinal >= $low AND ordinal < $high)
ORDER BY d.owner, d.gid
"""
_MERGED_TRACKS = """
SELECT d.owner, d.gid::VARCHAR FROM redirect d WHERE d.kind = 'track'
AND d.owner IN (SELECT id FROM placed_track WHERE ordinal >= $low AND ordinal < $high)
ORDER BY d.owner, d.gid
"""


class MediaRows(msgspec.Struct, frozen=True):
    """Rows by release ordinal; ISRCs and merged MBIDs by the recording's or track's row."""

    media: Grouped
    disc_ids: Grouped
    tracks: Grouped
    isrcs: Grouped
    merged_recordings: Grouped
    merged_tracks: Grouped


def read_media(rows: Rows, low: int, high: int) -> MediaRows:
    """Read the media of the releases with ordinals ``low <= ordinal < high``."""
    where: dict[str, object] = {"low": low, "high": high}
    queries = (_MEDIA, _DISC_IDS, _TRACKS, _ISRCS, _MERGED_RECORDINGS, _MERGED_TRACKS)
    return MediaRows(*(rows.grouped(sql, where) for sql in queries))


def media_of(ordinal: int, found: MediaRows, credited: dict[int, ArtistCredit]) -> tuple[Medium, ...]:
    """Return one release's media by position, each with its tracks by position."""
    tracks: dict[int, list[Track]] = {}
    for row in found.tracks.pop(ordinal, ()):
        tracks.setdefault(row[0], []).append(_track(row, found, credited))
    discs: dict[int, list[str]] = {}
    for position, disc_id in found.disc_ids.pop(ordinal, ()):
        discs.setdefault(position, []).append(disc_id)
    return tuple(
        Medium(
            mbid=mbid and MBID(mbid),
            position=position,
            title=title,
            format=kind,
            track_count=count,
            disc_ids=tuple(discs.get(position, ())),
            tracks=tuple(tracks.get(position, ())),
        )
        for position, mbid, title, kind, count in found.media.pop(ordinal, ())
    )


def _track(row: Row, found: MediaRows, credited: dict[int, ArtistCredit]) -> Track:
    _, mbid, recording, position, number, title, credit, length, data, video, recording_row, track_row = row
    return Track(
        mbid,
        recording,
        position,
        number,
        title,
        credited.get(credit, ()),
        length,
        data,
        video,
        _texts(found.isrcs, recording_row),
        _texts(found.merged_tracks, track_row),
        _texts(found.merged_recordings, recording_row),
    )


def _texts(grouped: Grouped, owner: int) -> tuple[Any, ...]:
    rows = grouped.get(owner)
    return tuple([row[0] for row in rows]) if rows else ()
