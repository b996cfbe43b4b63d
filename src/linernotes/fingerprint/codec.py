"""The compressed text of a fingerprint, as fpcalc prints it and AcoustID takes it.

This is the way with numpy alone, which starts fast; `codec_fast` has the same two functions on compiled kernels, for
who handles many fingerprints. The text is base64 (URL alphabet, no padding) of one byte for the algorithm, three for
the count (big-endian), then for each word its difference (XOR) to the one before: the gaps between its set bits as
3-bit symbols, where 0 ends a word and 7 is 7 and more; then, from a whole byte on, what is above 7 as 5-bit symbols.
Low bits come first.
"""

from __future__ import annotations

import binascii

import msgspec
import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.codec_faults import ALPHABET, Fault, invalid, text_limit
from linernotes.fingerprint.values import ALGORITHM, MOST_WORDS, Words

_Bytes = NDArray[np.uint8]

_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_URL = bytes.maketrans(b"+/", b"-_")
_TO_STANDARD = bytes.maketrans(ALPHABET, _STANDARD)
# What the reference decoder does with a foreign character: it counts as the first of the alphabet.
_LENIENT = bytes(_TO_STANDARD[byte] if byte in ALPHABET else ord("A") for byte in range(256))


class Decoded(msgspec.Struct, frozen=True, eq=False):
    """A fingerprint's words, which cannot be written, and the number of the algorithm that made them."""

    words: Words
    algorithm: int


def encode(words: Words, *, algorithm: int = ALGORITHM) -> str:
    """Return the text of a fingerprint. Raises `Invalid` for an algorithm or a count that the header cannot hold."""
    head = header(words, algorithm)
    delta = np.ascontiguousarray(words, dtype="<u4").copy()
    delta[1:] ^= words[:-1]
    bits = np.unpackbits(delta.view(np.uint8).reshape(-1, 4), axis=1, bitorder="little")
    word, bit = np.nonzero(bits)
    gaps = bit + 1
    gaps[1:] -= np.where(word[1:] == word[:-1], gaps[:-1], 0)
    symbols = np.zeros(word.size + delta.size, dtype=np.uint8)
    symbols[np.arange(word.size) + word] = np.minimum(gaps, 7)
    large = (gaps[gaps >= 7] - 7).astype(np.uint8)
    raw = head + _pack(symbols, 3) + _pack(large, 5)
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str | bytes, *, lenient: bool = False, most_words: int = MOST_WORDS) -> Decoded:
    """Return the words of a text; what follows them is ignored.

    Raises `Invalid` with a message for each way of being malformed (`codec_faults`); the limits are checked before
    anything is allocated. The lenient way is the reference's: a foreign character counts as `A`, half a byte at the end
    as nothing.
    """
    raw = characters(text)
    fault, body = _bytes(raw, lenient=lenient, most_words=most_words)
    count = int.from_bytes(body[1:4], "big")
    if fault is Fault.NONE:
        fault = _check_count(count, len(body) - 4, most_words)
    if fault is not Fault.NONE:
        raise invalid(fault, raw, count=count, most_words=most_words)
    fault, words = _words(np.frombuffer(body, dtype=np.uint8)[4:], count)
    if fault is not Fault.NONE:
        raise invalid(fault, raw, count=count, most_words=most_words)
    words.setflags(write=False)
    return Decoded(words, body[0])


def header(words: Words, algorithm: int) -> bytes:
    """Return the four bytes before the words. Raises `Invalid` when they cannot hold this."""
    if not 0 <= algorithm <= 255:
        raise Invalid(f"{algorithm} is no number of an algorithm.", hint="It is a number from 0 to 255.")
    if words.size >= 1 << 24:
        raise Invalid(f"A fingerprint of {words.size} words has no text.", hint="Fingerprint a shorter part.")
    return bytes([algorithm]) + words.size.to_bytes(3, "big")


def characters(text: str | bytes) -> bytes:
    """Return a text as bytes; a character beyond ASCII becomes several that are foreign to the alphabet."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _bytes(raw: bytes, *, lenient: bool, most_words: int) -> tuple[Fault, bytes]:
    if len(raw) > text_limit(most_words):
        return Fault.LONG, b""
    if not lenient and raw.translate(None, ALPHABET):
        return Fault.FOREIGN, b""
    if not lenient and len(raw) % 4 == 1:
        return Fault.DANGLING, b""
    whole = raw[: len(raw) - 1] if len(raw) % 4 == 1 else raw
    body = binascii.a2b_base64(whole.translate(_LENIENT) + b"=" * (-len(whole) % 4))
    return (Fault.HEADER if len(body) < 4 else Fault.NONE), body


def _check_count(count: int, size: int, most_words: int) -> Fault:
    if count > most_words:
        return Fault.MANY
    return Fault.IMPOSSIBLE if count > 8 * size // 3 else Fault.NONE


def _words(body: _Bytes, count: int) -> tuple[Fault, Words]:
    """Return the words that the bytes after the header hold."""
    nothing = np.zeros(0, dtype=np.uint32)
    if not count:
        return Fault.NONE, nothing
    symbols = _unpack(body, 3, 8 * body.size // 3)
    ends = np.flatnonzero(symbols == 0)
    if ends.size < count:
        return Fault.WORDS_CUT, nothing
    gaps = symbols[: ends[count - 1] + 1].astype(np.int64)
    large = np.flatnonzero(gaps == 7)
    rest = body[(3 * gaps.size + 7) // 8 :]
    if rest.size < (5 * large.size + 7) // 8:
        return Fault.GAPS_CUT, nothing
    gaps[large] += _unpack(rest, 5, large.size)
    return _toggle(gaps, ends[:count])


def _toggle(gaps: NDArray[np.int64], ends: NDArray[np.intp]) -> tuple[Fault, Words]:
    """Return the words whose set bits have these gaps, with a 0 at the end of each."""
    total = np.cumsum(gaps)
    word = np.searchsorted(ends, np.arange(gaps.size))
    before = np.concatenate(([0], total[ends[:-1]]))
    bit = (total - before[word])[gaps > 0]
    if bit.size and bit.max() > 32:
        return Fault.BEYOND, np.zeros(0, dtype=np.uint32)
    # A sum of different powers of two below 2^53 is exact.
    delta = np.bincount(word[gaps > 0], weights=np.ldexp(1.0, bit - 1), minlength=ends.size)
    return Fault.NONE, np.bitwise_xor.accumulate(delta.astype(np.uint32))


def _pack(symbols: _Bytes, width: int) -> bytes:
    bits = np.unpackbits(symbols[:, None], axis=1, count=width, bitorder="little")
    return np.packbits(bits.ravel(), bitorder="little").tobytes()


def _unpack(body: _Bytes, width: int, count: int) -> NDArray[np.int64]:
    bits = np.unpackbits(body, count=min(count * width, body.size * 8), bitorder="little").reshape(-1, width)
    return bits @ (1 << np.arange(width))
