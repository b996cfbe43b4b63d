"""Fingerprints as they are stored: Chromaprint's compressed bytes, without the text layer, about 2.6 bytes a word."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import numpy as np

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.kernels import codec as kernels
from linernotes.fingerprint.values import MOST_WORDS, Words

# The kernel reads words of 64 bits, beyond the last byte too.
_AFTER = bytes(12)


def pack(words: Words) -> bytes:
    """Return words (algorithm 1) as bytes; `unpack` gives them back."""
    text = encode(words)
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def unpack(packed: bytes) -> Words:
    """Return the words of packed bytes. Raises `Corrupt` for bytes that `pack` cannot have made."""
    body = np.frombuffer(packed + _AFTER, dtype=np.uint8)
    fault, _, count, words = kernels.unpack(body, len(packed), MOST_WORDS)
    if fault:
        raise Corrupt(f"A stored fingerprint cannot be read: {len(packed)} bytes, said to be {int(count)} words.")
    words.setflags(write=False)
    return words
