"""One entity, one dict. What is empty is left out, but for what clients read without asking whether it is there."""

from __future__ import annotations

from typing import Any, TypeAlias

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import ArtistCredit, Medium, Recording, Release, ReleaseEvent, ReleaseGroup, Track
from linernotes.facades.acoustid.meta.tokens import Part, Tokens

Node: TypeAlias = dict[str, Any]

_NO_DATE = PartialDate()


def artists(credit: ArtistCredit) -> list[Node]:
    """Return a credit: names as they are credited, and what joins each to the next."""
    return [
        {"id": name.artist, "joinphrase": name.join_phrase, "name": name.name}
        if name.join_phrase
        else {"id": name.artist, "name": name.name}
        for name in credit
    ]


def recording(said: Recording, tokens: Tokens) -> Node:
    """Return a recording without what is nested in it; the title is always there, `duration` is in seconds."""
    node: Node = {"id": said.mbid}
    if tokens.recordings is Part.IDS:
        return node
    node["title"] = said.title
    if said.length:
        node["duration"] = said.length / 1000
    if said.credit:
        node["artists"] = artists(said.credit)
    if tokens.isrcs and said.isrcs:
        node["isrcs"] = sorted(said.isrcs)
    return node


def release_group(said: ReleaseGroup) -> Node:
    """Return a release group without its releases."""
    node: Node = {"id": said.mbid}
    if said.title:
        node["title"] = said.title
    if said.type:
        node["type"] = said.type
    if said.secondary_types:
        node["secondarytypes"] = list(said.secondary_types)
    if said.credit:
        node["artists"] = artists(said.credit)
    return node


def release(said: Release) -> Node:
    """Return a release without its media; its title is always there. Counts are those of the whole release."""
    node: Node = {"id": said.mbid, "title": said.title}
    if said.media:
        node["medium_count"] = len(said.media)
        if count := sum([medium.track_count for medium in said.media]):
            node["track_count"] = count
    if said.credit:
        node["artists"] = artists(said.credit)
    if said.events:
        node["releaseevents"] = [event(one) for one in sorted(said.events, key=_when)]
        # What the first event says stands at the release once more: clients of old know of no events.
        node |= event(min(said.events, key=_when))
    return node


def event(said: ReleaseEvent) -> Node:
    """Return where and when a release came out; nothing at all may be known."""
    node: Node = {}
    if said.area is not None and said.area.code:
        node["country"] = said.area.code
    if said.date is not None and said.date.known:
        date = said.date
        parts = (("year", date.year), ("month", date.month), ("day", date.day))
        node["date"] = {name: part for name, part in parts if part is not None}
    return node


def medium(said: Medium, tracks: list[Track]) -> Node:
    """Return a medium with some of its tracks; `position` and `track_count` are always there."""
    node: Node = {"position": said.position, "track_count": said.track_count, "tracks": [track(one) for one in tracks]}
    if said.format:
        node["format"] = said.format
    if said.title:
        node["title"] = said.title
    return node


def track(said: Track) -> Node:
    """Return a track with all of its keys."""
    return {"id": said.mbid, "position": said.position, "title": said.title, "artists": artists(said.credit)}


def _when(said: ReleaseEvent) -> tuple[tuple[int, int, int], str]:
    """Order by date, unknown last, then by country."""
    return (said.date or _NO_DATE).order(), (said.area.code if said.area is not None else None) or ""
