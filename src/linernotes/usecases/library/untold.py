"""What a dump tells and no source does is carried over to what a source said later, so that being newer loses nothing.

MusicBrainz's web service says neither which MBIDs were merged into an entity nor which cover images there are.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from linernotes.domain.entities import Medium, Release, Track

FIELDS = ("old_mbids", "old_recording_mbids", "images", "cover")


def completed(told: Any, held: Any) -> Any:
    """Return what a source told, an entity or a discography, with what only the catalogue's own has beside it."""
    if told is None or held is None:
        return told
    if isinstance(told, tuple):
        lines = {line.mbid: line for line in held}
        return tuple([_completed(line, lines.get(line.mbid)) for line in told])
    found = _completed(told, held)
    return _with_tracks(found, held) if isinstance(found, Release) else found


def _completed(told: Any, held: Any) -> Any:
    if held is None:
        return told
    more = {name: more for name in FIELDS if (more := getattr(held, name, None)) and not getattr(told, name)}
    return structs.replace(told, **more) if more else told


def _with_tracks(told: Release, held: Release) -> Release:
    tracks = {track.mbid: track for medium in held.media for track in medium.tracks if _has_old(track)}
    if not tracks:
        return told
    return structs.replace(told, media=tuple([_medium(medium, tracks) for medium in told.media]))


def _medium(told: Medium, tracks: dict[Any, Track]) -> Medium:
    return structs.replace(told, tracks=tuple([_completed(track, tracks.get(track.mbid)) for track in told.tracks]))


def _has_old(track: Track) -> bool:
    return bool(track.old_mbids or track.old_recording_mbids)
