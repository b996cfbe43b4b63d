"""MusicBrainz's fixed tables: types, formats, languages, countries, relationship types."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from linernotes.dumps.sample.context import SEQUENCE, Archive, Context, Table
from linernotes.dumps.sample.facts import facts
from linernotes.dumps.sample.text import table

_STAMP = "2026-09-05 00:00:00+00"
_TREE = ("id", "name", "parent", "child_order", "gid")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "series_type": ("id", "name", "entity_type", "parent", "child_order", "gid"),
    "medium_format": ("id", "name", "parent", "child_order", "year", "has_discids", "gid"),
    "language": ("id", "iso_code_2t", "iso_code_2b", "iso_code_1", "name", "frequency", "iso_code_3"),
    "script": ("id", "iso_code", "iso_number", "name", "frequency"),
    "link_attribute_type": ("id", "parent", "root", "child_order", "gid", "name"),
    "orderable_link_type": ("link_type", "direction"),
    "link_type": (
        "id",
        "parent",
        "child_order",
        "gid",
        "entity_type0",
        "entity_type1",
        "name",
        "link_phrase",
        "reverse_link_phrase",
        "long_link_phrase",
        "is_deprecated",
        "has_dates",
        "entity0_cardinality",
        "entity1_cardinality",
    ),
    "cover_art_archive.image_type": ("mime_type", "suffix"),
}
_ELSEWHERE = {"country", "genre", "tag"}


def fixed_tables(context: Context, when: str, replication: int) -> Iterator[Table]:
    """Yield the fixed tables and replication_control; `when` is the export's time as PostgreSQL writes it."""
    for name, entries in facts().items():
        if name not in _ELSEWHERE:
            names = _COLUMNS.get(name, _TREE)
            archive: Archive = "cover-art" if name.startswith("cover_art_archive.") else "core"
            yield _table(context, name, [dict(zip(names, entry, strict=True)) for entry in entries], archive)
    yield from _countries(context)
    attributes = [entry[0] for entry in facts()["link_attribute_type"]]
    yield _table(context, "link_text_attribute_type", [{"attribute_type": 788}])
    yield _table(
        context,
        "link_creditable_attribute_type",
        [{"attribute_type": one} for one in attributes if one in {180, 229, 125, 277}],
    )
    state = {"current_replication_sequence": replication, "last_replication_date": when}
    yield _table(context, "replication_control", [{"id": 1, "current_schema_sequence": SEQUENCE, **state}])


def _countries(context: Context) -> Iterator[Table]:
    found = list(enumerate(facts()["country"], 1))
    areas = [
        {"id": area, "gid": gid, "name": name, "type": 1, "last_updated": _STAMP} for area, (_, gid, name) in found
    ]
    yield _table(context, "area", areas)
    yield _table(context, "country_area", [{"area": area} for area, _ in found])
    yield _table(context, "iso_3166_1", [{"area": area, "code": code} for area, (code, _, _) in found])


def _table(context: Context, name: str, entries: Sequence[dict[str, Any]], archive: Archive = "core") -> Table:
    columns = {key: [_text(entry[key]) for entry in entries] for key in entries[0]}
    return Table(
        archive=archive, name=name, units=len(entries), rows=len(entries), text=partial(_write, context, name, columns)
    )


def _write(context: Context, name: str, columns: dict[str, list[bytes]], low: int, high: int) -> bytearray:
    given = {
        key: table(values[low - 1 : high - 1]).view(np.uint8).reshape(high - low, -1) for key, values in columns.items()
    }
    return context.lines(name, high - low, **given)


def _text(value: Any) -> bytes:
    """Write a value of facts.json as COPY text."""
    if value is None:
        return b"\\N"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    return str(value).replace("\\", "\\\\").encode()
