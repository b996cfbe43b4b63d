"""Column names of the export's tables, one JSON file per schema sequence.

A dump carries no header lines, so the order in these files is the only key to its fields; it is the order of the
table definitions in MusicBrainz's own schema. A new sequence is a new file here and no edit anywhere else.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from linernotes.domain.errors import Invalid


class _Schema(msgspec.Struct, frozen=True):
    sequence: int
    tables: Mapping[str, tuple[str, ...]]


def known_sequences() -> tuple[int, ...]:
    """Return the schema sequences that have a column file, in rising order."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(int(name.removesuffix(".json")) for name in names if name.endswith(".json")))


def tables(sequence: int) -> tuple[str, ...]:
    """Return the table names as the export spells them, sorted; other schemas keep their prefix and a dot.

    Raises Invalid for a sequence without a column file.
    """
    return tuple(sorted(_load(sequence).tables))


def columns(sequence: int, table: str) -> tuple[str, ...]:
    """Return the column names of a table, in the order of its fields in the export.

    Raises Invalid for a sequence without a column file and for a table that the sequence does not list.
    """
    found = _load(sequence).tables.get(table)
    if found is None:
        message = f"schema sequence {sequence} lists no table {table}"
        raise Invalid(message)
    return found


@cache
def _load(sequence: int) -> _Schema:
    entry = resources.files(__name__).joinpath(f"{sequence}.json")
    if not entry.is_file():
        known = ", ".join(map(str, known_sequences()))
        message = f"schema sequence {sequence} is unknown; this version reads {known}"
        raise Invalid(message)
    return msgspec.json.decode(entry.read_bytes(), type=_Schema)
