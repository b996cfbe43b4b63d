"""Reads the two MessagePack bodies that come by the thousand, without the interpreter's lock.

The kernels understand what clients send. Anything else, be it odd or wrong, they leave to `reading`, which says what is
wrong with it. No byte beyond the data is read and none beyond the arrays written, whatever the data claims.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.kernels.compiling import Int, kernel

_Bytes = NDArray[np.uint8]

NOT_UNDERSTOOD = -1
# Where the numbers of an update stand in what `read_update` writes.
CHANGES, HASHES, SPANS, METADATA_START, METADATA_END, EXPECTED = range(6)
UPDATE_NUMBERS = 6
# By the tag of a value. Tables, because a set in a kernel is built each time that it is asked.
_SINGLE = np.array([tag < 0x80 or tag >= 0xE0 or tag in {0xC0, 0xC2, 0xC3} for tag in range(256)])
_HEAD = np.array(
    [{0xD9: 2, 0xDA: 3, 0xDB: 5, 0xDC: 3, 0xDD: 5, 0xDE: 3, 0xDF: 5}.get(tag, 0) for tag in range(256)], dtype=np.int64
)


@kernel
def unsigned(data: _Bytes, at: Int) -> tuple[Int, Int]:
    """Return the unsigned number at a place and the place after it, which is -1 when there is no such number."""
    if at >= data.size:
        return 0, -1
    tag = np.int64(data[at])
    if tag < 0x80:
        return tag, at + 1
    if tag < 0xCC or tag > 0xCF:
        return 0, -1
    width = 1 << (tag - 0xCC)
    after = at + 1 + width
    if after > data.size:
        return 0, -1
    value = np.int64(0)
    for i in range(at + 1, after):
        value = (value << 8) | np.int64(data[i])
    # What does not fit into 63 bits has become negative.
    return (value, after) if value >= 0 else (0, -1)


@kernel
def opened(data: _Bytes, at: Int, short: Int, wide: Int, mask: Int) -> tuple[Int, Int]:
    """Return how many elements an array or map has and where they begin, -1 when there is none.

    `short` is the lowest tag with a count in it, `mask` the bits of that count; `wide` is the tag before a count of 16
    bits, and the next tag that before one of 32.
    """
    if at >= data.size:
        return 0, -1
    tag = np.int64(data[at])
    if short <= tag <= short + mask:
        return tag - short, at + 1
    if tag == wide and at + 3 <= data.size:
        return (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2]), at + 3
    if tag == wide + 1 and at + 5 <= data.size:
        return _word(data, at + 1), at + 5
    return 0, -1


@kernel
def _word(data: _Bytes, at: Int) -> Int:
    return (
        (np.int64(data[at]) << 24)
        | (np.int64(data[at + 1]) << 16)
        | (np.int64(data[at + 2]) << 8)
        | np.int64(data[at + 3])
    )


@kernel
def letter(data: _Bytes, at: Int) -> tuple[Int, Int]:
    """Return the first letter of the key at a place and the place after the key, -1 when there is no key with one."""
    if at >= data.size:
        return 0, -1
    tag = np.int64(data[at])
    if 0xA1 <= tag <= 0xBF and at + 1 + (tag - 0xA0) <= data.size:
        return np.int64(data[at + 1]), at + 1 + (tag - 0xA0)
    if tag == 0xD9 and at + 2 <= data.size:
        size = np.int64(data[at + 1])
        if size > 0 and at + 2 + size <= data.size:
            return np.int64(data[at + 2]), at + 2 + size
    return 0, -1


@kernel
def hashes_at(data: _Bytes, at: Int, out: NDArray[np.uint32], filled: Int) -> tuple[Int, Int]:
    """Read an array of 32-bit numbers into `out` from `filled` on; return how far it is filled, and the place after."""
    count, at = opened(data, at, 0x90, 0xDC, 0x0F)
    # Each number takes a byte at least: a count beyond that is a lie.
    if at < 0 or count > data.size - at or count > out.size - filled:
        return filled, -1
    for _ in range(count):
        if at + 5 <= data.size and data[at] == 0xCE:
            out[filled] = _word(data, at + 1)
            at += 5
        else:
            value, at = unsigned(data, at)
            if at < 0 or value > 0xFFFFFFFF:
                return filled, -1
            out[filled] = value
        filled += 1
    return filled, at


@kernel
def _extent(data: _Bytes, at: Int) -> tuple[Int, Int]:
    """Return the bytes of the value at a place and how many values are within it; those bytes are but its head then.

    The bytes are -1 when there is no such value, or it is of a kind that no body has.
    """
    tag = np.int64(data[at])
    if _SINGLE[tag]:
        return 1, 0
    if tag < 0xC0:
        if tag >= 0xA0:
            return tag - 0x9F, 0
        return 1, (tag - 0x90 if tag >= 0x90 else 2 * (tag - 0x80))
    if 0xCC <= tag <= 0xCF:
        return 1 + (1 << (tag - 0xCC)), 0
    # Strings with a count of 8, 16 and 32 bits, arrays and maps with one of 16 and 32.
    head = _HEAD[tag]
    if head == 0 or at + head > data.size:
        return -1, 0
    count = np.int64(0)
    for i in range(at + 1, at + head):
        count = (count << 8) | np.int64(data[i])
    if tag <= 0xDB:
        return head + count, 0
    return head, (count if tag <= 0xDD else 2 * count)


@kernel
def skipped(data: _Bytes, at: Int) -> Int:
    """Return the place after the value at a place, or -1 when it is not whole or of a kind that no body has."""
    left = 1
    while left > 0:
        if at >= data.size:
            return -1
        extent, within = _extent(data, at)
        left += within - 1
        # Each value takes a byte at least: more of them than bytes is a lie.
        if extent < 0 or extent > data.size - at or left > data.size:
            return -1
        at += extent
    return at


@kernel
def _place(letters: _Bytes, key: Int) -> Int:
    for i in range(letters.size):
        if letters[i] == key:
            return i
    return -1


@kernel
def read_fields(
    data: _Bytes, array: Int, letters: _Bytes, numbers: NDArray[np.int64], hashes: NDArray[np.uint32]
) -> Int:
    """Read a map of one array of hashes, with the key `array`, and of numbers with the keys `letters`.

    Returns how many hashes there are, -1 when this is not understood. `numbers` gets -1 for what is absent or nil.
    """
    numbers[:] = -1
    filled: Int = -1
    count, at = opened(data, 0, 0x80, 0xDE, 0x0F)
    if at < 0 or count > letters.size + 1:
        return NOT_UNDERSTOOD
    for _ in range(count):
        key, at = letter(data, at)
        place = _place(letters, key)
        if at < 0 or at >= data.size:
            return NOT_UNDERSTOOD
        if key == array and filled < 0:
            filled, at = hashes_at(data, at, hashes, 0)
        elif place < 0 or numbers[place] >= 0:
            return NOT_UNDERSTOOD
        elif data[at] == 0xC0:
            at += 1
        else:
            numbers[place], at = unsigned(data, at)
        if at < 0:
            return NOT_UNDERSTOOD
    return filled


@kernel
def _change(data: _Bytes, at: Int, out: Any, row: Int, filled: Int) -> tuple[Int, Int]:
    """Read an insertion or a deletion into a row; return how far the hashes are filled, and the place after."""
    ids, ends, removed, hashes = out
    kind, at = letter(data, at)
    if at < 0:
        return filled, -1
    count, at = opened(data, at, 0x80, 0xDE, 0x0F)
    inserts = kind == ord("i")
    if at < 0 or (not inserts and kind != ord("d")) or count != (2 if inserts else 1):
        return filled, -1
    has_id = has_hashes = False
    for _ in range(count):
        key, at = letter(data, at)
        if at < 0:
            return filled, -1
        if key == ord("i") and not has_id:
            value, at = unsigned(data, at)
            if value > 0xFFFFFFFF:
                return filled, -1
            ids[row] = value
            has_id = True
        elif key == ord("h") and inserts and not has_hashes:
            filled, at = hashes_at(data, at, hashes, filled)
            has_hashes = True
        else:
            return filled, -1
        if at < 0:
            return filled, -1
    ends[row] = filled
    removed[row] = not inserts
    return filled, at


@kernel
def _changes(data: _Bytes, at: Int, out: Any, spans: NDArray[np.int64], numbers: NDArray[np.int64]) -> Int:
    """Read an array of changes; return the place after it, or -1. `spans` gets where entries of metadata stand."""
    count, at = opened(data, at, 0x90, 0xDC, 0x0F)
    if at < 0:
        return -1
    row = 0
    filled: Int = 0
    for _ in range(count):
        if at >= data.size or data[at] != 0x81:
            return -1
        key, value = letter(data, at + 1)
        if value >= 0 and key == ord("s"):
            place = numbers[SPANS]
            at = skipped(data, value)
            if at < 0 or place >= spans.shape[0]:
                return -1
            spans[place, 0], spans[place, 1] = value, at
            numbers[SPANS] = place + 1
        else:
            if row >= out[0].size:
                return -1
            filled, at = _change(data, at + 1, out, row, filled)
            if at < 0:
                return -1
            row += 1
    numbers[CHANGES] = row
    numbers[HASHES] = filled
    return at


@kernel
def read_update(data: _Bytes, out: Any, spans: NDArray[np.int64], numbers: NDArray[np.int64]) -> Int:
    """Read the body of an update into columns; return -1 when it is not understood.

    `out` is (ids, ends, removed, hashes). `numbers` gets how many rows, hashes and spans there are, where the metadata
    stand and the expected version, the last two -1 when absent.
    """
    numbers[:] = 0
    numbers[METADATA_START] = numbers[EXPECTED] = -1
    count, at = opened(data, 0, 0x80, 0xDE, 0x0F)
    if at < 0 or count > 3:
        return NOT_UNDERSTOOD
    changes = False
    for _ in range(count):
        key, at = letter(data, at)
        if at < 0 or at >= data.size:
            return NOT_UNDERSTOOD
        if key == ord("c") and not changes:
            at = _changes(data, at, out, spans, numbers)
            changes = True
        elif data[at] == 0xC0 and key in {ord("m"), ord("e")}:
            at += 1
        elif key == ord("m") and numbers[METADATA_START] < 0:
            numbers[METADATA_START] = at
            at = skipped(data, at)
            numbers[METADATA_END] = at
        elif key == ord("e") and numbers[EXPECTED] < 0:
            numbers[EXPECTED], at = unsigned(data, at)
        else:
            return NOT_UNDERSTOOD
        if at < 0:
            return NOT_UNDERSTOOD
    return 0 if changes else NOT_UNDERSTOOD
