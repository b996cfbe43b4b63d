"""Slow twins of the compiled kernels: each definition followed step by step in plain Python, for the tests."""

from __future__ import annotations

import base64
import math
from collections import Counter

import numpy as np

from linernotes.fingerprint.match.segments import Segment
from linernotes.fingerprint.values import Words


def _aligned(a: list[int], b: list[int], offset: int) -> tuple[list[int], list[int]]:
    return a[max(offset, 0) :], b[max(-offset, 0) :]


def _differing(a: list[int], b: list[int]) -> int:
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=False))


def compare(first: Words, second: Words, most_offset: int = 80) -> tuple[float, int, int]:
    """Return score, offset and votes as the database computes them: keys are walked in order."""
    a, b = first.tolist(), second.tolist()
    last_a = {word >> 18: place for place, word in enumerate(a)}
    last_b = {word >> 18: place for place, word in enumerate(b)}
    votes: Counter[int] = Counter()
    best, top = 0, 0
    for key in range(0x3FFF):
        offset = last_a.get(key, 0) - last_b.get(key, 0)
        if last_a.get(key) and last_b.get(key) and (not most_offset or abs(offset) <= most_offset):
            votes[offset] += 1
            if votes[offset] > top:
                best, top = offset, votes[offset]
    if not top:
        return 0.0, 0, 0
    left, right = _aligned(a, b, best)
    paired, shorter = min(len(left), len(right)) // 2 * 2, min(len(a), len(b)) // 2 * 2
    if not paired or not shorter:
        return 0.0, best, top
    keys = [len({word >> 18 for word in side}) for side in (left, right)]
    if top < 0.02 * max(keys):
        return 0.0, best, top
    score = max(0.0, paired / shorter * (1 - 2 * _differing(left[:paired], right[:paired]) / (32 * paired)))
    variety = min(1.0, *((key + 10) / len(side) + 0.5 for key, side in zip(keys, (left, right), strict=True)))
    return (score ** (8 - 7 * variety) if variety < 1 else score), best, top


def lookup(first: Words, second: Words) -> float:
    """Return the score that look-ups report."""
    a, b = first.tolist(), second.tolist()
    pairs = Counter(
        i - j for i, x in enumerate(a) for j, y in enumerate(b) if abs(i - j) <= 80 and not (x ^ y) & 0x0AAAAAAA
    )
    side = math.exp(-0.5 / 1.3**2)
    smooth = {offset: pairs[offset] + side * (pairs[offset - 1] + pairs[offset + 1]) for offset in range(-82, 83)}
    least = max(2 + side * 4, max(smooth.values()) / 10)
    peaks = [
        offset
        for offset in range(-81, 82)
        if smooth[offset] >= least and smooth[offset] >= smooth[offset - 1] and smooth[offset] > smooth[offset + 1]
    ]
    if not peaks:
        return 0.0
    best = max(peaks, key=lambda offset: (smooth[offset], -offset))
    left, right = _aligned(a, b, best)
    paired = min(len(left), len(right))
    keys = [len({word & 0xAAAAAAAA for word in words}) for words in (left, right)]
    if not paired or smooth[best] / (1 + 2 * side) < 0.02 * max(keys):
        return 0.0
    score = paired / min(len(a), len(b)) * (1 - _differing(left, right) / (32 * paired))
    variety = min(1.0, *((key + 10) / len(words) + 0.5 for key, words in zip(keys, (left, right), strict=True)))
    return score ** (8 - 7 * variety) if variety < 1 else score


def segments(first: Words, second: Words, most_error: float = 10.0) -> tuple[Segment, ...]:
    """Return the shared parts, with filters from numpy instead of running sums."""
    a, b = first.tolist(), second.tolist()
    pairs = Counter(i - j for i, x in enumerate(a) for j, y in enumerate(b) if x >> 20 == y >> 20)
    if not pairs or max(pairs.values()) < 2:
        return ()
    offset = max(pairs, key=lambda place: (pairs[place], place))
    left, right = _aligned(a, b, offset)
    wrong = np.array([(x ^ y).bit_count() for x, y in zip(left, right, strict=False)], dtype=np.int64)
    smooth = wrong
    for width in (15, 15, 17):
        smooth = np.convolve(np.pad(smooth, width // 2, mode="symmetric"), np.ones(width, dtype=np.int64), "valid")
    steep = np.abs(np.gradient(smooth / 3825)) if wrong.size > 1 else np.zeros(wrong.size)
    ends: list[int] = []
    for i in range(1, wrong.size - 1):
        # Sums that are equal may differ in their last digits once they are divided.
        higher = steep[i] >= max(steep[i - 1], steep[i + 1]) - 1e-9
        if steep[i] > 0.15 + 1e-9 and higher and (not ends or ends[-1] + 1 < i):
            ends.append(i)
    found: list[Segment] = []
    for begin, end in zip([0, *ends], [*ends, wrong.size], strict=True):
        error = float(wrong[begin:end].mean())
        if error >= most_error:
            continue
        one = Segment(max(offset, 0) + begin, max(-offset, 0) + begin, end - begin, error)
        if found and found[-1].a + found[-1].length == one.a and abs(found[-1].error - error) < 0.7:
            before = found.pop()
            length = before.length + one.length
            mean = (before.error * before.length + error * one.length) / length
            one = Segment(before.a, before.b, length, mean)
        found.append(one)
    return tuple(found)


def align(clip: Words, track: Words, least: int, limit: float) -> tuple[int, float] | None:
    """Return offset and guarded error of the best place."""
    found: tuple[float, int] | None = None
    for offset in range(least - clip.size, track.size - least + 1):
        left, right = clip[max(0, -offset) :].tolist(), track[max(0, offset) :].tolist()
        count = min(len(left), len(right))
        left, right = left[:count], right[:count]
        fresh = [left[i] not in left[:i] or right[i] not in right[:i] for i in range(count)]
        new = [i for i in range(count) if fresh[i]]
        fresh_error = sum((left[i] ^ right[i]).bit_count() for i in new) / (32 * len(new))
        guard = 0.5 / math.sqrt(min(len(set(left)), len(set(right))))
        guarded = max(_differing(left, right) / (32 * count), fresh_error) + guard
        if guarded < limit and (found is None or guarded < found[0]):
            found = guarded, offset
    return None if found is None else (found[1], found[0])


def encode(words: Words, algorithm: int = 1) -> str:
    """Return the text of a fingerprint, bit by bit."""
    normal: list[int] = []
    large: list[int] = []
    before = 0
    for word in words.tolist():
        last = 0
        for bit in range(1, 33):
            if (word ^ before) >> (bit - 1) & 1:
                normal.append(min(bit - last, 7))
                if bit - last >= 7:
                    large.append(bit - last - 7)
                last = bit
        normal.append(0)
        before = word
    raw = bytes([algorithm]) + words.size.to_bytes(3, "big") + _packed(normal, 3) + _packed(large, 5)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _packed(symbols: list[int], width: int) -> bytes:
    number = sum(symbol << (width * place) for place, symbol in enumerate(symbols))
    return number.to_bytes((width * len(symbols) + 7) // 8, "little")


def decode(text: str) -> list[int]:
    """Return the words of a well-formed text, symbol by symbol."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    count, normal = int.from_bytes(raw[1:4], "big"), _Symbols(raw[4:], 3)
    symbols: list[int] = []
    while count > 0:
        symbols.append(normal.take())
        count -= not symbols[-1]
    large = _Symbols(raw[4 + (3 * len(symbols) + 7) // 8 :], 5)
    words: list[int] = []
    word = bit = 0
    for symbol in symbols:
        bit += symbol + (large.take() if symbol == 7 else 0)
        if symbol:
            word ^= 1 << (bit - 1)
        else:
            words.append(word)
            bit = 0
    return words


class _Symbols:
    """Symbols of so many bits, the lowest first."""

    def __init__(self, raw: bytes, width: int) -> None:
        self._bytes, self._width = iter(raw), width
        self._number = self._held = 0

    def take(self) -> int:
        """Return the next symbol."""
        if self._held < self._width:
            self._number |= next(self._bytes) << self._held
            self._held += 8
        symbol = self._number & ((1 << self._width) - 1)
        self._number >>= self._width
        self._held -= self._width
        return symbol
