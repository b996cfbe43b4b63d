"""Fingerprints as they are stored: Chromaprint's compressed bytes, without the text layer, about 2.6 bytes a word."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.fingerprint.codec_fast import decode, encode
from linernotes.fingerprint.values import Words


def pack(words: Words) -> bytes:
    """Return words (algorithm 1) as bytes; `unpack` gives them back."""
    text = encode(words)
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def unpack(packed: bytes) -> Words:
    """Return the words of packed bytes. Raises `Corrupt` for bytes that `pack` cannot have made."""
    try:
        return decode(urlsafe_b64encode(packed).rstrip(b"=")).words
    except Invalid as exc:
        raise Corrupt(f"A stored fingerprint cannot be read: {exc.message}") from exc
