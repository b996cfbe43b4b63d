"""The compressed text of a fingerprint in one pass over its symbols. `linernotes.fingerprint.codec` is the twin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.codec_faults import ALPHABET, Fault
from linernotes.fingerprint.kernels.compiling import Int, kernel, lowest_bit, popcount

_Bytes = NDArray[np.uint8]
_Words = NDArray[np.uint32]

_FOREIGN = 64
_VALUES = np.full(256, _FOREIGN, dtype=np.uint8)
_VALUES[list(ALPHABET)] = np.arange(64)
_CHARACTERS = np.frombuffer(ALPHABET, dtype=np.uint8)
# Each third bit: the lowest bits of the 16 symbols in 48 bits.
_LOWS = np.uint64(0o1111111111111111)
_NONE, _FOREIGN_FAULT, _DANGLING = int(Fault.NONE), int(Fault.FOREIGN), int(Fault.DANGLING)
_HEADER, _MANY, _IMPOSSIBLE = int(Fault.HEADER), int(Fault.MANY), int(Fault.IMPOSSIBLE)
_WORDS_CUT, _GAPS_CUT, _BEYOND = int(Fault.WORDS_CUT), int(Fault.GAPS_CUT), int(Fault.BEYOND)


@kernel
def decode(text: _Bytes, lenient: Int, most_words: Int) -> tuple[Int, Int, Int, _Words]:
    """Return fault, algorithm, announced count and words of a text that is not over-long; lenient is 0 or 1."""
    body, foreign = from_base64(text)
    if foreign and not lenient:
        return _FOREIGN_FAULT, 0, 0, np.empty(0, dtype=np.uint32)
    if text.size % 4 == 1 and not lenient:
        return _DANGLING, 0, 0, np.empty(0, dtype=np.uint32)
    return unpack(body, text.size * 3 // 4, most_words)


@kernel
def unpack(body: _Bytes, size: Int, most_words: Int) -> tuple[Int, Int, Int, _Words]:
    """Return the same for the bytes of a text: so many, and at least eight zeros after them."""
    nothing = np.empty(0, dtype=np.uint32)
    if size < 4:
        return _HEADER, 0, 0, nothing
    count = (np.int64(body[1]) << 16) | (np.int64(body[2]) << 8) | np.int64(body[3])
    if count > most_words:
        return _MANY, 0, count, nothing
    if count > 8 * (size - 4) // 3:
        return _IMPOSSIBLE, 0, count, nothing
    symbols, large = measure(body, size, count)
    if count and symbols == 0:
        return _WORDS_CUT, 0, count, nothing
    start = 4 + (3 * symbols + 7) // 8
    if size - start < (5 * large + 7) // 8:
        return _GAPS_CUT, 0, count, nothing
    words = np.empty(count + 1, dtype=np.uint32)
    if toggle(body, symbols, start, words) > 32:
        return _BEYOND, 0, count, nothing
    return _NONE, int(body[0]), count, words[:count]


@kernel
def from_base64(text: _Bytes) -> tuple[_Bytes, bool]:
    """Return the bytes of a text with eight zeros after them, and whether a character is foreign to the alphabet."""
    whole = np.uint64(text.size // 4)
    body = np.empty(text.size * 3 // 4 + 12, dtype=np.uint8)
    seen = np.uint8(0)
    four = np.uint64(4)
    at, to = np.uint64(0), np.uint64(0)
    for _ in range(whole):
        a, b = _VALUES[text[at]], _VALUES[text[at + np.uint64(1)]]
        c, d = _VALUES[text[at + np.uint64(2)]], _VALUES[text[at + np.uint64(3)]]
        seen |= a | b | c | d
        body[to] = np.uint8((a << 2) | ((b & 63) >> 4))
        body[to + np.uint64(1)] = np.uint8((b << 4) | ((c & 63) >> 2))
        body[to + np.uint64(2)] = np.uint8((c << 6) | (d & 63))
        at += four
        to += np.uint64(3)
    last = np.zeros(4, dtype=np.uint8)
    for i in range(text.size % 4):
        last[i] = _VALUES[text[at + np.uint64(i)]]
        seen |= last[i]
    body[to:] = 0
    body[to] = np.uint8((last[0] << 2) | ((last[1] & 63) >> 4))
    body[to + np.uint64(1)] = np.uint8((last[1] << 4) | ((last[2] & 63) >> 2))
    body[text.size * 3 // 4 :] = 0
    return body, (seen & _FOREIGN) != 0


@kernel
def measure(body: _Bytes, size: Int, count: Int) -> tuple[Int, Int]:
    """Return how many symbols the words have and how many of these are 7; 0 symbols when the words are cut off."""
    most = 8 * (np.int64(size) - 4) // 3
    left, large, done = np.int64(count), np.int64(0), np.int64(0)
    while left and done < most:
        bits = np.uint64(0)
        at = np.uint64(4 + done * 3 // 8)
        for i in range(np.uint64(6)):
            bits |= np.uint64(body[at + i]) << (i * np.uint64(8))
        ends = ~(bits | (bits >> np.uint64(1)) | (bits >> np.uint64(2))) & _LOWS
        sevens = bits & (bits >> np.uint64(1)) & (bits >> np.uint64(2)) & _LOWS
        ended = np.int64(popcount(ends))
        if ended < left and done + 16 <= most:
            left -= ended
            large += np.int64(popcount(sevens))
            done += 16
            continue
        for _ in range(min(np.int64(16), most - done)):
            left -= np.int64(ends & np.uint64(1))
            large += np.int64(sevens & np.uint64(1))
            ends >>= np.uint64(3)
            sevens >>= np.uint64(3)
            done += 1
            if left == 0:
                break
    return (0, 0) if left else (done, large)


@kernel
def toggle(body: _Bytes, symbols: Int, start: Int, words: _Words) -> Int:
    """Write the words, and one after them that means nothing; return the highest bit that was met."""
    word, bit, large, highest = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    value, bits, left = np.uint64(0), np.uint64(0), 0
    at, base = np.uint64(4), np.uint64(start)
    for _ in range(symbols):
        if left == 0:
            bits = np.uint64(body[at]) | (np.uint64(body[at + np.uint64(1)]) << np.uint64(8))
            bits |= np.uint64(body[at + np.uint64(2)]) << np.uint64(16)
            at += np.uint64(3)
            left = 8
        left -= 1
        symbol = bits & np.uint64(7)
        bits >>= np.uint64(3)
        gap = symbol
        if symbol == np.uint64(7):
            place = large * np.uint64(5)
            byte = base + (place >> np.uint64(3))
            pair = np.uint64(body[byte]) | (np.uint64(body[byte + np.uint64(1)]) << np.uint64(8))
            gap += (pair >> (place & np.uint64(7))) & np.uint64(31)
            large += np.uint64(1)
        end = np.uint64(symbol == np.uint64(0))
        bit += gap
        highest = max(highest, bit)
        value ^= ((np.uint64(1) - end) << np.uint64(63)) >> ((np.uint64(64) - bit) & np.uint64(63))
        words[word] = np.uint32(value)
        word += end
        bit *= np.uint64(1) - end
    return np.int64(highest)


@kernel
def encode(words: _Words, head: _Bytes) -> _Bytes:
    """Return the characters of a fingerprint whose header is given."""
    normal = np.zeros(words.size * 99 // 8 + 9, dtype=np.uint8)
    large = np.zeros(words.size * 20 // 8 + 9, dtype=np.uint8)
    symbols, sevens = np.uint64(0), np.uint64(0)
    before = np.uint32(0)
    for i in range(np.uint64(words.size)):
        left = np.uint64(words[i] ^ before)
        before = words[i]
        bit = np.int64(-1)
        while left:
            place = np.int64(lowest_bit(left))
            left &= left - np.uint64(1)
            gap = place - bit
            bit = place
            if gap >= 7:
                put(large, sevens * np.uint64(5), np.uint64(gap - 7))
                sevens += np.uint64(1)
                gap = np.int64(7)
            put(normal, symbols * np.uint64(3), np.uint64(gap))
            symbols += np.uint64(1)
        symbols += np.uint64(1)
    first = np.int64(symbols * np.uint64(3) + np.uint64(7)) // 8
    second = np.int64(sevens * np.uint64(5) + np.uint64(7)) // 8
    raw = np.zeros(4 + first + second + 3, dtype=np.uint8)
    raw[:4] = head
    raw[4 : 4 + first] = normal[:first]
    raw[4 + first : 4 + first + second] = large[:second]
    return to_base64(raw, 4 + first + second)


@kernel
def put(stream: _Bytes, place: np.uint64, symbol: np.uint64) -> None:
    """Write a symbol of at most 8 bits into a stream of zeros."""
    byte = place >> np.uint64(3)
    pair = symbol << (place & np.uint64(7))
    stream[byte] |= np.uint8(pair)
    stream[byte + np.uint64(1)] |= np.uint8(pair >> np.uint64(8))


@kernel
def to_base64(raw: _Bytes, size: Int) -> _Bytes:
    """Return the characters of the first bytes; after these there are at least three zeros."""
    text = np.empty((size + 2) // 3 * 4, dtype=np.uint8)
    at, to = np.uint64(0), np.uint64(0)
    for _ in range((size + 2) // 3):
        group = (np.uint64(raw[at]) << np.uint64(16)) | (np.uint64(raw[at + np.uint64(1)]) << np.uint64(8))
        group |= np.uint64(raw[at + np.uint64(2)])
        text[to] = _CHARACTERS[group >> np.uint64(18)]
        text[to + np.uint64(1)] = _CHARACTERS[(group >> np.uint64(12)) & np.uint64(63)]
        text[to + np.uint64(2)] = _CHARACTERS[(group >> np.uint64(6)) & np.uint64(63)]
        text[to + np.uint64(3)] = _CHARACTERS[group & np.uint64(63)]
        at += np.uint64(3)
        to += np.uint64(4)
    return text[: (size * 4 + 2) // 3]
