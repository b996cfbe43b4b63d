"""The body of an update becomes columns.

A kernel reads what programs write, in either format. What it does not understand is read value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from linernotes.facades.fpindex.dialects import U32, U64, Dialect, entries, text
from linernotes.facades.fpindex.errors import Malformed, Refusal
from linernotes.facades.fpindex.formats import JSON, Format
from linernotes.facades.fpindex.reading import dialect, words
from linernotes.fingerprint.index.values import Update, update_of
from linernotes.fingerprint.values import Words

MOST_SPANS = 64
# As many as `kernels.UPDATE_NUMBERS` says.
_NUMBERS = 6


def read_update(body: bytes, form: Format) -> Update:
    """Read the body of an update. `Refusal` when it is malformed or one of its ids is 0."""
    found = _quick(body, form)
    if found is None:
        return _plain(body, dialect(form))
    if not found.ids.all():
        raise Refusal("InvalidFingerprintId")
    return found


def one_insert(id_: int, hashes: Words) -> Update:
    """Return the update that puts one document."""
    return update_of([(id_, hashes)])


def one_delete(id_: int) -> Update:
    """Return the update that removes one document."""
    return update_of([(id_, None)])


@cache
def _kernel(form: Format) -> Callable[..., Any]:
    """Return the compiled reader of a format, loaded when it is first needed: numba takes its time."""
    from linernotes.facades.fpindex import kernels, kernels_json  # noqa: PLC0415 - as above

    return kernels_json.read_update if form == JSON else kernels.read_update


def _quick(body: bytes, form: Format) -> Update | None:
    data = np.frombuffer(body, dtype=np.uint8)
    # A change takes seven bytes at least, a hash one. What is not written to takes no memory.
    rows = len(body) // 7 + 1
    out = (
        np.empty(rows, dtype=np.uint32),
        np.empty(rows, dtype=np.uint32),
        np.empty(rows, dtype=np.bool_),
        np.empty(len(body), dtype=np.uint32),
    )
    spans = np.empty((MOST_SPANS, 2), dtype=np.int64)
    numbers = np.empty(_NUMBERS, dtype=np.int64)
    if _kernel(form)(data, out, spans, numbers) < 0:
        return None
    count, size, many, start, end, expected = numbers.tolist()
    metadata: dict[str, str] = {}
    parts: list[tuple[Callable[[Dialect, Any], dict[str, str]], int, int]] = [
        (_metadata_entries, first, last) for first, last in spans[:many].tolist()
    ]
    parts += [(_metadata, start, end)] if start >= 0 else []
    way = dialect(form)
    for read, first, last in parts:
        metadata.update(read(way, way.parse(body[first:last])))
    ids, ends, removed, hashes = out
    return Update(
        ids=ids[:count].copy(),
        ends=ends[:count].copy(),
        removed=removed[:count].copy(),
        hashes=hashes[:size].copy(),
        metadata=metadata,
        expected_version=None if expected < 0 else expected,
    )


def _plain(body: bytes, way: Dialect) -> Update:
    found = way.fields(way.parse(body), ("changes", "metadata", "expected_version"))
    changes = found.get("changes")
    if type(changes) is not list:
        raise Malformed
    rows: list[tuple[int, Words | None]] = []
    metadata: dict[str, str] = {}
    for change in changes:
        kind, value = _kind(way, change)
        if kind == "set_metadata":
            metadata.update(_metadata_entries(way, value))
            continue
        row = way.fields(value, ("id", "hashes") if kind == "insert" else ("id",))
        if "id" not in row or (kind == "insert" and "hashes" not in row):
            raise Malformed
        rows.append((way.whole(row["id"], U32), words(way, row["hashes"]) if kind == "insert" else None))
    if found.get("metadata") is not None:
        metadata.update(entries(found["metadata"]))
    expected = found.get("expected_version")
    version = None if expected is None else way.whole(expected, U64)
    if not all(id_ for id_, _ in rows):
        raise Refusal("InvalidFingerprintId")
    return update_of(rows, metadata=metadata, expected_version=version)


def _kind(way: Dialect, change: Any) -> tuple[str, Any]:
    found = way.fields(change, ("insert", "delete", "set_metadata"))
    if len(found) != 1 or len(change) != 1:
        raise Malformed
    return next(iter(found.items()))


def _metadata_entries(way: Dialect, value: Any) -> dict[str, str]:
    """Read a change of metadata."""
    return dict(_pairs(way, way.fields(value, ("entries",)).get("entries")))


def _pairs(way: Dialect, value: Any) -> Iterator[tuple[str, str]]:
    if type(value) is not list:
        raise Malformed
    for one in value:
        pair = way.fields(one, ("key", "value"))
        yield text(pair.get("key")), text(pair.get("value"))


def _metadata(_: Dialect, value: Any) -> dict[str, str]:
    """Read the metadata that an update brings beside its changes."""
    return entries(value)
