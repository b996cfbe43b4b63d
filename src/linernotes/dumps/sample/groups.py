"""Tables about release groups."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample import dates
from linernotes.dumps.sample.catalogue import ALBUM, EP, SINGLE
from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field
from linernotes.dumps.sample.facts import words
from linernotes.dumps.sample.names import COMPOSER, VARIOUS
from linernotes.dumps.sample.ratings import ratings
from linernotes.dumps.sample.tags import tag_rows
from linernotes.dumps.sample.text import Chars, joined, number, pick, table, uuid

_COMMENTS = table(
    ["", "live", "2009 remaster", "promo", "US version", "soundtrack", "bonus tracks", "mono", "self-titled"]
)
_COMPILATION, _SOUNDTRACK, _LIVE, _REMIX = 1, 2, 6, 7
_SECONDARY = {_COMPILATION: 44, _LIVE: 22, _SOUNDTRACK: 9, _REMIX: 9, 8: 4, 10: 3, 9: 3, 3: 1, 4: 1, 5: 2}


class GroupTables:
    """Builds the release group tables of one sample; `has_event` says which releases have a release event."""

    def __init__(self, context: Context, has_event: NDArray[np.bool_]) -> None:
        self._in = context
        self._draws = context.draws
        self._volumes = table(["", *words().entries("lat.vol")])
        self._has_event = has_event
        groups = context.edits.group(context.catalogue.release_group)
        self._counts = np.bincount(groups, minlength=context.catalogue.groups + 1)

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at, plan = self._in, self._in.catalogue.plan
        groups = at.catalogue.groups
        yield at.plain("release_group", groups, self._group)
        yield at.plain("release_group_alias", max(4, plan.groups // 90), self._alias)
        yield at.plain(
            "release_group_gid_redirect", plan.group_redirects + at.edits.merged_groups.size // 2, self._redirect
        )
        yield at.ragged("release_group_secondary_type_join", groups, self._secondary_count, self._secondary)
        first = dates.first_dates(at, self._has_event)
        yield at.plain("release_group_meta", groups, lambda ids: self._meta(ids, first), "derived")
        yield tag_rows(at, "release_group", groups, self._tagged, 2.9)

    def title(self, groups: NDArray[Any]) -> Chars:
        """Spell the titles of release groups."""
        names, artists = self._in.names, self._in.catalogue.group_artist(groups)
        plain = names.title("group", groups, names.script(artists), album=True)
        volumes = np.where((artists == VARIOUS) | (groups % 37 == 0), 1 + groups % (len(self._volumes) - 1), 0)
        titles = joined(plain, pick(self._volumes, volumes))
        composed = np.flatnonzero(artists == COMPOSER)
        if len(composed):
            classical = names.classical("group", groups[composed])
            titles = np.pad(titles, ((0, 0), (0, max(0, classical.shape[1] - titles.shape[1]))))
            titles[composed] = 0
            titles[composed, : classical.shape[1]] = classical
        return titles

    def _group(self, ids: Ints) -> bytearray:
        bits = self._draws.bits("group.facts", ids)
        kinds = self._in.catalogue.group_type[ids]
        comment = np.where(field(bits, 0) < 2600, 1 + ids % (len(_COMMENTS) - 1), 0)
        return self._in.lines(
            "release_group",
            len(ids),
            self._in.edits.kept("release_group", ids),
            id=number(ids),
            gid=uuid(self._draws, "release_group", ids),
            name=self.title(ids),
            artist_credit=number(self._in.catalogue.group_credit[ids]),
            type=number(kinds, kinds == 0),
            comment=pick(_COMMENTS, comment),
            last_updated=stamps(ids),
        )

    def _alias(self, ids: Ints) -> bytearray:
        groups = 1 + (ids * 83) % self._in.catalogue.plan.groups
        names = self._in.names.title("group.alias", ids, np.zeros(len(ids), np.int64))
        kept = self._in.edits.kept("release_group", groups)
        kinds = choice(field(self._draws.bits("group.alias.type", ids), 0), {0: 30, 1: 60, 2: 10})
        return self._in.lines(
            "release_group_alias",
            len(ids),
            kept,
            id=number(ids),
            release_group=number(groups),
            name=names,
            sort_name=names,
            type=number(kinds, kinds == 0),
            last_updated=stamps(ids),
        )

    def _redirect(self, ids: Ints) -> bytearray:
        """Write old redirects first, then one for each group that an edit merged."""
        plan, edits, draws = self._in.catalogue.plan, self._in.edits, self._draws
        old = ids <= plan.group_redirects
        target = edits.group(1 + draws.below("group.redirect", ids[old], plan.groups))
        pairs = edits.merged_groups.reshape(-1, 2)[ids[~old] - plan.group_redirects - 1]
        gids = np.concatenate([uuid(draws, "release_group.old", ids[old]), uuid(draws, "release_group", pairs[:, 0])])
        targets = np.concatenate([target, pairs[:, 1]])
        return self._in.lines(
            "release_group_gid_redirect", len(ids), gid=gids, new_id=number(targets), created=stamps(ids)
        )

    def _tagged(self, ids: NDArray[Any]) -> NDArray[np.float64]:
        """Return the share of groups with tags: 62 % of albums and EPs, a fifth of the others."""
        return np.where(np.isin(self._in.catalogue.group_type[ids], (ALBUM, EP)), 0.62, 0.2)

    def _secondary_count(self, ids: Ints) -> Ints:
        bits = self._draws.bits("group.secondary", ids)
        various = self._in.catalogue.group_artist(ids) == VARIOUS
        kinds = self._in.catalogue.group_type[ids]
        share = np.select([various, kinds == ALBUM, kinds == SINGLE], [60_000, 15_500, 2_500], 6_000)
        drawn = field(bits, 0)
        return (drawn < share).astype(np.int64) + (drawn < share * 0.12)

    def _secondary(self, groups: Ints, places: Ints) -> bytearray:
        kind = choice(field(self._draws.bits("group.secondary.type", groups), 0), _SECONDARY)
        kind = np.where(self._in.catalogue.group_artist(groups) == VARIOUS, _COMPILATION, kind)
        kept = self._in.edits.kept("release_group", groups)
        second = np.where(kind == _LIVE, _COMPILATION, _LIVE)
        return self._in.lines(
            "release_group_secondary_type_join",
            len(groups),
            kept,
            release_group=number(groups),
            secondary_type=number(np.where(places == 0, kind, second)),
            created=stamps(groups),
        )

    def _meta(self, ids: Ints, first: Ints) -> bytearray:
        return self._in.lines(
            "release_group_meta",
            len(ids),
            self._in.edits.kept("release_group", ids),
            id=number(ids),
            release_count=number(self._counts[ids]),
            **dates.columns("first_release_date", dates.split(first[ids])),
            **ratings(self._draws, "group", ids, 0.05),
        )
