"""Values of facts as bytes: one that says how it is packed, then MessagePack, compressed where that is smaller."""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import Any

import msgspec
import zstandard

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.domain.facts import VALUE_TYPES, Aspect, Fact

PLAIN = b"\0"
ZSTANDARD = b"\1"
LEVEL = 3
LARGEST = 64 << 20
DIGEST_BYTES = 16
# Below this zstandard saves next to nothing, and reading is quicker without it.
_WORTH_A_TRY = 256


class Documents:
    """Packs and unpacks. May be used from several threads."""

    def __init__(self) -> None:
        """Prepare a decoder for each aspect."""
        self._encoder = msgspec.msgpack.Encoder()
        self._own = _Own()
        self._decoders = {aspect: msgspec.msgpack.Decoder(type_) for aspect, type_ in VALUE_TYPES.items()}

    def pack(self, fact: Fact) -> tuple[bytes | None, bytes]:
        """Return a fact's document (None where it has no value), and a hash of what it says, for telling changes.

        Raises Invalid for a value that cannot be kept.
        """
        try:
            plain = self._encoder.encode(fact.value)
        except (UnicodeEncodeError, msgspec.MsgspecError, TypeError, OverflowError) as exc:
            raise Invalid(f"this {fact.wanted.aspect} cannot be kept: {exc}") from exc
        said = blake2b(plain, digest_size=DIGEST_BYTES)
        said.update((fact.moved_to or "").encode())
        return (None if fact.value is None else self._smaller(plain)), said.digest()

    def unpack(self, aspect: Aspect, document: bytes) -> Any:
        """Return the value. Raises Corrupt."""
        plain: bytes | memoryview
        try:
            if document[:1] == ZSTANDARD:
                plain = self._own.decompressor.decompress(memoryview(document)[1:], max_output_size=LARGEST)
            else:
                plain = memoryview(document)[1:]
            return self._decoders[aspect].decode(plain)
        except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError) as exc:
            raise Corrupt(f"a kept {aspect} cannot be read: {exc}", hint="Restore a backup.") from exc

    def _smaller(self, plain: bytes) -> bytes:
        if len(plain) >= _WORTH_A_TRY:
            packed = self._own.compressor.compress(plain)
            if len(packed) < len(plain):
                return ZSTANDARD + packed
        return PLAIN + plain


class _Own(threading.local):
    """What is for one thread at a time, and costs more to make than to use."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()
