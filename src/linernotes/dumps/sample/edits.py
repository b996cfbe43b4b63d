"""Edits after the first state of a sample: renamed, merged and added artists, merged, retracked and added groups.

Sets of edits add up: state N holds sets 1 to N. No two sets touch the same entity, and rows of entities that no set
touched stay as they were, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from linernotes.domain.errors import Invalid
from linernotes.dumps.sample.catalogue import Catalogue, Ids, extend, first_releases, previous_groups
from linernotes.dumps.sample.names import VARIOUS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linernotes.dumps.sample.draws import Draws, Ints

# The best known artists and the first groups stay as they are, so that tests can rely on them.
_UNTOUCHED = 24


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """What has been done to whom; rows are sets, the columns of the merges are (from, into)."""

    renamed: NDArray[Any]
    merged_artists: NDArray[Any]
    retracked: NDArray[Any]
    merged_groups: NDArray[Any]
    added: int
    artist_revision: NDArray[np.int8]
    artist_into: Ids
    group_revision: NDArray[np.int8]
    group_into: Ids

    @property
    def any(self) -> bool:
        """Whether there are edits at all."""
        return len(self.renamed) > 0

    def artist(self, ids: NDArray[Any]) -> Ints:
        """Follow merged artists to the one that they went into."""
        return np.where(self.artist_into[ids] > 0, self.artist_into[ids], ids).astype(np.int64)

    def group(self, ids: NDArray[Any]) -> Ints:
        """Follow merged release groups to the one that they went into."""
        return np.where(self.group_into[ids] > 0, self.group_into[ids], ids).astype(np.int64)

    def kept(self, entity: str, ids: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Return which rows about artists or release groups are still there, None when no entity of the kind went."""
        into = {"artist": self.artist_into, "release_group": self.group_into}.get(entity)
        return None if into is None or not self.any else into[ids] == 0


def make_edits(catalogue: Catalogue, draws: Draws, sets: int) -> tuple[Catalogue, Edits]:
    """Choose what `sets` sets of edits touch and add what they add. Raises Invalid when there is not enough to edit."""
    each = catalogue.plan.edits
    artists = _shuffled("edit.artist", np.arange(_UNTOUCHED, catalogue.credits.main_artists), draws)
    groups = _shuffled("edit.group", _mergeable_groups(catalogue), draws)
    if sets * each * 3 > len(artists) or sets * each * 2 > len(groups):
        raise Invalid(f"a sample of this scale bears {min(len(artists) // 3, len(groups) // 2) // each} sets of edits")
    artists = artists[: sets * each * 3].reshape(sets, 3, each)
    groups = groups[: sets * each * 2].reshape(sets, 2, each)
    merged_groups = np.stack([groups[:, 1], previous_groups(catalogue)[groups[:, 1]]], axis=-1)
    added = sets * each
    edits = Edits(
        renamed=artists[:, 0],
        merged_artists=np.stack([artists[:, 1], artists[:, 2]], axis=-1),
        retracked=groups[:, 0],
        merged_groups=merged_groups,
        added=each,
        artist_revision=_marks(catalogue.artists + added, artists[:, 0]),
        artist_into=_targets(catalogue.artists + added, artists[:, 1], artists[:, 2]),
        group_revision=_marks(catalogue.groups + added, groups[:, 0]),
        group_into=_targets(catalogue.groups + added, merged_groups[..., 0], merged_groups[..., 1]),
    )
    return (extend(catalogue, added, draws) if added else catalogue), edits


def _shuffled(purpose: str, ids: Ints, draws: Draws) -> Ints:
    return ids[np.argsort(draws.bits(purpose, ids))]


def _mergeable_groups(catalogue: Catalogue) -> Ints:
    """Return every second group of each artist but the giants: its predecessor is then never edited itself."""
    artists = catalogue.group_artist(np.arange(catalogue.groups + 1))
    order = np.argsort(artists, kind="stable")
    counts = np.bincount(artists)
    places = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    second = order[places % 2 == 1]
    release = first_releases(catalogue.release_group, catalogue.groups + 1)
    fit = (artists[second] > VARIOUS + 2) & (second > _UNTOUCHED) & (release[second] > 0)
    return np.sort(second[fit & (previous_groups(catalogue)[second] > 0)])


def _marks(count: int, ids: NDArray[Any]) -> NDArray[np.int8]:
    marks = np.zeros(count + 1, np.int8)
    marks[ids.ravel()] = 1
    return marks


def _targets(count: int, ids: NDArray[Any], into: NDArray[Any]) -> Ids:
    targets = np.zeros(count + 1, np.int32)
    targets[ids.ravel()] = into.ravel()
    return targets
