"""Making, filling and indexing the tables of one part of a build, in one transaction.

Rows go in by binary COPY and are frozen at once, so that the tables need no vacuum after. Indexes come last: sorting
is cheaper than keeping order, and a table that is read by nobody needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from psycopg import sql

from linernotes.domain.secret import Secret
from linernotes.ports.progress import Progress
from linernotes.stores.postgres.database import Connection, Database, Row
from linernotes.stores.postgres.schema import Table, create, index, table

_SETTINGS = (
    "SET maintenance_work_mem = '256MB'",  # for the indexes
    "SET work_mem = '64MB'",  # for comparing with the build before
    "SET synchronous_commit = off",  # publishing waits for the disk, and with it for all that was written before
    "SET statement_timeout = 0",
)
# What a column is sent as: raw bytes wherever we have them, which costs no object for each value.
_SENT = {"uuid": "bytea", "uuid[]": "bytea", "bytea": "bytea", "bigint": "int8", "integer": "int4", "text": "text"}


class Target(msgspec.Struct, frozen=True):
    """Where a part goes; ``previous`` is the schema of the build that it is compared with, ``now`` unix ms."""

    url: Secret
    schema: str
    previous: str | None
    now: int


class Loader:
    """Fills the tables of a part."""

    def __init__(self, connection: Connection, target: Target, tables: Sequence[Table]) -> None:
        """Create the tables, empty."""
        self.target = target
        self._connection = connection
        self._tables = {made.name: made for made in tables}
        for made in tables:
            for statement in create(target.schema, made):
                connection.execute(statement)

    def copy(self, name: str, rows: Iterable[Row]) -> int:
        """Append rows as they come; UUIDs as 16 bytes, arrays of them as ``arrays`` makes them. Return how many."""
        columns = self._tables[name].columns.split(", ")
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY, FREEZE)").format(table(self.target.schema, name))
        count = 0
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([_SENT[column.split()[1]] for column in columns])
            write = copy.write_row
            for row in rows:
                write(row)
                count += 1
        return count

    def run(self, statement: sql.Composed, values: Sequence[object] = ()) -> None:
        """Run a statement of the part's own."""
        self._connection.execute(statement, values)

    def finish(self, phase: str, progress: Progress) -> None:
        """Index all tables."""
        statements = [one for made in self._tables.values() for one in index(self.target.schema, made)]
        progress.start(phase, total=len(statements), unit="steps")
        for statement in statements:
            self._connection.execute(statement)
            progress.advance(phase, 1)
        progress.finish(phase)


@contextmanager
def loading(target: Target, tables: Sequence[Table]) -> Iterator[Loader]:
    """Give a loader for a part's tables; at the end they are there, after an error they are not."""
    database = Database(target.url)
    with database.connection() as connection:
        for setting in _SETTINGS:
            connection.execute(setting)
        with connection.transaction():
            yield Loader(connection, target, tables)
