"""Recordings, read: what a recording does not say itself is said by its first track."""

from __future__ import annotations

from collections import Counter

import msgspec

from linernotes.domain.entities import Recording, Release, ReleaseMatch, Track
from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import MBID
from linernotes.ports.ingest import RecordingFacts
from linernotes.stores.sqlite.codec.mbids import WIDTH, unpack
from linernotes.stores.sqlite.codec.release import decode_release
from linernotes.stores.sqlite.connection import Connection

_RECORDING = "SELECT doc FROM recording WHERE mbid = ?"
_MERGED = "SELECT target FROM merged_recording WHERE mbid = ?"
_RELEASE = """
SELECT r.mbids, r.doc, g.mbid FROM "release" r JOIN release_group g ON g.id = r.release_group WHERE r.id = ?
"""
_RELEASE_MBID = f'SELECT substr(mbids, 1, {WIDTH}) FROM "release" WHERE id = ?'
_MATCH = f"""
SELECT substr(r.mbids, 1, {WIDTH}), g.mbid, r.tracks
FROM "release" r JOIN release_group g ON g.id = r.release_group WHERE r.id = ?
"""
_AS_THE_TRACK_SAYS = RecordingFacts()

_decode = msgspec.msgpack.Decoder(tuple[list[int], RecordingFacts | None]).decode


def read_recording(con: Connection, mbid: bytes) -> Recording | None:
    """Return a recording by its raw MBID, or by one that was merged into it."""
    found = _entry(con, mbid)
    if found is None:
        return None
    own, places, facts = found
    name = unpack(own)[0]
    if not places:
        return _standalone(name, facts or _AS_THE_TRACK_SAYS)
    return _placed(con, name, places, facts or _AS_THE_TRACK_SAYS)


def releases_with(con: Connection, mbids: list[bytes]) -> list[ReleaseMatch]:
    """Return every release that holds any of the recordings, by MBID."""
    entries = {found[0]: found[1] for found in (_entry(con, mbid) for mbid in mbids) if found}
    matched = Counter(place for places in entries.values() for place in places)
    matches = []
    for place, count in matched.items():
        row = con.one(_MATCH, place)
        if row is None:
            raise Corrupt(f"the catalogue names release {place} but does not hold it")
        matches.append(ReleaseMatch(unpack(row[0])[0], unpack(row[1])[0], count, row[2]))
    return sorted(matches, key=lambda match: match.release)


def _entry(con: Connection, mbid: bytes) -> tuple[bytes, list[int], RecordingFacts | None] | None:
    row = con.one(_RECORDING, mbid)
    if row is None:
        merged = con.one(_MERGED, mbid)
        if merged is None:
            return None
        mbid = merged[0]
        row = con.one(_RECORDING, mbid)
    if row is None:
        return None
    try:
        places, facts = _decode(row[0])
    except msgspec.MsgspecError as exc:
        raise Corrupt(f"a stored recording cannot be read: {exc}") from exc
    return mbid, places, facts


def _standalone(mbid: MBID, facts: RecordingFacts) -> Recording:
    return Recording(
        mbid=mbid,
        title=facts.title or "",
        credit=facts.credit or (),
        length=facts.length,
        disambiguation=facts.disambiguation,
        video=facts.video,
        isrcs=facts.isrcs,
        tags=facts.tags,
        rating=facts.rating,
        links=facts.links,
        old_mbids=facts.old_mbids,
        aliases=facts.aliases,
    )


def _placed(con: Connection, mbid: MBID, places: list[int], facts: RecordingFacts) -> Recording:
    track = _first_track(read_release(con, places[0]), mbid)
    releases = [con.one(_RELEASE_MBID, place) for place in dict.fromkeys(places)]
    return Recording(
        mbid=mbid,
        title=track.title if facts.title is None else facts.title,
        credit=track.credit if facts.credit is None else facts.credit,
        length=facts.length if facts.length_differs else track.length,
        disambiguation=facts.disambiguation,
        video=track.video,
        isrcs=track.isrcs,
        tags=facts.tags,
        rating=facts.rating,
        links=facts.links,
        releases=tuple(unpack(row[0])[0] for row in releases if row),
        old_mbids=track.old_recording_mbids,
        aliases=facts.aliases,
    )


def read_release(con: Connection, place: int) -> Release:
    """Return the release with an ordinal. Raises ``Corrupt`` when there is none."""
    row = con.one(_RELEASE, place)
    if row is None:
        raise Corrupt(f"the catalogue names release {place} but does not hold it")
    return decode_release(row[0], con.document("release", row[1]), unpack(row[2])[0], con.area)


def _first_track(release: Release, recording: MBID) -> Track:
    for medium in release.media:
        for track in medium.tracks:
            if track.recording == recording:
                return track
    raise Corrupt(f"release {release.mbid} should hold recording {recording}")
