"""Recordings, read: what a recording does not say itself is said by its first track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from linernotes.domain.entities import Recording, Release, Track
from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import MBID
from linernotes.ports.ingest import RecordingFacts

_AS_THE_TRACK_SAYS = RecordingFacts()
decode_facts = msgspec.msgpack.Decoder(RecordingFacts).decode


def compose_recording(
    mbid: MBID, places: Sequence[MBID], facts: RecordingFacts | None, releases: Mapping[MBID, Release]
) -> Recording:
    """Return a recording from its own facts and its first release; ``places`` names a release for each track."""
    own = facts or _AS_THE_TRACK_SAYS
    if not places:
        return _standalone(mbid, own)
    track = _first_track(releases.get(places[0]), mbid)
    return Recording(
        mbid=mbid,
        title=track.title if own.title is None else own.title,
        credit=track.credit if own.credit is None else own.credit,
        length=own.length if own.length_differs else track.length,
        disambiguation=own.disambiguation,
        video=track.video,
        isrcs=track.isrcs,
        tags=own.tags,
        rating=own.rating,
        links=own.links,
        releases=tuple(dict.fromkeys(places)),
        old_mbids=track.old_recording_mbids,
        aliases=own.aliases,
    )


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


def _first_track(release: Release | None, recording: MBID) -> Track:
    for medium in release.media if release else ():
        for track in medium.tracks:
            if track.recording == recording:
                return track
    raise Corrupt(f"the first release of recording {recording} does not hold it")
