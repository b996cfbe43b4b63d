"""How an entry is kept in the index: a MessagePack array, its MBID as sixteen bytes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from linernotes.domain.ids import MBID
from linernotes.domain.names import NameRecord
from linernotes.searchers.ranking import Found


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    mbid: bytes
    name: str
    popularity: int = 0
    artist: str = ""
    disambiguation: str = ""


def encoder() -> Callable[[NameRecord], bytes]:
    """Return a function that encodes records. It is not to be shared by threads."""
    encode = msgspec.msgpack.Encoder().encode

    def to_bytes(record: NameRecord) -> bytes:
        mbid = bytes.fromhex(record.mbid.replace("-", ""))
        return encode(_Entry(mbid, record.name, record.popularity, record.artist, record.disambiguation))

    return to_bytes


def decode(data: bytes) -> Found:
    """Read an entry back."""
    entry = _decode(data)
    h = entry.mbid.hex()
    mbid = MBID(f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}")
    return Found(mbid, entry.name, entry.artist, entry.disambiguation, entry.popularity)


_decode = msgspec.msgpack.Decoder(_Entry).decode
