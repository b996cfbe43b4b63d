"""Artist credits: who is credited, in which order, with which join phrases.

Credit ids fall into ranges: one plain credit per active artist, a few under another name, then credits of two to four
artists sorted by the first, then long ones.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.draws import Draws, Ints, choice, field, power_rank
from linernotes.dumps.sample.names import COMPOSER
from linernotes.dumps.sample.plan import Plan

_ACTIVE = 0.64
_RENAMED = 0.04
_LONG_SHARE = 0.04
_LONGEST = 60
_COMPOSER_CREDITS = 0.01
# Artists with release groups of their own, out of all.
_MAIN = 0.45


class Credits(msgspec.Struct, frozen=True, kw_only=True):
    """Credit ids run from 1; `first` is the first credited artist by credit id (index 0 unused)."""

    plain: int
    renamed: int
    short_sizes: Ints
    long_sizes: Ints
    first: NDArray[np.int32]
    short_start: Ints
    short_count: Ints
    main_artists: int
    added: int = 0

    @property
    def short_from(self) -> int:
        """Id of the first credit of two to four artists."""
        return self.plain + self.renamed + 1

    @property
    def long_from(self) -> int:
        """Id of the first long credit."""
        return self.short_from + len(self.short_sizes)

    @property
    def added_from(self) -> int:
        """Id of the first plain credit of an artist that was added by an edit."""
        return self.long_from + len(self.long_sizes)

    @property
    def count(self) -> int:
        """Number of credits."""
        return self.added_from - 1 + self.added

    def pick(self, artists: NDArray[Any], bits: NDArray[np.uint64], shared: float) -> Ints:
        """Choose a credit led by each artist: a `shared` part are joint credits, where the artist has any."""
        lead, many = field(bits, 0), self.short_count[artists]
        joint = (lead < int(shared * 65536)) & (many > 0)
        index = (field(bits, 1).astype(np.int64) * many) >> 16
        renamed = (lead >= 65000) & (artists > COMPOSER) & (artists <= self.renamed)
        own = np.where(renamed, self.plain + artists, artists)
        return np.where(joint, self.short_start[artists] + index, own)


def make_credits(plan: Plan, draws: Draws) -> Credits:
    """Lay out the credits of a plan."""
    plain = round(plan.artists * _ACTIVE)
    renamed = round(plan.artists * _RENAMED)
    several = plan.credits - plain - renamed
    long = max(2, round(several * _LONG_SHARE))
    short = several - long
    main = round(plan.artists * _MAIN)
    leaders = _leaders(short, main, draws)
    sizes = _short_sizes(short, draws)
    long_sizes = _long_sizes(long, plan.credit_names - plain - renamed - int(sizes.sum()), draws)
    long_leaders = leading_artists(np.arange(long), "credit.long.lead", main, draws)
    ids = np.arange(plain + 1)
    first = np.concatenate([ids, np.arange(1, renamed + 1), leaders, long_leaders]).astype(np.int32)
    counts = np.bincount(leaders, minlength=plan.artists + 1)
    start = plain + renamed + 1 + np.cumsum(counts) - counts
    return Credits(
        plain=plain,
        renamed=renamed,
        short_sizes=sizes,
        long_sizes=long_sizes,
        first=first,
        short_start=start,
        short_count=counts,
        main_artists=main,
    )


def leading_artists(ids: NDArray[Any], purpose: str, main: int, draws: Draws) -> Ints:
    """Choose artists with a heavy tail: low ids are the prolific ones. Never one of the special artists."""
    rank = power_rank(draws.unit(purpose, ids), main - COMPOSER, 0.75, min(50.0, 3.0 + main / 400))
    return rank + COMPOSER + 1


def _leaders(count: int, main: int, draws: Draws) -> Ints:
    ids = np.arange(count)
    leaders = leading_artists(ids, "credit.lead", main, draws)
    leaders[draws.chance("credit.composer", ids, _COMPOSER_CREDITS)] = COMPOSER
    leaders[0] = COMPOSER
    return np.sort(leaders)


def _short_sizes(count: int, draws: Draws) -> Ints:
    return choice(field(draws.bits("credit.size", np.arange(count)), 0), {2: 58, 3: 27, 4: 15})


def _long_sizes(count: int, names: int, draws: Draws) -> Ints:
    """Sizes from five up, stretched so that they use up the names that remain."""
    unit = draws.unit("credit.long.size", np.arange(count))
    sizes = np.minimum(_LONGEST, 5 * (1 - unit) ** -0.5)
    wanted = max(names, 5 * count)
    stretched = np.clip(
        np.round(5 + (sizes - 5) * max(0.0, wanted - 5 * count) / max(1.0, float((sizes - 5).sum()))), 5, _LONGEST
    )
    return stretched.astype(np.int64)


def credit_sizes(credits: Credits, ids: NDArray[Any]) -> Ints:
    """Return the number of artists of each credit."""
    sizes = np.ones(len(ids), np.int64)
    short = (ids >= credits.short_from) & (ids < credits.long_from)
    long = (ids >= credits.long_from) & (ids < credits.added_from)
    sizes[short] = credits.short_sizes[ids[short] - credits.short_from]
    sizes[long] = credits.long_sizes[ids[long] - credits.long_from]
    return sizes


def members(credits: Credits, ids: NDArray[Any], positions: NDArray[Any], draws: Draws) -> Ints:
    """Return the artist at each (credit, position); the guests come from all active artists."""
    pool = credits.plain - COMPOSER
    step = 1 + draws.below("credit.step", ids, max(1, min(997, pool // _LONGEST)))
    guests = (draws.below("credit.base", ids, pool) + positions * step) % pool + COMPOSER + 1
    return np.where(positions == 0, credits.first[ids].astype(np.int64), guests)
