"""Reads an overlay in PostgreSQL: one prepared statement per read, whatever the number of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine

from linernotes.domain.facts import Wanted
from linernotes.stores.sql.faults import ours
from linernotes.stores.sql.idle import Idle
from linernotes.stores.sql.reading import COLUMNS, Names, Row, pairs
from linernotes.stores.sql.texts import storable

FACT = f"SELECT {COLUMNS} FROM fact WHERE aspect = %s AND key = %s"
FACTS = (
    f"SELECT aspect, key, {COLUMNS} FROM unnest(%s::text[], %s::text[]) AS asked (aspect, key)"
    " JOIN fact USING (aspect, key)"
)
NAMES = (
    "SELECT asked.name, kind, mbid FROM unnest(%s::text[]) AS asked (name)"
    " JOIN trace ON trace.scheme = %s AND trace.key = asked.name"
)
NAME = "SELECT kind, mbid FROM trace WHERE scheme = %s AND key = %s"
GENERATION = "SELECT value FROM counter WHERE name = 'generation'"
MOST = 500
Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")


class PostgresReader:
    """Reads on connections of its own, each statement a transaction by itself."""

    def __init__(self, *, engine: Engine) -> None:
        """Connect, where the engine does, when there is something to read."""
        self._address = engine.dialect.create_connect_args(engine.url)
        self._idle: Idle[Connection] = Idle(connect=self._connect)

    def facts(self, wanted: Sequence[Wanted]) -> list[Row | None]:
        asked = pairs(wanted)
        if len(asked) == 1:
            return [next(iter(self._read(lambda run: run(FACT, asked[0]))), None)]
        found: dict[tuple[str, str | None], Row] = {}
        for start in range(0, len(asked), MOST):
            found |= self._some(asked[start : start + MOST])
        return [found.get(one) for one in asked]

    def _some(self, asked: Sequence[tuple[str, str | None]]) -> dict[tuple[str, str | None], Row]:
        values = [aspect for aspect, _ in asked], [key for _, key in asked]
        return {(row[0], row[1]): row[2:] for row in self._read(lambda run: run(FACTS, values))}

    def names(self, scheme: str, keys: Sequence[str]) -> list[Names]:
        asked = [storable(key) for key in keys]
        if len(asked) == 1:
            return [self._read(lambda run: run(NAME, (scheme, asked[0])))]
        found: defaultdict[str | None, Names] = defaultdict(list)
        for start in range(0, len(asked), MOST):
            for key, kind, mbid in self._some_names(scheme, asked[start : start + MOST]):
                found[key].append((kind, mbid))
        return [found.get(key, []) for key in asked]

    def _some_names(self, scheme: str, asked: Sequence[str | None]) -> list[tuple[str, str, str]]:
        return self._read(lambda run: run(NAMES, (asked, scheme)))

    def generation(self) -> int:
        return int(self._read(lambda run: run(GENERATION, ()))[0][0])

    def close(self) -> None:
        self._idle.close()

    def _connect(self) -> Connection:
        words, named = self._address
        connection = psycopg.connect(*words, **named, autocommit=True)
        connection.prepare_threshold = 0
        return connection

    def _read(self, ask: Callable[[Callable[..., Any]], Any]) -> list[Any]:
        """Ask once more where the connection had died while it waited: a server may have been started anew."""
        try:
            return self._read_once(ask)
        except _Died:
            self._idle.empty()
        try:
            return self._read_once(ask)
        except _Died as exc:
            raise ours(exc.__cause__) from exc.__cause__

    def _read_once(self, ask: Callable[[Callable[..., Any]], Any]) -> list[Any]:
        try:
            connection = self._idle.take()
        except psycopg.Error as exc:
            raise ours(exc) from exc
        try:
            found: list[Any] = ask(lambda text, values: connection.execute(text, values, binary=True)).fetchall()
        except psycopg.Error as exc:
            died = connection.broken
            connection.close()
            raise (_Died if died else ours(exc)) from exc
        except BaseException:
            connection.close()
            raise
        self._idle.give(connection)
        return found


class _Died(Exception):
    """The connection is no more."""
