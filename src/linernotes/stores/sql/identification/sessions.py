"""Statements that are written once for SQLite and PostgreSQL, on connections of the drivers' own, which are quick.

In a text ``?`` stands for a value, and ``{among}`` (once, after a column) for "is one of" a list of values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from linernotes.domain.errors import Unavailable
from linernotes.stores.sql.faults import COME_BACK_SECONDS, SOURCE

Row = tuple[Any, ...]
T = TypeVar("T")
NOT_KEPT = "this holds a number or a text that cannot be kept"


class Turn(IntEnum):
    """What only one transaction does at a time: an advisory lock on PostgreSQL; SQLite has one writer anyway.

    So what such a transaction reads is what it changes, and what it numbers appears in the order of the numbers.
    """

    IMPORT = 0x61636F7573746900
    """Tracks, fingerprints, links, metadata and the change log."""
    SUBMIT = 0x61636F7573746901
    """New submissions."""
    CLIENTS = 0x61636F7573746902
    """Applications and accounts."""
    COUNTS = 0x61636F7573746903
    """Statistics."""


class Session(Protocol):
    """A connection in somebody's hands. Raises our errors: Invalid for what cannot be kept, Unavailable, Corrupt."""

    def ask(self, text: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows that a statement gives."""
        ...

    def ask_among(
        self, text: str, among: Sequence[int] | Sequence[bytes], *, after: Sequence[object] = ()
    ) -> list[Row]:
        """Return the rows for a list of values, which comes before the other values; none for an empty list.

        It may take several statements, so that the whole has no order.
        """
        ...

    def tell(self, text: str, values: Sequence[object] = ()) -> int:
        """Change something; return the number of rows."""
        ...

    def tell_all(self, text: str, rows: Sequence[Sequence[object]]) -> None:
        """Change something with each row of values, in their order."""
        ...

    def insert_all(self, text: str, rows: Sequence[Sequence[object]]) -> list[int]:
        """Insert rows by a statement that ends with ``RETURNING id``; return the ids in the order of the rows."""
        ...


class Sessions(Protocol):
    """Where sessions come from. May be used from several threads."""

    @property
    def remote(self) -> bool:
        """Whether a session waits for another program."""
        ...

    def read(self, ask: Callable[[Session], T]) -> T:
        """Return what is read; ``ask`` may be called twice, where a connection had died in the meantime."""
        ...

    def writing(self, turn: Turn) -> AbstractContextManager[Session]:
        """Give a session in a transaction: waits for its turn, commits at the end, undoes all when it raises."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


def undone(hint: str) -> Unavailable:
    """Return the error of a transaction that the database has given up, so that nothing of it can be kept."""
    return Unavailable("the transaction was undone", hint=hint, source=SOURCE, retry_after=COME_BACK_SECONDS)
