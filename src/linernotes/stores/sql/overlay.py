"""What sources said, in SQL. Whoever writes has the counter's row first, so that there is one writer at a time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, func, select

from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.traces import Scheme
from linernotes.stores.sql import fact_rows
from linernotes.stores.sql.documents import Documents
from linernotes.stores.sql.engines import writing
from linernotes.stores.sql.fact_rows import Packed
from linernotes.stores.sql.faults import translated
from linernotes.stores.sql.reading import Reader
from linernotes.stores.sql.tables import fact
from linernotes.stores.sql.texts import check_key


class SqlOverlay:
    """Facts with the other names of their entities. May be used from several threads and processes."""

    def __init__(self, *, engine: Engine) -> None:
        """Read and write where the engine does; the tables must be there."""
        self._engine = engine
        self._reader = _reader(engine)
        self._documents = Documents()

    def close(self) -> None:
        """Let go of the connections for reading; the engine is somebody else's."""
        self._reader.close()

    def read(self, wanted: Sequence[Wanted]) -> list[Fact | None]:
        if not wanted:
            return []
        unpack = self._documents.unpack
        return [
            None
            if row is None
            else Fact(
                one,
                None if row[0] is None else unpack(one.aspect, row[0]),
                row[1],
                row[2],
                bool(row[3]),
                None if row[4] is None else MBID(row[4]),
            )
            for one, row in zip(wanted, self._reader.facts(wanted), strict=True)
        ]

    def find(self, scheme: Scheme, keys: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        if not keys:
            return []
        found = self._reader.names(scheme.value, keys)
        return [tuple(sorted({EntityRef(Kind(kind), MBID(mbid)) for kind, mbid in names})) for names in found]

    def keep(self, facts: Sequence[Fact]) -> list[Wanted]:
        packed = [self._packed(one) for one in facts]
        if not packed:
            return []
        with writing(self._engine) as connection:
            fact_rows.lock(connection)
            before = fact_rows.present(connection, {one.fact.wanted for one in packed})
            after = dict(before)
            chosen: dict[Wanted, Packed] = {}
            for one in packed:
                if one.replaces(after.get(one.fact.wanted)):
                    after[one.fact.wanted] = one.standing
                    chosen[one.fact.wanted] = one
            different = {wanted: one for wanted, one in chosen.items() if before.get(wanted) != one.standing}
            changed = [one for wanted, one in different.items() if not one.says_the_same(before.get(wanted))]
            renewed = [one for wanted, one in different.items() if one.says_the_same(before.get(wanted))]
            fact_rows.put(connection, changed)
            fact_rows.renew(connection, renewed)
            if different:
                fact_rows.count(connection)
        return sorted(one.fact.wanted for one in changed if one.fact.wanted in before)

    def forget(self, wanted: Sequence[Wanted]) -> int:
        if not wanted:
            return 0
        with writing(self._engine) as connection:
            fact_rows.lock(connection)
            return fact_rows.forget(connection, set(wanted))

    def forget_before(self, before: int, *, missing_before: int, limit: int) -> int:
        if limit <= 0:
            return 0
        with writing(self._engine) as connection:
            fact_rows.lock(connection)
            old = fact_rows.oldest(connection, missing=False, before=before, limit=limit)
            old += fact_rows.oldest(connection, missing=True, before=missing_before, limit=limit)
            old.sort()
            return fact_rows.forget(connection, {Wanted(Aspect(aspect), key) for _, aspect, key in old[:limit]})

    def generation(self) -> int:
        return self._reader.generation()

    def sizes(self) -> dict[str, int]:
        counts = select(fact.c.aspect, func.count()).group_by(fact.c.aspect)
        with translated(), self._engine.connect() as connection:
            return dict(sorted(connection.execute(counts)))

    def _packed(self, one: Fact) -> Packed:
        check_key(one.wanted.key)
        return Packed(one, *self._documents.pack(one))


def _reader(engine: Engine) -> Reader:
    if engine.dialect.name == "sqlite":
        from linernotes.stores.sql.sqlite_reading import SqliteReader  # noqa: PLC0415 - one of two is needed

        return SqliteReader(path=str(engine.url.database))
    from linernotes.stores.sql.postgres_reading import PostgresReader  # noqa: PLC0415 - imports psycopg

    return PostgresReader(engine=engine)
