"""Reading the staging database: rows by their owner, and the small tables that everything refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Area
from linernotes.domain.ids import MBID
from linernotes.dumps.faults import staging_fault

Row = tuple[Any, ...]
Grouped = defaultdict[int, list[Row]]
Parameters = list[object] | dict[str, object] | None

FETCH = 20_000
_UNKNOWN_YEAR, _UNKNOWN_PART = 10_000, 99
_PAST_EVERY_ID = 2**31 - 1
_AREAS = """
SELECT a.id, a.gid::VARCHAR, a.name, min(i.code)
FROM area a LEFT JOIN iso_3166_1 i ON i.area = a.id GROUP BY ALL ORDER BY a.id
"""


class Rows:
    """A read-only view of a staged dump. One per process and thread."""

    def __init__(self, file: Path, *, memory_mb: int, threads: int) -> None:
        """Open the staging database; several processes may do so at once."""
        self._con = duckdb.connect(str(file), read_only=True)
        self._con.execute("SET threads = ?", [threads])
        self._con.execute("SET memory_limit = ?", [f"{memory_mb}MB"])
        self._con.execute("SET temp_directory = ?", [str(file.parent / f"spill-{id(self)}")])
        self._con.execute("SET preserve_insertion_order = true")
        self.areas = {row[0]: Area(MBID(row[1]), row[2], row[3]) for row in self.all(_AREAS)}

    def all(self, sql: str, parameters: Parameters = None) -> list[Row]:
        """Run a query and return its rows."""
        return list(self.stream(sql, parameters))

    def stream(self, sql: str, parameters: Parameters = None) -> Iterator[Row]:
        """Run a query and yield its rows, without ever holding all of them."""
        cursor = self._con.cursor()
        try:
            cursor.execute(sql, parameters or [])
            while batch := cursor.fetchmany(FETCH):
                yield from batch
        except duckdb.Error as exc:
            raise staging_fault(exc) from exc
        finally:
            cursor.close()

    def grouped(self, sql: str, parameters: Parameters = None) -> Grouped:
        """Run a query whose first column is an owner, and return the rest of each row by it, in the query's order."""
        found: Grouped = defaultdict(list)
        for owner, rows in groupby(self.stream(sql, parameters), key=itemgetter(0)):
            found[owner].extend(row[1:] for row in rows)
        return found

    def ranges(self, sql: str, size: int) -> list[tuple[int, int]]:
        """Cut the ids that a query gives, in order, into half-open ranges of ``size`` ids."""
        starts = [row[0] for index, row in enumerate(self.stream(sql)) if index % size == 0]
        return list(pairwise([*starts, _PAST_EVERY_ID]))

    def close(self) -> None:
        """Close the database."""
        self._con.close()


def date_of(year: int | None, month: int | None, day: int | None) -> PartialDate | None:
    """Return a date, or None when nothing of it is known."""
    if year is None and month is None and day is None:
        return None
    return PartialDate(year, month, day)


def date_of_key(key: int | None) -> PartialDate | None:
    """Undo the number that ``staging.sql`` orders dates by; a date with no known part is a date all the same."""
    if key is None:
        return None
    year, rest = divmod(key, 10_000)
    month, day = divmod(rest, 100)
    return PartialDate(
        None if year == _UNKNOWN_YEAR else year,
        None if month == _UNKNOWN_PART else month,
        None if day == _UNKNOWN_PART else day,
    )
