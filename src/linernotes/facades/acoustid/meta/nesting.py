"""Release groups, releases and media, one in the other as `meta` asks."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.entities import Recording
from linernotes.facades.acoustid.meta import nodes
from linernotes.facades.acoustid.meta.holdings import Held, by_group, releases
from linernotes.facades.acoustid.meta.nodes import Node
from linernotes.facades.acoustid.meta.tokens import Part, Tokens
from linernotes.usecases.identify.values import Description


def nested(recordings: Sequence[Recording], description: Description, tokens: Tokens) -> Node:
    """Return what hangs below recordings: release groups, or releases, or nothing when neither is asked for."""
    if tokens.release_groups is not Part.NONE:
        return {"releasegroups": _groups(recordings, description, tokens)}
    if tokens.releases is not Part.NONE:
        return {"releases": [_release(held, tokens) for held in releases(recordings, description)]}
    return {}


def _groups(recordings: Sequence[Recording], description: Description, tokens: Tokens) -> list[Node]:
    found: list[Node] = []
    for mbid, group, held in by_group(releases(recordings, description), description.release_groups):
        known = group if tokens.release_groups is Part.FULL else None
        node: Node = {"id": mbid} if known is None else nodes.release_group(known)
        if tokens.releases is not Part.NONE:
            node["releases"] = [_release(one, tokens) for one in held]
        found.append(node)
    return found


def _release(held: Held, tokens: Tokens) -> Node:
    known = held.release if tokens.releases is Part.FULL else None
    node: Node = {"id": held.mbid} if known is None else nodes.release(known)
    if tokens.tracks:
        node["mediums"] = [nodes.medium(medium, tracks) for medium, tracks in held.places()]
    return node
