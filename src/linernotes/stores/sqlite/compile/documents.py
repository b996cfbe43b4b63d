"""Documents on their way into a table: a dictionary trained on some, then all of them compressed and appended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from linernotes.stores.sqlite.codec.compression import Compressor, train

T = TypeVar("T")
Ranges = list[tuple[int, int]]
Row = tuple[object, ...]

_SAMPLED_RANGES = 5
_SAMPLED_ENTITIES = 1000
_BATCH = 20_000


def spread_sample(ranges: Ranges, read: Callable[[int, int], Iterator[T]]) -> list[T]:
    """Return some entities from ranges all over the table: the first ones alone are not like the rest."""
    step = max(1, len(ranges) // _SAMPLED_RANGES)
    found: list[T] = []
    for low, high in ranges[::step]:
        found.extend(islice(read(low, high), _SAMPLED_ENTITIES))
    return found


def trained(con: sqlite3.Connection, name: str, samples: list[bytes]) -> Compressor:
    """Train a dictionary for a table, store it beside the table, and return its compressor."""
    dictionary = train(samples)
    con.execute("INSERT INTO dictionary VALUES (?, ?)", [name, dictionary])
    return Compressor(dictionary)


def fill(con: sqlite3.Connection, sql: str, rows: Iterable[Row], advance: Callable[[int], None] | None = None) -> int:
    """Insert rows as they come, never holding more than a batch; return how many there were."""
    done = 0
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        con.executemany(sql, batch)
        done += len(batch)
        if advance:
            advance(len(batch))
    return done
