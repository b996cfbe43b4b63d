"""One table's COPY text into the staging database: fast through DuckDB's CSV reader, and exact about what it refuses.

Table and column names come from ``tables.py`` alone, never from input, hence the composed SQL.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import duckdb

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.dumps import tables
from linernotes.dumps.copytext import LONGEST_LINE, CopyFault, read_rows
from linernotes.dumps.schema import columns

if TYPE_CHECKING:
    from linernotes.dumps.tables import Table

_BUFFER = 8_000_000
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_NEVER_NULL = frozenset({"name", "sort_name", "comment"})
_ESCAPES = ((r"\t", 9), (r"\n", 10), (r"\r", 13), (r"\b", 8), (r"\f", 12), (r"\v", 11))


def create_empty(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create a table that the archives do not have, because it is empty there."""
    inside = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
    con.execute(f'CREATE TABLE "{table.staged}" ({inside})')


def load_table(con: duckdb.DuckDBPyConnection, table: Table, file: Path, *, sequence: int, archive: str) -> int:
    """Stage one table and return its rows.

    ``file`` holds its COPY text, with the columns of that schema sequence; more columns at the end are tolerated.
    Raises ``Corrupt`` or ``Invalid`` with archive, table and line.
    """
    known = columns(sequence, table.name)
    if not table.required and not file.stat().st_size:
        create_empty(con, table)
        return 0
    width = _width(file)
    if width < len(known):
        raise Invalid(
            f"{archive}: table {table.name}, line 1: {len(known)} columns are expected, {width} found",
            hint="Is this archive complete, and of the schema sequence that it says?",
        )
    names = [*known, *(f"_extra{n}" for n in range(width - len(known)))]
    source = _read_csv(table, names)
    picked = ", ".join(_picked(name, kind) for name, kind in table.columns.items())
    try:
        con.execute(f'CREATE TABLE "{table.staged}" AS SELECT {picked} FROM {source}', [str(file)])
    except duckdb.Error as exc:
        raise _explained(exc, table, file, names, archive) from exc
    _check_names(con, table, file, names, archive)
    return count_rows(con, table.staged)


def count_rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a staged table."""
    row = con.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(row[0]) if row else 0


def _width(file: Path) -> int:
    with file.open("rb") as stream:
        return stream.readline(LONGEST_LINE).count(b"\t") + 1


def _read_csv(table: Table, names: list[str]) -> str:
    types = ", ".join(f"'{name}': '{table.columns.get(name, tables.TEXT)}'" for name in names)
    return (
        f"read_csv(?, delim='\t', header=false, auto_detect=false, quote='', escape='', nullstr='\\N', "
        f"new_line='\\n', max_line_size={LONGEST_LINE}, buffer_size={_BUFFER}, columns={{{types}}})"
    )


def _picked(name: str, kind: str) -> str:
    r"""Select one column, undoing COPY's escapes where a value has any.

    ``\\`` is parked as NUL meanwhile, which PostgreSQL text cannot hold, so that ``\\n`` stays a backslash and an n.
    """
    if kind != tables.TEXT:
        return f'"{name}"'
    inner = f"replace(\"{name}\", '\\\\', chr(0))"
    for written, code in _ESCAPES:
        inner = f"replace({inner}, '{written}', chr({code}))"
    return f'CASE WHEN contains("{name}", \'\\\') THEN replace({inner}, chr(0), \'\\\') ELSE "{name}" END AS "{name}"'


def _check_names(con: duckdb.DuckDBPyConnection, table: Table, file: Path, names: list[str], archive: str) -> None:
    """Refuse NULL where MusicBrainz allows none and everything after this relies on it."""
    for name in sorted(_NEVER_NULL & set(table.columns)):
        if con.execute(f'SELECT 1 FROM "{table.staged}" WHERE "{name}" IS NULL LIMIT 1').fetchone():
            at = names.index(name)
            with file.open("rb") as lines:
                line = next(n for n, row in enumerate(read_rows(lines, len(names)), 1) if row[at] is None)
            raise Corrupt(f"{archive}: table {table.name}, line {line}: column {name} is NULL")


def _explained(exc: duckdb.Error, table: Table, file: Path, names: list[str], archive: str) -> Exception:
    """Find the row that DuckDB refused and say what is wrong with it in our words."""
    if isinstance(exc, (duckdb.IOException, duckdb.OutOfMemoryException)) and "CSV" not in str(exc):
        return exc
    try:
        with file.open("rb") as lines:
            for number, row in enumerate(read_rows(lines, len(names)), 1):
                _check_types(row, table, names, number)
    except CopyFault as fault:
        return Corrupt(f"{archive}: table {table.name}, line {fault.line}: {fault.reason}")
    place = _LINE.search(str(exc))
    line = f", line {place[1]}" if place else ""
    return Corrupt(f"{archive}: table {table.name}{line}: {str(exc).splitlines()[0]}")


_CHECKS = {
    tables.INT: lambda text: -(2**31) <= int(text) < 2**31,
    tables.LONG: lambda text: -(2**63) <= int(text) < 2**63,
    tables.UUID: lambda text: bool(UUID(text)),
    tables.FLAG: lambda text: text in ("t", "f"),
}


def _check_types(row: list[str | None], table: Table, names: list[str], line: int) -> None:
    for name, value in zip(names, row, strict=True):
        check = _CHECKS.get(table.columns.get(name, tables.TEXT))
        if check is None or value is None:
            continue
        try:
            fits = check(value)
        except ValueError:
            fits = False
        if not fits:
            raise CopyFault(f"column {name}: {value[:40]!r} is not a {table.columns[name].lower()}", line=line)
