"""Series of release groups and of releases, with numbered items."""

from collections.abc import Iterator

import numpy as np

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints
from linernotes.dumps.sample.relations import MOST_NUMBERS, LinkIds, relation_rows
from linernotes.dumps.sample.text import joined, number, pick, table, uuid

_ITEMS = 12
# Every fifth series holds releases, the others hold release groups; every fourth is ordered by hand.
_RELEASES_EVERY, _BY_HAND_EVERY = 5, 4
_ENDINGS = table(["", " Sessions", " Archive", " Series", " Awards"])


class SeriesTables:
    """Builds the series tables of one sample."""

    def __init__(self, context: Context, links: LinkIds) -> None:
        self._in = context
        self._draws = context.draws
        self._links = links
        self._count = context.catalogue.plan.series

    def tables(self) -> Iterator[Table]:
        """Yield the tables; some series stay empty."""
        at = self._in
        yield at.plain("series", self._count, self._series)
        yield at.plain("series_gid_redirect", max(1, self._count // 30), self._redirect)
        yield at.plain("l_release_group_series", self._count * _ITEMS // 2, self._group_items)
        yield at.plain("l_release_series", self._count * _ITEMS // 8, self._release_items)

    def _series(self, ids: Ints) -> bytearray:
        titles = self._in.names.title("series", ids, np.zeros(len(ids), np.int64))
        return self._in.lines(
            "series",
            len(ids),
            id=number(ids),
            gid=uuid(self._draws, "series", ids),
            name=joined(titles, pick(_ENDINGS, ids % len(_ENDINGS))),
            type=number(np.where(ids % _RELEASES_EVERY == 0, 2, 1)),
            ordering_type=number(1 + (ids % _BY_HAND_EVERY == 0)),
            last_updated=stamps(ids),
        )

    def _redirect(self, ids: Ints) -> bytearray:
        gid, target = uuid(self._draws, "series.old", ids), 1 + ids * 7 % self._count
        return self._in.lines("series_gid_redirect", len(ids), gid=gid, new_id=number(target), created=stamps(ids))

    def _group_items(self, ids: Ints) -> bytearray:
        turn = (ids - 1) // _ITEMS
        series = 1 + turn + turn // (_RELEASES_EVERY - 1)
        return self._items("l_release_group_series", ids, series, self._in.catalogue.plan.groups, 0)

    def _release_items(self, ids: Ints) -> bytearray:
        series = _RELEASES_EVERY * (1 + (ids - 1) // _ITEMS)
        return self._items("l_release_series", ids, series, self._in.catalogue.plan.releases, MOST_NUMBERS)

    def _items(self, name: str, ids: Ints, series: Ints, members: int, numbers: int) -> bytearray:
        """Put members into series at the places 1, 2, 3 …, with the links that carry those numbers."""
        place = (ids - 1) % _ITEMS
        member = 1 + (self._draws.below(name, series, members) + place * (1 + series % 3)) % members
        links = self._links.first_number + numbers + place
        series = np.minimum(series, self._count)
        return relation_rows(self._in, name, ids, links=links, left=member, right=series, order=place + 1)
