"""Documents: an entity as MessagePack behind one byte that says whether it is compressed.

PostgreSQL's own compression is off for them: zstd is denser, and the server need not unpack what we ask for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
import zstandard

from linernotes.domain.errors import Corrupt

T = TypeVar("T")
LEVEL = 5
_PLAIN, _ZSTD = b"\0", b"\1"
_SMALLEST = 200  # below that, zstd's frame costs more than it saves
_LARGEST = 1 << 30
_encode = msgspec.msgpack.Encoder().encode


class Packer:
    """Makes documents. Not for several threads at once."""

    def __init__(self) -> None:
        """Prepare the compressor."""
        self._compress = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress

    def __call__(self, value: object) -> bytes:
        """Return the document of a value."""
        return self.pack(_encode(value))

    def pack(self, encoded: bytes) -> bytes:
        """Return the document of a value that is encoded already."""
        if len(encoded) >= _SMALLEST:
            packed = self._compress(encoded)
            if len(packed) < len(encoded):
                return _ZSTD + packed
        return _PLAIN + encoded


class Unpacker:
    """Reads documents, for any number of threads."""

    def __init__(self) -> None:
        """Prepare nothing: each thread gets a decompressor when it needs one."""
        self._local = threading.local()

    def __call__(self, decode: Callable[[Any], T], document: bytes) -> T:
        """Return the value. Raises ``Corrupt``."""
        try:
            view = memoryview(document)[1:]
            if document[0] == _ZSTD[0]:
                return decode(self._decompressor().decompress(view, max_output_size=_LARGEST))
            return decode(view)
        except (msgspec.MsgspecError, zstandard.ZstdError, IndexError) as exc:
            raise Corrupt(f"a stored document cannot be read: {exc}") from exc

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        found: zstandard.ZstdDecompressor | None = getattr(self._local, "decompressor", None)
        if found is None:
            found = self._local.decompressor = zstandard.ZstdDecompressor()
        return found


def digest(*parts: bytes) -> int:
    """Return a signed 64-bit number that differs when content does, for telling changes between builds."""
    state = blake2b(digest_size=8)
    for part in parts:
        state.update(part)
    return int.from_bytes(state.digest(), "big", signed=True)
