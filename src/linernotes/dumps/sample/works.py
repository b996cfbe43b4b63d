"""Tables about works and who wrote and recorded them."""

from collections.abc import Iterator

import numpy as np

from linernotes.dumps.sample.context import Context, Table, stamps
from linernotes.dumps.sample.draws import Ints, choice, field
from linernotes.dumps.sample.names import SCRIPTS
from linernotes.dumps.sample.text import joined, number, pick, table, uuid

_TYPES = {17: 40, 0: 52, 16: 1, 4: 1, 5: 2, 6: 1, 3: 1, 10: 1, 22: 1}


class WorkTables:
    """Builds the work tables of one sample."""

    def __init__(self, context: Context) -> None:
        self._in = context
        self._draws = context.draws

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        at, works = self._in, self._in.catalogue.plan.works
        yield at.plain("work", works, self._work)
        yield at.plain("work_alias", max(3, works // 40), self._alias)
        yield at.plain("work_language", max(3, works // 3), self._language)
        yield at.plain("work_meta", max(3, works // 20), self._meta, "derived")
        yield at.plain("iswc", max(3, works // 3), self._iswc)

    def _work(self, ids: Ints) -> bytearray:
        kinds = choice(field(self._draws.bits("work.type", ids), 0), _TYPES)
        scripts = np.where(ids % 23 == 0, ids % len(SCRIPTS), 0)
        return self._in.lines(
            "work",
            len(ids),
            id=number(ids),
            gid=uuid(self._draws, "work", ids),
            name=self._in.names.title("work", ids, scripts),
            type=number(kinds, kinds == 0),
            last_updated=stamps(ids),
        )

    def _alias(self, ids: Ints) -> bytearray:
        names = self._in.names.title("work.alias", ids, np.zeros(len(ids), np.int64))
        works = 1 + ids * 37 % self._in.catalogue.plan.works
        return self._in.lines(
            "work_alias",
            len(ids),
            id=number(ids),
            work=number(works),
            name=names,
            sort_name=names,
            type=b"1",
            last_updated=stamps(ids),
        )

    def _language(self, ids: Ints) -> bytearray:
        language = pick(table(["120", "145", "134", "198", "393", "195"]), ids * ids % 6)
        return self._in.lines("work_language", len(ids), work=number(ids * 2), language=language, created=stamps(ids))

    def _meta(self, ids: Ints) -> bytearray:
        return self._in.lines("work_meta", len(ids), id=number(ids))

    def _iswc(self, ids: Ints) -> bytearray:
        digits = (ids[:, None] // 10 ** np.arange(8, -1, -1) % 10 + ord("0")).astype(np.uint8)
        check = (ord("0") + ids % 10).astype(np.uint8)[:, None]
        text = joined(b"T-", digits[:, :3], b".", digits[:, 3:6], b".", digits[:, 6:], b"-", check)
        return self._in.lines("iswc", len(ids), id=number(ids), work=number(ids * 3), iswc=text, created=stamps(ids))
