"""Small files that are written whole: eight bytes that say what it is, a checksum (XXH3, 64 bits), the content."""

from __future__ import annotations

import struct

import xxhash

from linernotes.domain.errors import Corrupt

REPAIR = "See what `linernotes index repair` can save."

_HEADER = struct.Struct("<8sQ")


def seal(kind: bytes, content: bytes) -> bytes:
    """Return the bytes of a file of a kind (eight bytes)."""
    return _HEADER.pack(kind, xxhash.xxh3_64_intdigest(content)) + content


def unseal(kind: bytes, data: bytes, *, name: str) -> bytes:
    """Return the content of a sealed file; `Corrupt`, which speaks of it by name, when this is not what was sealed."""
    if len(data) < _HEADER.size:
        raise Corrupt(f"The file {name} is cut short.", hint=REPAIR)
    found, checksum = _HEADER.unpack_from(data)
    content = data[_HEADER.size :]
    if found != kind:
        raise Corrupt(f"The file {name} is of another kind.", hint=REPAIR)
    if xxhash.xxh3_64_intdigest(content) != checksum:
        raise Corrupt(f"The file {name} is damaged: its checksum is wrong.", hint=REPAIR)
    return content
