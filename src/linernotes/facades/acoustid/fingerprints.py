"""Fingerprints as clients send them."""

from __future__ import annotations

from linernotes.domain.errors import Invalid
from linernotes.facades.acoustid.errors import INVALID_FINGERPRINT, Refused
from linernotes.fingerprint.codec_fast import decode
from linernotes.fingerprint.values import ALGORITHM, Words


def words_of(text: str) -> Words:
    """Return the words of a compressed fingerprint, read leniently. Raises ``Refused`` without any of version 1."""
    try:
        found = decode(text, lenient=True)
    except Invalid as exc:
        raise Refused(INVALID_FINGERPRINT) from exc
    if found.algorithm != ALGORITHM or not found.words.size:
        raise Refused(INVALID_FINGERPRINT)
    return found.words
