"""Release groups, releases and media, one in the other as `meta` asks."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.entities import Recording, Release, ReleaseGroup
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.meta import nodes
from linernotes.facades.acoustid.meta.holdings import Held, by_group, releases
from linernotes.facades.acoustid.meta.nodes import Node
from linernotes.facades.acoustid.meta.tokens import Part, Tokens
from linernotes.usecases.identify.values import Description


class Nesting:
    """Makes what hangs below recordings.

    The same release hangs below many recordings: it is made once and copied. Copies share what is in them but for
    media, and only whole keys are ever taken out of a node.
    """

    def __init__(self, description: Description, tokens: Tokens) -> None:
        """Nest what a description holds."""
        self._description = description
        self._tokens = tokens
        self._releases: dict[MBID, Node] = {}
        self._groups: dict[MBID, Node] = {}

    def below(self, recordings: Sequence[Recording]) -> Node:
        """Return release groups, or releases, or nothing when neither is asked for."""
        if self._tokens.release_groups is not Part.NONE:
            return {"releasegroups": self._grouped(recordings)}
        if self._tokens.releases is not Part.NONE:
            return {"releases": [self._release(held) for held in releases(recordings, self._description)]}
        return {}

    def _grouped(self, recordings: Sequence[Recording]) -> list[Node]:
        found = []
        held = releases(recordings, self._description)
        for mbid, group, among in by_group(held, self._description.release_groups):
            node = self._group(mbid, group)
            if self._tokens.releases is not Part.NONE:
                node["releases"] = [self._release(one) for one in among]
            found.append(node)
        return found

    def _group(self, mbid: MBID, group: ReleaseGroup | None) -> Node:
        if group is None or self._tokens.release_groups is Part.IDS:
            return {"id": mbid}
        if mbid not in self._groups:
            self._groups[mbid] = nodes.release_group(group)
        return self._groups[mbid].copy()

    def _release(self, held: Held) -> Node:
        node = self._plain(held.mbid, held.release)
        if self._tokens.tracks:
            node["mediums"] = [nodes.medium(medium, tracks) for medium, tracks in held.places()]
        return node

    def _plain(self, mbid: MBID, release: Release | None) -> Node:
        if release is None or self._tokens.releases is Part.IDS:
            return {"id": mbid}
        if mbid not in self._releases:
            self._releases[mbid] = nodes.release(release)
        return self._releases[mbid].copy()
