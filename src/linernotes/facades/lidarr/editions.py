"""Releases, media and tracks to the protocol's objects: where most of an album's bytes, and of its time, are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linernotes.domain import entities
from linernotes.domain.ids import MBID
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.mapping import OFFICIAL, release_date

_UNKNOWN_FORMAT = "Unknown"


def editions(
    releases: Iterable[entities.Release], canonical: Mapping[MBID, MBID], *, statusless: bool
) -> list[wire.Release]:
    """Return the releases in the order given; those without a status only if ``statusless``, as Official."""
    return [
        _edition(release, release.status or OFFICIAL, canonical)
        for release in releases
        if statusless or release.status is not None
    ]


def _edition(release: entities.Release, status: str, canonical: Mapping[MBID, MBID]) -> wire.Release:
    media = release.media
    return wire.Release(
        country=sorted({event.area.name for event in release.events if event.area is not None}),
        disambiguation=release.disambiguation,
        id=release.mbid,
        label=sorted([label.name for label in release.labels if label.name is not None]),
        media=[wire.Medium(medium.format or _UNKNOWN_FORMAT, medium.title, medium.position) for medium in media],
        oldids=release.old_mbids,
        releasedate=release_date(release.events),
        status=status,
        title=release.title,
        track_count=sum([medium.track_count for medium in media]) if media else None,
        tracks=[track for medium in media for track in _tracks(medium, canonical)],
    )


def _tracks(medium: entities.Medium, canonical: Mapping[MBID, MBID]) -> list[wire.Track]:
    """Return the tracks that can be heard as audio. Positional, because an album has hundreds."""
    number = medium.position
    return [
        wire.Track(
            canonical[track.credit[0].artist],
            track.length,
            track.mbid,
            number,
            track.old_mbids,
            track.old_recording_mbids,
            track.recording,
            track.title,
            track.number,
            track.position,
        )
        for track in medium.tracks
        if not (track.video or track.data)
    ]
