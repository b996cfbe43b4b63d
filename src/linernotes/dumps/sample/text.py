"""COPY text from columns: rows are laid out as fixed-width byte matrices padded with NUL, then the NULs are dropped.

PostgreSQL text can hold no NUL, so dropping them is safe, and `bytes.translate` does it at memory speed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.draws import Draws

Chars = NDArray[np.uint8]
Column = bytes | Chars

NULL = b"\\N"
_GROUP = 10_000
_TAB = 9
_LINE_END = 10


def rows(count: int, columns: Sequence[Column], keep: NDArray[np.bool_] | None = None) -> bytearray:
    """Join columns to `count` lines of COPY text, leaving out the rows that `keep` denies.

    A column is one constant or a (count, width) matrix of characters.
    """
    widths = [len(column) if isinstance(column, bytes) else column.shape[1] for column in columns]
    starts = np.cumsum([0, *(width + 1 for width in widths)])
    template = np.zeros(int(starts[-1]), np.uint8)
    template[starts[1:] - 1] = _TAB
    template[-1] = _LINE_END
    for column, start in zip(columns, starts, strict=False):
        if isinstance(column, bytes):
            template[start : start + len(column)] = np.frombuffer(column, np.uint8)
    buffer = bytearray(count * len(template))
    matrix = np.frombuffer(buffer, np.uint8).reshape(count, len(template))
    matrix[:] = template
    for column, start, width in zip(columns, starts, widths, strict=False):
        if not isinstance(column, bytes):
            _place(matrix[:, start : start + width], column)
    if keep is not None:
        matrix[~keep] = 0
    return buffer.translate(None, b"\0")


def _place(target: Chars, source: Chars) -> None:
    """Copy a column in words of the widest size that divides it: strided bytes are several times slower."""
    width = source.shape[1]
    for word in (np.uint64, np.uint32, np.uint16):
        if width % np.dtype(word).itemsize == 0 and source.flags.c_contiguous:
            target.view(word)[:] = source.view(word)
            return
    target[:] = source


def _groups(*, leading: bool) -> NDArray[np.uint32]:
    form = b"%04d" if leading else b"%d"
    return np.array([form % number for number in range(_GROUP)], "S4").view(np.uint32)


_PADDED = _groups(leading=True)
_PLAIN = _groups(leading=False)
_NULL_WORD = np.array([NULL], "S4").view(np.uint32)[0]


def number(values: NDArray[Any], null: NDArray[np.bool_] | None = None) -> Chars:
    """Write non-negative integers in decimal; rows of `null` become NULL. Width is a multiple of four."""
    count = len(values)
    top = int(values.max(initial=0))
    words = max(1, -(-len(str(top)) // 4))
    out = np.zeros((count, words), np.uint32)
    rest = values.astype(np.uint64) if top >= 2**32 else values.astype(np.uint32)
    started = np.ones(count, np.bool_)
    for word in range(words - 1, -1, -1):
        above = rest // _GROUP if word else rest * 0
        low = rest - above * _GROUP
        plain = above == 0
        out[:, word] = np.where(started, np.where(plain, _PLAIN[low], _PADDED[low]), 0)
        started &= ~plain
        rest = above
    if null is not None:
        out[null] = 0
        out[null, 0] = _NULL_WORD
    return out.view(np.uint8)


def pick(table: NDArray[np.bytes_], index: NDArray[Any]) -> Chars:
    """Take one entry of a table of byte strings per row."""
    found: Chars = table[index].view(np.uint8).reshape(len(index), table.itemsize)
    return found


def table(entries: Sequence[str | bytes], width: int = 0) -> NDArray[np.bytes_]:
    """Build the table that `pick` takes from; entries are COPY text already, width is rounded up to whole words."""
    raw = [entry.encode() if isinstance(entry, str) else entry for entry in entries]
    longest = max([width, *map(len, raw)])
    size = 1 if longest == 1 else 2 if longest == 2 else -(-longest // 4) * 4
    return np.array(raw, f"S{size}")


_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)


def uuid(draws: Draws, purpose: str, ids: NDArray[Any]) -> Chars:
    """Write a random version 4 UUID per id in the lower-case hyphenated form."""
    raw = np.empty((len(ids), 2), np.uint64)
    raw[:, 0] = draws.bits(purpose, ids)
    raw[:, 1] = draws.bits(purpose + "+", ids)
    octets = raw.view(np.uint8).reshape(len(ids), 16)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = _HEX[octets]
    out = np.full((len(ids), 36), ord("-"), np.uint8)
    for start, low, high in ((0, 0, 4), (9, 4, 6), (14, 6, 8), (19, 8, 10), (24, 10, 16)):
        out[:, start : start + 2 * (high - low)].view(np.uint16)[:] = digits[:, low:high]
    return out


def joined(*columns: Column) -> Chars:
    """Concatenate parts of one field; at least one part is a matrix."""
    count = next(len(column) for column in columns if not isinstance(column, bytes))
    parts = [
        np.broadcast_to(np.frombuffer(column, np.uint8), (count, len(column))) if isinstance(column, bytes) else column
        for column in columns
    ]
    return np.concatenate(parts, axis=1)


def blank(column: Chars, keep: NDArray[np.bool_], instead: bytes = b"") -> Chars:
    """Replace the field by `instead` in every row that `keep` does not name."""
    out = np.where(keep[:, None], column, np.uint8(0))
    if instead:
        out[~keep, : len(instead)] = np.frombuffer(instead, np.uint8)
    return out


def overlay(column: Chars, rows_: NDArray[Any], texts: Sequence[bytes]) -> Chars:
    """Overwrite single rows with texts, widening the column when one is longer."""
    width = max([column.shape[1], *map(len, texts)])
    out = np.zeros((len(column), width), np.uint8)
    out[:, : column.shape[1]] = column
    for row, text in zip(rows_, texts, strict=True):
        out[row] = 0
        out[row, : len(text)] = np.frombuffer(text, np.uint8)
    return out
