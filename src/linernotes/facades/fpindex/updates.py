"""The body of an update becomes columns.

MessagePack is read by a kernel. JSON, and what the kernel does not understand, is read value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec
import numpy as np

from linernotes.facades.fpindex.dialects import U32, U64, Dialect, entries, text
from linernotes.facades.fpindex.errors import Malformed, Refusal
from linernotes.facades.fpindex.formats import JSON, Format
from linernotes.facades.fpindex.reading import dialect, words
from linernotes.fingerprint.index.values import Update
from linernotes.fingerprint.values import Words

MOST_SPANS = 64
_NO_HASHES = np.zeros(0, dtype=np.uint32)


def read_update(body: bytes, form: Format) -> Update:
    """Read the body of an update. `Refusal` when it is malformed or one of its ids is 0."""
    found = _quick_json(body) if form == JSON else _quick_msgpack(body)
    if found is None:
        found = _plain(body, dialect(form))
    if found.ids.size and not found.ids.all():
        raise Refusal("InvalidFingerprintId")
    return found


def one_insert(id_: int, hashes: Words) -> Update:
    """Return the update that puts one document."""
    return _columns([id_], [hashes], [False])


def one_delete(id_: int) -> Update:
    """Return the update that removes one document."""
    return _columns([id_], [_NO_HASHES], [True])


def _quick_msgpack(body: bytes) -> Update | None:
    from linernotes.facades.fpindex import kernels  # noqa: PLC0415 - numba takes its time

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
    numbers = np.empty(kernels.UPDATE_NUMBERS, dtype=np.int64)
    if kernels.read_update(data, out, spans, numbers) < 0:
        return None
    count, size, many, start, end, expected = numbers.tolist()
    metadata: dict[str, str] = {}
    parts: list[tuple[Callable[[Dialect, Any], dict[str, str]], int, int]] = [
        (_metadata_entries, first, last) for first, last in spans[:many].tolist()
    ]
    parts += [(_metadata, start, end)] if start >= 0 else []
    way = dialect(form=1)
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


_U32 = Annotated[int, msgspec.Meta(ge=0, le=U32)]


class _Insert(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: _U32
    hashes: list[_U32]


class _Delete(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: _U32


class _Change(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    insert: _Insert | msgspec.UnsetType = msgspec.UNSET
    delete: _Delete | msgspec.UnsetType = msgspec.UNSET


class _JsonUpdate(msgspec.Struct, forbid_unknown_fields=True):
    changes: list[_Change]


_json_update = msgspec.json.Decoder(_JsonUpdate)


def _quick_json(body: bytes) -> Update | None:
    """Read an update of insertions and deletions alone."""
    try:
        changes = _json_update.decode(body).changes
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    ids: list[int] = []
    hashes: list[Words] = []
    removed: list[bool] = []
    for change in changes:
        insert, delete = change.insert, change.delete
        if isinstance(insert, _Insert) == isinstance(delete, _Delete):
            return None
        row = insert if isinstance(insert, _Insert) else delete
        ids.append(row.id)  # type: ignore[union-attr] # one of the two is set
        removed.append(row is delete)
        hashes.append(np.array(insert.hashes, dtype=np.uint32) if isinstance(insert, _Insert) else _NO_HASHES)
    keys = 1 + 3 * len(changes) - sum(removed)
    # All text in it is keys: more quotes than they have means that one of them comes twice.
    return _columns(ids, hashes, removed) if body.count(b'"') == 2 * keys else None


def _plain(body: bytes, way: Dialect) -> Update:
    found = way.fields(way.parse(body), ("changes", "metadata", "expected_version"))
    changes = found.get("changes")
    if type(changes) is not list:
        raise Malformed
    ids: list[int] = []
    hashes: list[Words] = []
    removed: list[bool] = []
    metadata: dict[str, str] = {}
    for change in changes:
        kind, value = _kind(way, change)
        if kind == "set_metadata":
            metadata.update(_metadata_entries(way, value))
            continue
        row = way.fields(value, ("id", "hashes") if kind == "insert" else ("id",))
        if "id" not in row or (kind == "insert" and "hashes" not in row):
            raise Malformed
        ids.append(way.whole(row["id"], U32))
        hashes.append(words(way, row["hashes"]) if kind == "insert" else _NO_HASHES)
        removed.append(kind == "delete")
    if found.get("metadata") is not None:
        metadata.update(entries(found["metadata"]))
    expected = found.get("expected_version")
    return _columns(
        ids, hashes, removed, metadata=metadata, expected=None if expected is None else way.whole(expected, U64)
    )


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


def _columns(
    ids: list[int],
    hashes: list[Words],
    removed: list[bool],
    *,
    metadata: dict[str, str] | None = None,
    expected: int | None = None,
) -> Update:
    return Update(
        ids=np.array(ids, dtype=np.uint32),
        ends=np.cumsum([one.size for one in hashes], dtype=np.uint32),
        hashes=np.concatenate(hashes) if hashes else _NO_HASHES,
        removed=np.array(removed, dtype=np.bool_),
        metadata=metadata or {},
        expected_version=expected,
    )
