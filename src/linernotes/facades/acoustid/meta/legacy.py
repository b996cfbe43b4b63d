"""`meta=2`, a form of old that no client is known to ask for."""

from __future__ import annotations

from collections.abc import Iterable

from linernotes.domain.entities import Medium, Recording, Release, Track
from linernotes.facades.acoustid.meta import nodes
from linernotes.facades.acoustid.meta.holdings import releases
from linernotes.facades.acoustid.meta.nodes import Node
from linernotes.usecases.identify.values import Description, LinkedRecording


def recordings(links: Iterable[LinkedRecording], description: Description) -> list[Node]:
    """Return recordings with their tracks, by release, medium and position; one not known here is its id alone."""
    return [{"id": link.mbid} if link.recording is None else _recording(link.recording, description) for link in links]


def _recording(said: Recording, description: Description) -> Node:
    places = [
        _track(held.release, medium, track)
        for held in releases([said], description)
        for medium, tracks in held.places()
        for track in tracks
        if held.release is not None
    ]
    node: Node = {"id": said.mbid, "tracks": places}
    if said.length:
        node["duration"] = said.length / 1000
    return node


def _track(release: Release, medium: Medium, track: Track) -> Node:
    place: Node = {
        "position": medium.position,
        "release": {"id": release.mbid, "title": release.title},
        "track_count": medium.track_count,
    }
    if medium.format:
        place["format"] = medium.format
    node: Node = {
        "artists": nodes.artists(track.credit),
        "medium": place,
        "position": track.position,
        "title": track.title,
    }
    if track.length is not None:
        node["duration"] = track.length / 1000
    return node
