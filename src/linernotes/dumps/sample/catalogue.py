"""The skeleton of a sample: which release group, release, medium and recording belongs to which, as plain arrays.

Texts are spelled later, row by row, from the ids; only what several tables must agree on is kept here. Ids run from 1
and index 0 of an array by id is unused.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.credits import Credits, leading_artists, make_credits
from linernotes.dumps.sample.draws import Draws, Ints, choice, field, power_rank
from linernotes.dumps.sample.names import COMPOSER, VARIOUS
from linernotes.dumps.sample.plan import Plan

Ids = NDArray[np.int32]
Flags = NDArray[np.bool_]

ALBUM, SINGLE, EP, OTHER, BROADCAST = 1, 2, 3, 11, 12
_TYPES = {ALBUM: 50.5, SINGLE: 30.8, EP: 12.7, OTHER: 3.0, BROADCAST: 1.0, 0: 2.0}
_VARIOUS_SHARE, _COMPOSER_SHARE = 0.055, 0.005
_EMPTY_EVERY = 397
_MOST_RELEASES = 400
_MOST_DISCS = 170
_MOST_TRACKS = 300
_REISSUE_REUSE = 0.955
_COMPILATION_REUSE = 0.6
_ALBUM_REUSE = 0.38
_STEP = 1 << 20


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Counts before any edit; whatever is spread over all entities of a kind is spread over these."""

    artists: int
    groups: int
    recordings: int


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that tables must agree on; arrays by id but for `first_*`, which have one more entry as the end."""

    plan: Plan
    credits: Credits
    group_credit: Ids
    group_type: NDArray[np.int8]
    release_group: Ids
    first_medium: Ints
    medium_release: Ids
    first_track: Ints
    track_recording: Ids
    recording_credit: Ids
    recording_medium: Ids
    base: "Sizes"

    @property
    def artists(self) -> int:
        """Number of artists."""
        return self.plan.artists + self.credits.added

    @property
    def groups(self) -> int:
        """Number of release groups."""
        return len(self.group_credit) - 1

    @property
    def releases(self) -> int:
        """Number of releases."""
        return len(self.release_group) - 1

    @property
    def media(self) -> int:
        """Number of media."""
        return len(self.medium_release) - 1

    @property
    def tracks(self) -> int:
        """Number of tracks."""
        return len(self.track_recording) - 1

    @property
    def recordings(self) -> int:
        """Number of recordings."""
        return len(self.recording_credit) - 1

    @property
    def references(self) -> Ints:
        """Return how often each credit is used, by credit id."""
        counts = np.bincount(self.recording_credit, minlength=self.credits.count + 1)
        counts += np.bincount(self.group_credit, minlength=len(counts))
        counts += np.bincount(self.group_credit[self.release_group], minlength=len(counts))
        return counts

    def group_artist(self, groups: NDArray[Any]) -> Ids:
        """Return the first credited artist of release groups."""
        found: Ids = self.credits.first[self.group_credit[groups]]
        return found


def make_catalogue(plan: Plan, draws: Draws) -> Catalogue:
    """Lay out the skeleton for a plan and a seed."""
    credits = make_credits(plan, draws)
    group_credit, group_type = _groups(plan, credits, draws)
    release_group = _releases(plan, draws)
    discs = _discs(plan, group_type[release_group[1:]], draws)
    medium_release = np.concatenate([[0], np.repeat(np.arange(1, plan.releases + 1), discs)]).astype(np.int32)
    first_medium = np.concatenate([[0, 1], 1 + np.cumsum(discs)])
    lengths = _track_counts(plan, group_type[release_group[medium_release[1:]]], draws)
    first_track = np.concatenate([[0, 1], 1 + np.cumsum(lengths)])
    fresh, source = _reuse(release_group, first_medium, first_track, group_credit, credits, draws)
    track_recording = _number_recordings(fresh, source, draws)
    new_tracks = np.flatnonzero(fresh)
    media = np.repeat(np.arange(1, plan.media + 1, dtype=np.int32), lengths)[new_tracks - 1]
    groups = release_group[medium_release[media]]
    credit = _recording_credits(group_credit[groups], credits, draws)
    spare = max(0, plan.recordings - len(new_tracks))
    lone = leading_artists(np.arange(spare), "recording.lone", credits.main_artists, draws).astype(np.int32)
    return Catalogue(
        plan=plan,
        credits=credits,
        group_credit=group_credit,
        group_type=group_type,
        release_group=release_group,
        first_medium=first_medium,
        medium_release=medium_release,
        first_track=first_track,
        track_recording=track_recording,
        recording_credit=np.concatenate([[0], credit, lone]).astype(np.int32),
        recording_medium=np.concatenate([[0], media, np.zeros(spare)]).astype(np.int32),
        base=Sizes(artists=plan.artists, groups=plan.groups, recordings=len(credit) + spare),
    )


def extend(catalogue: Catalogue, added: int, draws: Draws) -> Catalogue:
    """Add artists at the end, each with one album of one medium on which all recordings are new."""
    old, credits = catalogue, catalogue.credits
    fresh = np.arange(1, added + 1)
    lengths = 7 + draws.below("added.tracks", old.media + fresh, 6)
    credit = credits.count + fresh
    first = np.concatenate([credits.first, old.artists + fresh]).astype(np.int32)
    count = np.append(credits.short_count, np.zeros(added, np.int64))
    start = np.append(credits.short_start, np.zeros(added, np.int64))
    media = np.repeat(old.media + fresh, lengths)
    return msgspec.structs.replace(
        old,
        credits=msgspec.structs.replace(credits, first=first, added=added, short_count=count, short_start=start),
        group_credit=_append(old.group_credit, credit),
        group_type=np.append(old.group_type, np.full(added, ALBUM, np.int8)),
        release_group=_append(old.release_group, old.groups + fresh),
        first_medium=np.append(old.first_medium, old.first_medium[-1] + fresh),
        medium_release=_append(old.medium_release, old.releases + fresh),
        first_track=np.append(old.first_track, old.first_track[-1] + np.cumsum(lengths)),
        track_recording=_append(old.track_recording, old.recordings + np.arange(1, len(media) + 1)),
        recording_credit=_append(old.recording_credit, np.repeat(credit, lengths)),
        recording_medium=_append(old.recording_medium, media),
    )


def _append(old: Ids, new: NDArray[Any]) -> Ids:
    return np.append(old, new.astype(np.int32))


def previous_groups(catalogue: Catalogue) -> Ints:
    """Return for each release group the one before it by the same artist, or 0."""
    return _before(catalogue.credits.first[catalogue.group_credit])


def _groups(plan: Plan, credits: Credits, draws: Draws) -> tuple[Ids, NDArray[np.int8]]:
    ids = np.arange(plan.groups + 1)
    artists = leading_artists(ids, "group.artist", credits.main_artists, draws)
    giant = draws.unit("group.giant", ids)
    artists[giant < _VARIOUS_SHARE + _COMPOSER_SHARE] = COMPOSER
    artists[giant < _VARIOUS_SHARE] = VARIOUS
    artists[1], artists[2] = VARIOUS, COMPOSER
    credit = credits.pick(artists, draws.bits("group.credit", ids), 0.08)
    composed = artists == COMPOSER
    credit[composed] = credits.pick(artists[composed], draws.bits("group.credit", ids[composed]), 0.95)
    kinds = choice(field(draws.bits("group.type", ids), 0), _TYPES)
    kinds[(artists == VARIOUS) | composed] = ALBUM
    credit[0] = kinds[0] = 0
    return credit.astype(np.int32), kinds.astype(np.int8)


def _releases(plan: Plan, draws: Draws) -> Ids:
    """Return the group of each release: firsts in the order of the groups, reissues strewn in behind them."""
    groups = np.arange(1, plan.groups + 1)
    firsts = groups[groups % _EMPTY_EVERY != 0]
    again = max(0, plan.releases - len(firsts))
    rank = power_rank(draws.unit("release.group", np.arange(again)), len(firsts), 0.7, 30.0)
    order = np.argsort(draws.bits("release.popular", firsts))
    counts = np.minimum(np.bincount(rank, minlength=len(firsts)), _MOST_RELEASES - 1)
    lost = again - int(counts.sum())
    counts[len(firsts) - lost :] += 1
    reissued = np.repeat(firsts[order], counts)
    time = draws.unit("release.time", np.arange(len(reissued)))
    when = np.concatenate([firsts, reissued + time**2 * (plan.groups + 1 - reissued)])
    everything = np.concatenate([firsts, reissued])
    ordered = everything[np.argsort(when, kind="stable")][: plan.releases]
    return np.concatenate([[0], ordered]).astype(np.int32)


def _discs(plan: Plan, kinds: NDArray[Any], draws: Draws) -> Ints:
    """Return the number of media of each release, of which one holds as many as the scale bears."""
    ids = np.arange(1, plan.releases + 1)
    unit = draws.unit("release.discs", ids)
    discs = np.where(unit < 0.062, np.minimum(40, 2 * (unit / 0.062 + 1e-9) ** -0.45), 1).astype(np.int64)
    discs[np.isin(kinds, (SINGLE, EP))] = 1
    discs[plan.releases // 3] = max(3, min(_MOST_DISCS, plan.media // 300))
    return _fit(discs, plan.media, 1, _MOST_DISCS, draws)


def _track_counts(plan: Plan, kinds: NDArray[Any], draws: Draws) -> Ints:
    ids = np.arange(1, plan.media + 1)
    unit = draws.unit("medium.tracks", ids)
    low = np.select([kinds == SINGLE, kinds == EP, kinds == ALBUM], [1, 4, 8], 3)
    span = np.select([kinds == SINGLE, kinds == EP, kinds == ALBUM], [3.2, 3.0, 9.0], 8.0)
    tail = np.where(kinds == ALBUM, 14 * np.maximum(0, unit - 0.93) / 0.07, 0)
    counts = (low + span * unit + tail + np.where(unit > 0.9995, 70, 0)).astype(np.int64)
    return _fit(counts, plan.tracks, 1, _MOST_TRACKS, draws)


def _fit(counts: Ints, total: int, low: int, high: int, draws: Draws) -> Ints:
    """Nudge counts by ones, spread at random, until they add up to `total`."""
    order = np.argsort(draws.bits("fit", np.arange(len(counts))))
    gap = total - int(counts.sum())
    while gap:
        step = 1 if gap > 0 else -1
        able = order[(counts[order] + step >= low) & (counts[order] + step <= high) & (counts[order] < 60)]
        if not len(able):
            able = order[(counts[order] + step >= low) & (counts[order] + step <= high)]
        counts[able[: abs(gap)]] += step
        gap = total - int(counts.sum())
    return counts


def _reuse(
    release_group: Ids, first_medium: Ints, first_track: Ints, group_credit: Ids, credits: Credits, draws: Draws
) -> tuple[Flags, Ids]:
    """Return for each track whether its recording is new and which earlier track it repeats (0: none).

    A reissue repeats the first release of its group track by track, an artist's next group some tracks of the one
    before; compilations of various artists borrow from everywhere (neither new nor repeating a track).
    """
    release_start = first_track[first_medium]
    original = first_releases(release_group, len(group_credit))
    artists = credits.first[group_credit]
    before = original[_before(artists)]
    various = artists == VARIOUS
    tracks = int(first_track[-1])
    fresh, source = np.ones(tracks, np.bool_), np.zeros(tracks, np.int32)
    track_release = np.repeat(np.arange(1, len(release_group)), np.diff(release_start)[1:])
    for low in range(1, tracks, _STEP):
        ids = np.arange(low, min(tracks, low + _STEP))
        release = track_release[ids - 1]
        group = release_group[release]
        reissue = original[group] != release
        model = np.where(reissue, original[group], np.where(various[group], 0, before[group]))
        twin = release_start[model] + ids - release_start[release]
        chance = np.where(reissue, _REISSUE_REUSE, _ALBUM_REUSE)
        again = (model > 0) & (twin < release_start[model + 1]) & (draws.unit("track.reuse", ids) < chance)
        borrowed = ~reissue & various[group] & draws.chance("track.borrow", ids, _COMPILATION_REUSE) & (ids > 100)
        source[ids] = np.where(again, twin, 0)
        fresh[ids] = ~(again | borrowed)
    fresh[0] = False
    return fresh, source


def first_releases(release_group: Ids, groups: int) -> Ints:
    """Return the first release of each group by group id, 0 for a group without releases."""
    found, index = np.unique(release_group[1:], return_index=True)
    original = np.zeros(groups, np.int64)
    original[found] = index + 1
    return original


def _before(artists: Ids) -> Ints:
    """Return for each group the one before it by the same artist, or 0."""
    order = np.argsort(artists, kind="stable")
    same = artists[order][1:] == artists[order][:-1]
    before = np.zeros(len(artists), np.int64)
    before[order[1:]] = np.where(same, order[:-1], 0)
    return before


def _number_recordings(fresh: Flags, source: Ids, draws: Draws) -> Ids:
    """Number recordings by first use; borrowed tracks take any earlier one, repeats the one of their twin."""
    numbers = np.cumsum(fresh, dtype=np.int32)
    for low in range(0, len(fresh), _STEP):
        part = slice(low, low + _STEP)
        borrowed = low + np.flatnonzero(~fresh[part] & (source[part] == 0))
        borrowed = borrowed[borrowed > 0]
        numbers[borrowed] = 1 + draws.below("track.borrowed", borrowed, np.maximum(1, numbers[borrowed]))
    repeated = np.flatnonzero(source)
    # A twin may repeat a twin: jump until every pointer ends at a track with a number of its own.
    while len(further := repeated[source[source[repeated]] > 0]):
        source[further] = source[source[further]]
    numbers[repeated] = numbers[source[repeated]]
    numbers[0] = 0
    return numbers


def _recording_credits(group_credits: Ids, credits: Credits, draws: Draws) -> Ids:
    """Credit new recordings: as their group, sometimes with guests; on compilations to anybody."""
    ids = np.arange(1, len(group_credits) + 1)
    artists = credits.first[group_credits].astype(np.int64)
    various = artists == VARIOUS
    artists[various] = leading_artists(ids[various], "recording.artist", credits.main_artists, draws)
    bits = draws.bits("recording.credit", ids)
    picked = credits.pick(artists, bits, 0.6)
    alone = (field(bits, 2) < 57_000) & ~various
    return np.where(alone, group_credits, picked).astype(np.int32)
