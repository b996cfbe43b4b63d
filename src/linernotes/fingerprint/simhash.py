"""Two short names for a fingerprint: 32 bits that are alike for like fingerprints, and a UUID that is its own."""

from __future__ import annotations

import hashlib
from uuid import UUID

import numpy as np

from linernotes.fingerprint.values import ALGORITHM, Words

_NAMESPACE = UUID("df7bef46-416e-4c57-a877-39b54325ef03")  # AcoustID's own


def simhash(words: Words) -> int:
    """Return the number whose bits are set in more than half of the words; 0 for no words."""
    bits = np.unpackbits(np.ascontiguousarray(words, dtype="<u4").view(np.uint8).reshape(-1, 4), axis=1)
    common = bits.sum(axis=0) > len(words) // 2
    return int(np.packbits(common).view("<u4")[0])


def fingerprint_uuid(words: Words, *, algorithm: int = ALGORITHM) -> UUID:
    """Return the UUID (version 5) that AcoustID gives to these very words of this algorithm."""
    content = algorithm.to_bytes(4, "little") + np.ascontiguousarray(words, dtype="<u4").tobytes()
    digest = hashlib.sha1(_NAMESPACE.bytes + content, usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)
