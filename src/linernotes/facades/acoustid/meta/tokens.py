"""The words of `meta`, and what they ask for."""

from __future__ import annotations

from enum import Enum, auto

import msgspec

from linernotes.usecases.identify.values import Detail


class Mode(Enum):
    """Where the answer hangs: which list a result gets."""

    NOTHING = auto()
    LEGACY = auto()
    RECORDINGS = auto()
    RELEASE_GROUPS = auto()
    RELEASES = auto()


class Part(Enum):
    """How much of a kind of node is asked for."""

    NONE = auto()
    IDS = auto()
    FULL = auto()


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one request. Of a kind that is asked for both ways, only ids are given."""

    mode: Mode = Mode.NOTHING
    recordings: Part = Part.NONE
    release_groups: Part = Part.NONE
    releases: Part = Part.NONE
    tracks: bool = False
    sources: bool = False
    isrcs: bool = False
    user_metadata: bool = False
    compress: bool = False

    @classmethod
    def parse(cls, text: str) -> Tokens:
        """Read `meta` as version 2 has it: words between white space, `0`, `1` or `2`; unknown words mean nothing."""
        said = {"0": "", "1": "recordingids", "2": "m2"}.get(text, text)
        words = frozenset(said.split())
        return cls(
            mode=_mode(words),
            recordings=_part(words, "recording", "isrcs"),
            release_groups=_part(words, "releasegroup"),
            releases=_part(words, "release"),
            tracks="tracks" in words,
            sources="sources" in words,
            isrcs="isrcs" in words,
            user_metadata="usermeta" in words,
            compress="compress" in words,
        )

    @property
    def detail(self) -> Detail:
        """What has to be known of the tracks."""
        if self.mode is Mode.NOTHING:
            return Detail()
        if self.mode is Mode.LEGACY:
            return Detail(recordings=True, releases=True)
        groups = self.release_groups is not Part.NONE
        releases = groups or self.releases is not Part.NONE
        said = self.user_metadata and self.mode is Mode.RECORDINGS
        return Detail(
            # Ids alone are in the links: no source need be asked for recordings.
            recordings=releases or said or self.recordings is Part.FULL,
            releases=releases,
            release_groups=groups,
            user_metadata=said,
        )


def _mode(words: frozenset[str]) -> Mode:
    if "m2" in words:
        return Mode.LEGACY
    if words & {"recordings", "recordingids", "isrcs"}:
        return Mode.RECORDINGS
    if words & {"releasegroups", "releasegroupids"}:
        return Mode.RELEASE_GROUPS
    return Mode.RELEASES if words & {"releases", "releaseids"} else Mode.NOTHING


def _part(words: frozenset[str], kind: str, *others: str) -> Part:
    if f"{kind}ids" in words:
        return Part.IDS
    return Part.FULL if words & {f"{kind}s", *others} else Part.NONE
