"""Tells which MBIDs the last set of edits changed, so that a test knows what a second import must find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from linernotes.dumps.sample.credits import credit_sizes, members
from linernotes.dumps.sample.text import uuid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linernotes.dumps.sample.context import Context

_STEP = 1 << 18


class Merge(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """An MBID that went into another."""

    source: str
    into: str


class ArtistChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Artists by MBID; `other_groups` are those whose list of release groups changed for other reasons."""

    renamed: list[str]
    merged: list[Merge]
    added: list[str]
    other_groups: list[str]


class GroupChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Release groups by MBID; the last two credit an artist that was renamed or merged, on themselves or a track."""

    retracked: list[str]
    merged: list[Merge]
    added: list[str]
    credit_renamed: list[str]
    credit_merged: list[str]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The difference between two states of a sample."""

    since: int
    evolve: int
    artists: ArtistChanges
    release_groups: GroupChanges


def tell_changes(context: Context, evolve: int) -> Changes:
    """Name what set `evolve` (from 1) changed compared with the state before it."""
    edits, base = context.edits, context.catalogue.base
    at = evolve - 1
    fresh = np.arange(1, edits.added + 1) + at * edits.added
    artists, groups = _Mbids(context, "artist"), _Mbids(context, "release_group")
    merged_groups = edits.merged_groups[at]
    return Changes(
        since=at,
        evolve=evolve,
        artists=ArtistChanges(
            renamed=artists.names(edits.renamed[at]),
            merged=artists.merges(edits.merged_artists[at]),
            added=artists.names(base.artists + fresh),
            other_groups=artists.names(np.unique(edits.artist(context.catalogue.group_artist(merged_groups[:, 1])))),
        ),
        release_groups=GroupChanges(
            retracked=groups.names(edits.retracked[at]),
            merged=groups.merges(merged_groups),
            added=groups.names(base.groups + fresh),
            credit_renamed=groups.names(_crediting(context, edits.renamed[at])),
            credit_merged=groups.names(_crediting(context, edits.merged_artists[at, :, 0])),
        ),
    )


class _Mbids:
    """Spells the MBIDs of one kind of entity."""

    def __init__(self, context: Context, entity: str) -> None:
        self._draws = context.draws
        self._entity = entity

    def names(self, ids: NDArray[Any]) -> list[str]:
        return [bytes(row).decode() for row in uuid(self._draws, self._entity, ids)]

    def merges(self, pairs: NDArray[Any]) -> list[Merge]:
        return [Merge(old, new) for old, new in zip(self.names(pairs[:, 0]), self.names(pairs[:, 1]), strict=True)]


def _crediting(context: Context, artists: NDArray[Any]) -> NDArray[Any]:
    """Return the release groups, as they are now, that credit any of the artists on themselves or on a track."""
    catalogue = context.catalogue
    credits = _credits_of(context, artists)
    hit = credits[catalogue.group_credit]
    recordings = credits[catalogue.recording_credit]
    for low in range(1, catalogue.media + 1, _STEP):
        media = np.arange(low, min(catalogue.media + 1, low + _STEP))
        first, end = catalogue.first_track[media], catalogue.first_track[media + 1]
        tracks = recordings[catalogue.track_recording[first[0] : end[-1]]]
        found = media[np.logical_or.reduceat(tracks, first - first[0])]
        hit[catalogue.release_group[catalogue.medium_release[found]]] = True
    hit[0] = False
    return np.unique(context.edits.group(np.flatnonzero(hit)))


def _credits_of(context: Context, artists: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each credit whether any of the artists is in it."""
    credits = context.catalogue.credits
    wanted = np.zeros(context.catalogue.artists + 1, np.bool_)
    wanted[artists] = True
    found = np.zeros(credits.count + 1, np.bool_)
    for low in range(1, credits.count + 1, _STEP):
        ids = np.arange(low, min(credits.count + 1, low + _STEP))
        owners = np.repeat(ids, credit_sizes(credits, ids))
        starts = np.searchsorted(owners, owners)
        found[owners[wanted[members(credits, owners, np.arange(len(owners)) - starts, context.draws)]]] = True
    return found
