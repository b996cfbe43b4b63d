"""`usermeta`: what users said, in the shapes of what MusicBrainz says, without ids and with artists as plain texts."""

from __future__ import annotations

from linernotes.domain.identification import UserMetadata
from linernotes.facades.acoustid.meta.nodes import Node
from linernotes.facades.acoustid.meta.tokens import Part, Tokens

MOST = 10
"""Entries for one track, those that were submitted most often."""


def recording(said: UserMetadata, tokens: Tokens) -> Node:
    """Return what one user said as a recording with what is nested in it; with ids alone nothing is left of it."""
    node = _named(said.track, said.artist) if tokens.recordings is Part.FULL else {}
    if tokens.release_groups is not Part.NONE:
        group = _named(said.album, said.album_artist) if tokens.release_groups is Part.FULL else {}
        if tokens.releases is not Part.NONE:
            group["releases"] = _releases(said, tokens)
        node["releasegroups"] = [group]
    elif tokens.releases is not Part.NONE:
        node["releases"] = _releases(said, tokens)
    return node


def _releases(said: UserMetadata, tokens: Tokens) -> list[Node]:
    node: Node = {}
    if tokens.releases is Part.FULL:
        event: Node = {} if said.year is None else {"date": {"year": said.year}}
        node = {**_named(said.album, said.album_artist), **event, "releaseevents": [event]}
    if tokens.tracks:
        node["mediums"] = [{"position": said.disc_no, "track_count": None, "tracks": [_track(said)]}]
    return [node] if node else []


def _track(said: UserMetadata) -> Node:
    node: Node = {"artists": [said.artist] if said.artist else [], "position": said.track_no}
    if said.track:
        node["title"] = said.track
    return node


def _named(title: str, artist: str) -> Node:
    node: Node = {}
    if title:
        node["title"] = title
    if artist:
        node["artists"] = [artist]
    return node
