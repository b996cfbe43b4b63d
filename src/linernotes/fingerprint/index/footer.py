"""The last bytes of a segment's file: what is where in it, with a checksum over all of the footer."""

from __future__ import annotations

import struct

import msgspec
import xxhash

from linernotes.fingerprint.index.blocks import corrupt
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.layout import Layout
from linernotes.fingerprint.index.manifest import SegmentEntry

FOOTER_BYTES = 512

_MAGIC = b"LNSEGM01"
_HEAD = struct.Struct("<8sQI")


class Footer(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment's file says about itself. `repeats` is how often one document has one hash at most."""

    layout: Layout
    documents: int
    postings: int
    repeats: int
    table_at: int
    ids_at: int
    versions_at: int
    sums_at: int
    sums_sum: int


def encode_footer(footer: Footer) -> tuple[bytes, int]:
    """Return the footer's bytes and their checksum, which the manifest keeps too."""
    body = msgspec.msgpack.encode(footer)
    filled = body.ljust(FOOTER_BYTES - _HEAD.size, b"\0")
    checksum = xxhash.xxh3_64_intdigest(filled)
    return _HEAD.pack(_MAGIC, checksum, len(body)) + filled, checksum


def read_footer(directory: Directory, entry: SegmentEntry) -> Footer:
    """Return the footer of a segment's file; `Corrupt` when it is not the one that the entry speaks of."""
    try:
        size = directory.size(entry.name)
    except FileNotFoundError:
        raise corrupt(entry.name, "it is missing") from None
    if size != entry.size:
        raise corrupt(entry.name, f"it has {size:,} bytes and not {entry.size:,}")
    data = _tail(directory, entry.name, size)
    magic, checksum, length = _HEAD.unpack_from(data) if len(data) == FOOTER_BYTES else (b"", 0, 0)
    filled = data[_HEAD.size :]
    if magic != _MAGIC or checksum != entry.checksum or xxhash.xxh3_64_intdigest(filled) != checksum:
        raise corrupt(entry.name, "its last bytes are not those of the segment that was written")
    try:
        return msgspec.msgpack.decode(filled[:length], type=Footer)
    except msgspec.MsgspecError as exc:
        raise corrupt(entry.name, "its footer cannot be read") from exc


def unlisted_entry(directory: Directory, name: str) -> SegmentEntry:
    """Return the entry of a segment that no manifest names; what its footer says is checked when it is read."""
    size = directory.size(name)
    data = _tail(directory, name, size)
    checksum = _HEAD.unpack_from(data)[1] if len(data) >= _HEAD.size else 0
    return SegmentEntry(name=name, documents=0, postings=0, size=size, checksum=checksum)


def _tail(directory: Directory, name: str, size: int) -> bytes:
    return directory.read(name, max(0, size - FOOTER_BYTES), FOOTER_BYTES)
