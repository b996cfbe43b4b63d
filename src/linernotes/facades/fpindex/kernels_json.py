"""Reads the body of an update in JSON, without the interpreter's lock; see `kernels` for what holds of both.

What is understood is JSON as programs write it: keys without escapes, hashes and ids in plain digits, any white space.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.facades.fpindex.kernels import (
    CHANGES,
    EXPECTED,
    HASHES,
    METADATA_END,
    METADATA_START,
    NOT_UNDERSTOOD,
    SPANS,
)
from linernotes.fingerprint.kernels.compiling import Int, kernel

_Bytes = NDArray[np.uint8]

# Tables, because a set in a kernel is built each time that it is asked.
_BLANK = np.array([chr(byte) in " \n\r\t" for byte in range(256)])
_IN_NUMBER = np.array([chr(byte) in "0123456789.eE" for byte in range(256)])
_STEP = np.array([(chr(byte) in "{[") - (chr(byte) in "}]") for byte in range(256)], dtype=np.int8)
_CHANGES = np.frombuffer(b'"changes"', dtype=np.uint8)
_METADATA = np.frombuffer(b'"metadata"', dtype=np.uint8)
_EXPECTED = np.frombuffer(b'"expected_version"', dtype=np.uint8)
_INSERT = np.frombuffer(b'"insert"', dtype=np.uint8)
_DELETE = np.frombuffer(b'"delete"', dtype=np.uint8)
_SET = np.frombuffer(b'"set_metadata"', dtype=np.uint8)
_ID = np.frombuffer(b'"id"', dtype=np.uint8)
_HASHES = np.frombuffer(b'"hashes"', dtype=np.uint8)


@kernel
def blank(data: _Bytes, at: Int) -> Int:
    """Return the place after white space."""
    while at < data.size and _BLANK[data[at]]:
        at += 1
    return at


@kernel
def sign(data: _Bytes, at: Int, wanted: Int) -> Int:
    """Return the place after a sign and the white space around it, or -1 when another one stands there."""
    at = blank(data, at)
    if at >= data.size or data[at] != wanted:
        return -1
    return blank(data, at + 1)


@kernel
def word(data: _Bytes, at: Int, wanted: _Bytes) -> Int:
    """Return the place after exactly these bytes, or -1."""
    if at < 0 or at + wanted.size > data.size:
        return -1
    for i in range(wanted.size):
        if data[at + i] != wanted[i]:
            return -1
    return at + wanted.size


@kernel
def key(data: _Bytes, at: Int, wanted: _Bytes) -> Int:
    """Return the place of the value of a key, or -1 when the key is another one."""
    at = word(data, at, wanted)
    return at if at < 0 else sign(data, at, ord(":"))


@kernel
def digits(data: _Bytes, at: Int, most: Int) -> tuple[Int, Int]:
    """Return a number of at most so many digits, and the place after it, -1 when there is none."""
    value: Int = 0
    start = at
    while at < data.size and 0x30 <= data[at] <= 0x39 and at - start < most:
        value = value * 10 + np.int64(data[at]) - 0x30
        at += 1
    # What may follow are blanks, commas and brackets; more digits, fractions and the like are somebody else's matter.
    if at == start or at >= data.size or _IN_NUMBER[data[at]]:
        return 0, -1
    return (value, at) if data[start] != 0x30 or at == start + 1 else (0, -1)


@kernel
def hashes_at(data: _Bytes, at: Int, out: NDArray[np.uint32], filled: Int) -> tuple[Int, Int]:
    """Read an array of 32-bit numbers into `out` from `filled` on; return how far it is filled, and the place after."""
    at = sign(data, at, ord("["))
    if at < 0 or at >= data.size:
        return filled, -1
    if data[at] == 0x5D:
        return filled, at + 1
    while filled < out.size:
        value, at = digits(data, at, 10)
        if at < 0 or value > 0xFFFFFFFF:
            return filled, -1
        out[filled] = value
        filled += 1
        at = blank(data, at)
        if at >= data.size:
            return filled, -1
        if data[at] == 0x5D:
            return filled, at + 1
        at = sign(data, at, ord(","))
        if at < 0:
            return filled, -1
    return filled, -1


@kernel
def object_at(data: _Bytes, at: Int) -> Int:
    """Return the place after an object, whatever is in it, or -1 when there is none or no end to it."""
    if at >= data.size or data[at] != 0x7B:
        return -1
    depth = 0
    text = False
    while at < data.size:
        byte = data[at]
        if text:
            if byte == 0x5C:
                at += 1
            elif byte == 0x22:
                text = False
        elif byte == 0x22:
            text = True
        elif _STEP[byte] > 0:
            depth += 1
        elif _STEP[byte] < 0:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


@kernel
def _more(data: _Bytes, at: Int, end: Int) -> tuple[bool, Int]:
    """Return whether another element follows, and the place of it or after the end; -1 when neither stands there."""
    at = blank(data, at)
    if at < data.size and data[at] == end:
        return False, at + 1
    return True, sign(data, at, ord(","))


@kernel
def _row(data: _Bytes, at: Int, out: Any, row: Int, filled: Int, inserts: bool) -> tuple[Int, Int]:  # noqa: FBT001
    """Read what is inserted or deleted into a row; return how far the hashes are filled, and the place after."""
    ids, ends, removed, hashes = out
    at = sign(data, at, ord("{"))
    has_id = has_hashes = False
    more = True
    while more:
        if at < 0 or row >= ids.size:
            return filled, -1
        value = key(data, at, _ID)
        if value >= 0 and not has_id:
            number, at = digits(data, value, 10)
            if number > 0xFFFFFFFF:
                return filled, -1
            ids[row] = number
            has_id = True
        else:
            at = key(data, at, _HASHES)
            if at < 0 or not inserts or has_hashes:
                return filled, -1
            filled, at = hashes_at(data, at, hashes, filled)
            has_hashes = True
        if at < 0:
            return filled, -1
        more, at = _more(data, at, ord("}"))
    ends[row] = filled
    removed[row] = not inserts
    return filled, at if has_id and has_hashes == inserts else -1


@kernel
def _change(data: _Bytes, at: Int, out: Any, spans: NDArray[np.int64], numbers: NDArray[np.int64]) -> Int:
    """Read one change; return the place after it, or -1."""
    at = sign(data, at, ord("{"))
    if at < 0:
        return -1
    value = key(data, at, _SET)
    if value >= 0:
        place = numbers[SPANS]
        at = object_at(data, value)
        if at < 0 or place >= spans.shape[0]:
            return -1
        spans[place, 0], spans[place, 1] = value, at
        numbers[SPANS] = place + 1
    else:
        value = key(data, at, _INSERT)
        inserts = bool(value >= 0)
        if not inserts:
            value = key(data, at, _DELETE)
        if value < 0:
            return -1
        numbers[HASHES], at = _row(data, value, out, numbers[CHANGES], numbers[HASHES], inserts)
        numbers[CHANGES] += 1
    return at if at < 0 else sign(data, at, ord("}"))


@kernel
def _changes(data: _Bytes, at: Int, out: Any, spans: NDArray[np.int64], numbers: NDArray[np.int64]) -> Int:
    """Read an array of changes; return the place after it, or -1."""
    at = sign(data, at, ord("["))
    if at < 0 or at >= data.size:
        return -1
    if data[at] == 0x5D:
        return at + 1
    more = True
    while more:
        at = _change(data, at, out, spans, numbers)
        if at < 0:
            return -1
        more, at = _more(data, at, ord("]"))
        if at < 0:
            return -1
    return at


@kernel
def _aside(data: _Bytes, at: Int, numbers: NDArray[np.int64]) -> Int:
    """Read what an update brings beside its changes, a key and its value; return the place after it, or -1."""
    value = key(data, at, _METADATA)
    if value >= 0 and numbers[METADATA_START] < 0:
        at = object_at(data, value)
        numbers[METADATA_START], numbers[METADATA_END] = value, at
        return at
    value = key(data, at, _EXPECTED)
    if value >= 0 and numbers[EXPECTED] < 0:
        numbers[EXPECTED], at = digits(data, value, 18)
        return at
    return -1


@kernel
def read_update(data: _Bytes, out: Any, spans: NDArray[np.int64], numbers: NDArray[np.int64]) -> Int:
    """Read the body of an update into columns, as `kernels.read_update` does; return -1 when it is not understood."""
    numbers[:] = 0
    numbers[METADATA_START] = numbers[EXPECTED] = -1
    at = sign(data, 0, ord("{"))
    changes = False
    more = True
    while more:
        if at < 0:
            return NOT_UNDERSTOOD
        value = key(data, at, _CHANGES)
        if value >= 0 and not changes:
            at = _changes(data, value, out, spans, numbers)
            changes = True
        else:
            at = _aside(data, at, numbers)
        if at < 0:
            return NOT_UNDERSTOOD
        more, at = _more(data, at, ord("}"))
    return 0 if changes and at >= 0 and blank(data, at) == data.size else NOT_UNDERSTOOD
