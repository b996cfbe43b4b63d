"""Hangs what `meta` asks for on results."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linernotes.domain.identification import TrackRef, UserMetadata
from linernotes.facades.acoustid.meta import compressing, legacy, nodes, usermeta
from linernotes.facades.acoustid.meta.nesting import Nesting
from linernotes.facades.acoustid.meta.nodes import Node
from linernotes.facades.acoustid.meta.tokens import Mode, Tokens
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording


class Meta(msgspec.Struct, frozen=True):
    """What one request wants of tracks. False where it wants nothing, so that nothing need be looked up."""

    tokens: Tokens
    name: str = "recordings"

    @classmethod
    def parse(cls, text: str) -> Meta:
        """Read the parameter as version 2 of the API has it."""
        return cls(Tokens.parse(text))

    @classmethod
    def parse_v1(cls, text: str) -> Meta:
        """Read the parameter as version 1 has it: whatever is asked for are recordings' ids, which it calls tracks."""
        return cls(Tokens.parse("" if text in {"", "0"} else "recordingids"), "tracks")

    def __bool__(self) -> bool:
        """Whether anything is wanted."""
        return self.tokens.mode is not Mode.NOTHING

    @property
    def detail(self) -> Detail:
        """What `Identify.describe` has to be asked for."""
        return self.tokens.detail

    def attach(self, results: Sequence[Node], tracks: Sequence[TrackRef], description: Description) -> None:
        """Add keys to each result, the track of the same place being its own. One track may be there several times."""
        nesting = Nesting(description, self.tokens)
        for result, track in zip(results, tracks, strict=True):
            result.update(self._of(track, description, nesting))

    def _of(self, track: TrackRef, description: Description, nesting: Nesting) -> Node:
        links = description.links.get(track.id, ())
        tokens = self.tokens
        if tokens.mode is Mode.NOTHING:
            return {}
        if tokens.mode is Mode.LEGACY:
            found = legacy.recordings(links, description)
            return {self.name: found} if found else {}
        if tokens.mode is Mode.RECORDINGS:
            found = [_recording(link, nesting, tokens) for link in links]
            return self._listed(found, description.metadata.get(track.id, ()))
        tree = nesting.below([link.recording for link in links if link.recording is not None])
        if tokens.compress:
            compressing.compress_groups(tree.get("releasegroups", ()))
            compressing.compress_releases(tree.get("releases", ()))
        return tree

    def _listed(self, recordings: list[Node], said: Sequence[UserMetadata]) -> Node:
        """Return recordings with what users said after them."""
        if self.tokens.user_metadata:
            recordings += [usermeta.recording(one, self.tokens) for one in said[: usermeta.MOST]]
        if self.tokens.compress:
            compressing.compress_recordings(recordings)
        return {self.name: recordings} if recordings else {}


def _recording(link: LinkedRecording, nesting: Nesting, tokens: Tokens) -> Node:
    said = link.recording
    node: Node = {"id": link.mbid} if said is None else nodes.recording(said, tokens)
    if tokens.sources:
        node["sources"] = link.sources
    if said is not None:
        node |= nesting.below([said])
    return node
