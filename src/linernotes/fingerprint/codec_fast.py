"""`encode` and `decode` of `codec` on compiled kernels: the same answers and errors, about twenty times as fast.

Loading this loads numba, and the first call loads or compiles the kernels: for programs that handle many fingerprints.
"""

from __future__ import annotations

import numpy as np

from linernotes.fingerprint.codec import Decoded, characters, header
from linernotes.fingerprint.codec_faults import Fault, invalid, text_limit
from linernotes.fingerprint.kernels import codec as kernels
from linernotes.fingerprint.kernels.compiling import read_only
from linernotes.fingerprint.values import ALGORITHM, MOST_WORDS, Words


def encode(words: Words, *, algorithm: int = ALGORITHM) -> str:
    """Return the text of a fingerprint, as `codec.encode` does."""
    head = np.frombuffer(header(words, algorithm), dtype=np.uint8)
    return kernels.encode(read_only(words), head).tobytes().decode("ascii")


def decode(text: str | bytes, *, lenient: bool = False, most_words: int = MOST_WORDS) -> Decoded:
    """Return the words of a text, as `codec.decode` does."""
    raw = characters(text)
    if len(raw) > text_limit(most_words):
        raise invalid(Fault.LONG, raw, count=0, most_words=most_words)
    fault, algorithm, count, words = kernels.decode(np.frombuffer(raw, dtype=np.uint8), int(lenient), most_words)
    if fault:
        raise invalid(Fault(int(fault)), raw, count=int(count), most_words=most_words)
    words.setflags(write=False)
    return Decoded(words, int(algorithm))
