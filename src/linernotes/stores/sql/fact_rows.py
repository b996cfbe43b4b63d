"""The statements that write facts and their traces, all inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from linernotes.domain.facts import Aspect, Fact, Wanted
from linernotes.domain.traces import traces
from linernotes.stores.sql.tables import counter, fact, trace
from linernotes.stores.sql.texts import storable

# Bound values in one statement: far below what either database takes.
MOST = 500
GENERATION = counter.c.name == "generation"


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What of a row decides whether another fact replaces it."""

    hash: bytes
    fetched_at: int
    partial: bool
    source: str


class Packed(msgspec.Struct, frozen=True, gc=False):
    """A fact with its document and the hash of what it says."""

    fact: Fact
    document: bytes | None
    hash: bytes

    @property
    def standing(self) -> Standing:
        """What its row would say."""
        return Standing(self.hash, self.fact.fetched_at, self.fact.partial, self.fact.source)

    def replaces(self, kept: Standing | None) -> bool:
        """Whether it may take the place of what is kept: a whole one of any partial one, else the newer of its kind."""
        if kept is None:
            return True
        return (not self.fact.partial, self.fact.fetched_at) >= (not kept.partial, kept.fetched_at)

    def says_the_same(self, kept: Standing | None) -> bool:
        """Whether it has the value that is kept already."""
        return kept is not None and kept.hash == self.hash


def lock(connection: Connection) -> None:
    """Be the only writer until the transaction ends; on SQLite the caller is it already.

    With one writer, what is read here is what is changed, and no two lock rows in different orders.
    """
    connection.execute(select(counter.c.value).where(GENERATION).with_for_update())


def count(connection: Connection) -> None:
    """Let everybody see that something changed."""
    connection.execute(update(counter).where(GENERATION).values(value=counter.c.value + 1))


def present(connection: Connection, wanted: Collection[Wanted]) -> dict[Wanted, Standing]:
    """Return what is kept of some questions."""
    found = {}
    for aspect, keys in _chunks(wanted):
        rows = select(fact.c.key, fact.c.hash, fact.c.fetched_at, fact.c.partial, fact.c.source).where(
            fact.c.aspect == aspect.value, fact.c.key.in_(keys)
        )
        for key, *standing in connection.execute(rows):
            found[Wanted(aspect, key)] = Standing(*standing)
    return found


def put(connection: Connection, packed: Collection[Packed]) -> None:
    """Write facts whole, each in the place of what was there, with their traces."""
    if not packed:
        return
    new = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(fact)
    columns = [column.name for column in fact.columns if not column.primary_key]
    replace = new.on_conflict_do_update(
        index_elements=[fact.c.aspect, fact.c.key], set_={name: new.excluded[name] for name in columns}
    )
    connection.execute(replace, [_row(one) for one in packed])
    _drop_traces(connection, [one.fact.wanted for one in packed])
    rows = [row for one in packed for row in _trace_rows(one.fact)]
    if rows:
        connection.execute(insert(trace), rows)


def renew(connection: Connection, packed: Collection[Packed]) -> None:
    """Note that facts were said again: when, by whom, and whether wholly."""
    if not packed:
        return
    same = update(fact).where(fact.c.aspect == bindparam("at_aspect"), fact.c.key == bindparam("at_key"))
    rows = [
        {
            "at_aspect": one.fact.wanted.aspect.value,
            "at_key": one.fact.wanted.key,
            "source": one.fact.source,
            "fetched_at": one.fact.fetched_at,
            "partial": one.fact.partial,
        }
        for one in packed
    ]
    connection.execute(same, rows)


def oldest(connection: Connection, *, missing: bool, before: int, limit: int) -> list[tuple[int, str, str]]:
    """Return time, aspect and key of facts that were fetched before then, oldest first."""
    old = (
        select(fact.c.fetched_at, fact.c.aspect, fact.c.key)
        .where(fact.c.missing.is_(missing), fact.c.fetched_at < before)
        .order_by(fact.c.fetched_at, fact.c.aspect, fact.c.key)
        .limit(limit)
    )
    return [tuple(row) for row in connection.execute(old)]


def forget(connection: Connection, wanted: Collection[Wanted]) -> int:
    """Remove facts with their traces; return how many there were."""
    gone = 0
    for aspect, keys in _chunks(wanted):
        gone += connection.execute(delete(fact).where(fact.c.aspect == aspect.value, fact.c.key.in_(keys))).rowcount
        connection.execute(delete(trace).where(trace.c.aspect == aspect.value, trace.c.owner.in_(keys)))
    if gone:
        count(connection)
    return gone


def _drop_traces(connection: Connection, wanted: Collection[Wanted]) -> None:
    for aspect, keys in _chunks(wanted):
        connection.execute(delete(trace).where(trace.c.aspect == aspect.value, trace.c.owner.in_(keys)))


def _chunks(wanted: Iterable[Wanted]) -> Iterator[tuple[Aspect, list[str]]]:
    """Yield keys by aspect, ascending, at most so many at once, and only such as can have been kept."""
    for aspect, group in groupby(sorted(wanted), key=lambda one: one.aspect):
        keys = [one.key for one in group if storable(one.key) is not None]
        for start in range(0, len(keys), MOST):
            yield aspect, keys[start : start + MOST]


def _row(one: Packed) -> dict[str, object]:
    return {
        "aspect": one.fact.wanted.aspect.value,
        "key": one.fact.wanted.key,
        "doc": one.document,
        "source": one.fact.source,
        "fetched_at": one.fact.fetched_at,
        "partial": one.fact.partial,
        "moved_to": one.fact.moved_to,
        "missing": one.fact.passing,
        "hash": one.hash,
    }


def _trace_rows(one: Fact) -> Iterator[dict[str, str]]:
    for found in traces(one):
        if storable(found.key) is not None:  # nobody asks for any other
            yield {
                "scheme": found.scheme.value,
                "key": found.key,
                "kind": found.entity.kind.value,
                "mbid": found.entity.mbid,
                "aspect": one.wanted.aspect.value,
                "owner": one.wanted.key,
            }
