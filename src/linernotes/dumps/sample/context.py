"""What every table builder shares: the draws, the names, the skeleton, and the writing of rows in schema order."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.catalogue import Catalogue
from linernotes.dumps.sample.draws import Draws, Ints
from linernotes.dumps.sample.edits import Edits
from linernotes.dumps.sample.names import Names
from linernotes.dumps.sample.text import NULL, Chars, Column, pick, rows, table
from linernotes.dumps.schema import columns

SEQUENCE = 31
Archive = Literal["core", "derived", "cover-art"]

_DEFAULTS: dict[str, bytes] = {
    "edits_pending": b"0",
    "comment": b"",
    "ended": b"f",
    "primary_for_locale": b"f",
    "link_order": b"0",
    "entity0_credit": b"",
    "entity1_credit": b"",
    "quality": b"-1",
}
# Half of the old rows carry no time, as rows that nobody touched since the column came; the rest share a few.
_STAMPS = table(
    [
        NULL
        if block % 2
        else f"20{11 + block % 15}-{1 + block % 12:02d}-{1 + block % 28:02d} {block % 24:02d}:00:00+00".encode()
        for block in range(64)
    ]
)
_STAMP_RUN = 12


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table: `text(low, high)` writes the rows of the units low..high-1; units are numbered from 1."""

    archive: Archive
    name: str
    units: int
    rows: int
    text: Callable[[int, int], bytearray]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The shared parts of one sample."""

    draws: Draws
    names: Names
    catalogue: Catalogue
    edits: Edits

    def lines(self, name: str, count: int, keep: NDArray[np.bool_] | None = None, /, **given: Column) -> bytearray:
        """Write rows of a table from named columns; the others get the default that an untouched row has."""
        order = columns(SEQUENCE, name)
        unknown = given.keys() - set(order)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        return rows(
            count, [given[column] if column in given else _DEFAULTS.get(column, NULL) for column in order], keep
        )

    def plain(self, name: str, units: int, text: Callable[[Ints], bytearray], archive: Archive = "core") -> Table:
        """Describe a table with exactly one row per unit."""
        return Table(
            archive=archive, name=name, units=units, rows=units, text=lambda low, high: text(np.arange(low, high))
        )

    def ragged(
        self,
        name: str,
        units: int,
        counts: Callable[[Ints], Ints],
        text: Callable[[Ints, Ints], bytearray],
        archive: Archive = "core",
    ) -> Table:
        """Describe a table with `counts(unit)` rows per unit; `text` gets the unit and the place in it of each row."""

        def build(low: int, high: int) -> bytearray:
            units_ = np.arange(low, high)
            found = counts(units_)
            owners = np.repeat(units_, found)
            places = np.arange(len(owners)) - np.repeat(np.cumsum(found) - found, found)
            return text(owners, places)

        step = 1 << 18
        total = sum(int(counts(np.arange(low, min(units + 1, low + step))).sum()) for low in range(1, units + 1, step))
        return Table(archive=archive, name=name, units=units, rows=total, text=build)


def stamps(ids: NDArray[Any]) -> Chars:
    """Write a coarse time of last change: runs of ids share one, as after a mass edit."""
    return pick(_STAMPS, (ids >> _STAMP_RUN) % 64)
