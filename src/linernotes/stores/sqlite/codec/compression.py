"""Compressing many small documents of one kind with a shared dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import zstandard

from linernotes.domain.errors import Corrupt

LEVEL = 5
DICTIONARY_BYTES = 112_640
DIGEST_BYTES = 8
_LARGEST = 256 << 20
_FEWEST_SAMPLES = 100


def train(samples: Sequence[bytes]) -> bytes:
    """Return a dictionary for documents like the samples, empty when there are too few to learn from."""
    if len(samples) < _FEWEST_SAMPLES:
        return b""
    try:
        return zstandard.train_dictionary(DICTIONARY_BYTES, list(samples)).as_bytes()
    except zstandard.ZstdError:  # the samples have too little in common
        return b""


def digest(*parts: bytes) -> bytes:
    """Return eight bytes that differ when content does, for telling changes between builds."""
    state = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()


class Compressor:
    """Compresses documents. Not for several threads at once."""

    def __init__(self, dictionary: bytes) -> None:
        """Prepare for a dictionary; empty is none."""
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        if known:
            known.precompute_compress(level=LEVEL)
        self._context = zstandard.ZstdCompressor(level=LEVEL, dict_data=known, write_dict_id=False)

    def __call__(self, document: bytes) -> bytes:
        """Return the compressed document."""
        return self._context.compress(document)


class Decompressor:
    """Undoes ``Compressor``. Not for several threads at once."""

    def __init__(self, dictionary: bytes) -> None:
        """Prepare for a dictionary; empty is none."""
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._context = zstandard.ZstdDecompressor(dict_data=known)

    def __call__(self, packed: bytes) -> bytes:
        """Return the document. Raises ``Corrupt``."""
        try:
            return self._context.decompress(packed, max_output_size=_LARGEST)
        except zstandard.ZstdError as exc:
            raise Corrupt(f"a stored document cannot be decompressed: {exc}") from exc
