"""The bytes of one commit in a log.

A record is a frame (magic, length of the payload, XXH3 checksum of the payload) and the payload: a head, the columns of
the `Update` as little-endian arrays, its metadata as MessagePack. Records are written in batches, each with one sync. A
record says how many bytes before it its batch begins: so one that follows a damaged record tells whether that one was
ever synced.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.index.values import Update

MAGIC = b"\xf5LN\x1a"
LARGEST = 1 << 30
"""Bytes that the payload of a record has at most."""

_FRAME = struct.Struct("<4sIQ")
_HEAD = struct.Struct("<QQIII4x")
_SMALLEST = _FRAME.size + _HEAD.size


class Nonsense(Exception):
    """The checksum of a record is right, and yet it is none that was ever written."""


class Record(NamedTuple):
    """A commit, the batch it was written in (the offset where that begins), and the offset of what follows."""

    version: int
    update: Update
    batch: int
    end: int


class Found(NamedTuple):
    """A record whose checksum is right, not looked into: its version, batch and end as in `Record`."""

    version: int
    batch: int
    end: int


def encode(version: int, update: Update, *, before: int = 0) -> list[bytes | memoryview]:
    """Return the pieces of a record that lies a number of bytes after the beginning of its batch.

    The pieces share memory with the update. What version it expected is not kept. Raises `Invalid` for an update that
    does not fit into 1 GiB.
    """
    changes, hashes = update.ids.size, update.hashes.size
    metadata = msgspec.msgpack.encode(update.metadata) if update.metadata else b""
    length = _HEAD.size + 9 * changes + 4 * hashes + len(metadata)
    if length > LARGEST:
        raise Invalid("One update is at most 1 GiB.", hint="Cut it into several.")
    payload = (
        _HEAD.pack(version, before, changes, hashes, len(metadata)),
        _column(update.ids),
        _column(update.ends),
        _column(update.hashes),
        np.ascontiguousarray(update.removed, dtype=np.bool_).data,
        metadata,
    )
    checksum = xxhash.xxh3_64()
    for piece in payload:
        checksum.update(piece)
    return [_FRAME.pack(MAGIC, length, checksum.intdigest()), *payload]


def find(data: memoryview, offset: int) -> Found | None:
    """Return the record at an offset, None when there is no whole one with the right checksum."""
    if len(data) - offset < _SMALLEST:
        return None
    magic, length, checksum = _FRAME.unpack_from(data, offset)
    start = offset + _FRAME.size
    if magic != MAGIC or not _HEAD.size <= length <= min(LARGEST, len(data) - start):
        return None
    if xxhash.xxh3_64_intdigest(data[start : start + length]) != checksum:
        return None
    version, before, *_ = _HEAD.unpack_from(data, start)
    return Found(version, offset - before, start + length)


def claimed(data: memoryview, offset: int) -> int:
    """Return how many bytes of payload a record at an offset would have by its frame, 0 for an impossible number."""
    if len(data) - offset < _SMALLEST:
        return 0
    _, length, _ = _FRAME.unpack_from(data, offset)
    return int(length) if _HEAD.size <= length <= min(LARGEST, len(data) - offset - _FRAME.size) else 0


def read(data: memoryview, offset: int) -> Record | None:
    """Return the record at an offset with copies of its columns, None as `find` does.

    Raises `Nonsense` for a record that contradicts itself.
    """
    found = find(data, offset)
    if found is None:
        return None
    start = offset + _FRAME.size
    _, _, changes, hashes, metadata = _HEAD.unpack_from(data, start)
    if _HEAD.size + 9 * changes + 4 * hashes + metadata != found.end - start:
        raise Nonsense("its counts do not add up")
    at = start + _HEAD.size
    columns = np.frombuffer(data, dtype="<u4", count=2 * changes + hashes, offset=at).astype(np.uint32)
    removed = np.frombuffer(data, dtype=np.uint8, count=changes, offset=at + columns.nbytes)
    update = Update(
        ids=columns[:changes],
        ends=columns[changes : 2 * changes],
        hashes=columns[2 * changes :],
        removed=removed != 0,
        metadata=_metadata(data[found.end - metadata : found.end]),
    )
    if fault := update.fault():
        raise Nonsense(fault)
    return Record(found.version, update, found.batch, found.end)


def _column(column: NDArray[np.uint32]) -> memoryview:
    return np.ascontiguousarray(column, dtype="<u4").data


def _metadata(data: memoryview) -> dict[str, str]:
    if not len(data):
        return {}
    try:
        return msgspec.msgpack.decode(data, type=dict[str, str])
    except (msgspec.MsgspecError, ValueError) as exc:
        raise Nonsense("its metadata cannot be read") from exc
