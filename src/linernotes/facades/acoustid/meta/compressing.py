"""`compress`: what a node says as the node around it does is left out. Artists are compared whole, names and all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linernotes.facades.acoustid.meta.nodes import Node


def compress_recordings(recordings: Iterable[Node]) -> None:
    """Compress recordings with what is nested in them, in place.

    AcoustID's own leaves a group's artists out in the last group of each recording only; here it is in all.
    """
    for recording in recordings:
        compress_groups(recording.get("releasegroups", ()))
        compress_releases(recording.get("releases", ()))
        for release in _releases(recording):
            _drop(_tracks(release), "title", recording)
        _drop(recording.get("releases", ()), "artists", recording)
        _drop(recording.get("releasegroups", ()), "artists", recording)


def compress_groups(groups: Iterable[Node]) -> None:
    """Compress release groups with their releases, in place."""
    for group in groups:
        compress_releases(group.get("releases", ()))
        _drop(group.get("releases", ()), "artists", group)
        _drop(group.get("releases", ()), "title", group)


def compress_releases(releases: Iterable[Node]) -> None:
    """Compress releases with their tracks, in place."""
    for release in releases:
        _drop(_tracks(release), "artists", release)


def _drop(nodes: Iterable[Node], key: str, outer: Node) -> None:
    if key in outer:
        said = outer[key]
        for node in nodes:
            if key in node and node[key] == said:
                del node[key]


def _releases(recording: Node) -> Iterator[Node]:
    yield from recording.get("releases", ())
    for group in recording.get("releasegroups", ()):
        yield from group.get("releases", ())


def _tracks(release: Node) -> list[Node]:
    return [track for medium in release.get("mediums", ()) for track in medium["tracks"]]
