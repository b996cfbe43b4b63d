r"""PostgreSQL's COPY text format, row by row: the exact reader that explains what the fast one refused.

Format: PostgreSQL documentation, COPY, "Text Format". Columns are split by TAB, rows by LF, ``\N`` is NULL, a
backslash escapes. The bulk of a dump goes through DuckDB; this reader is for small tables and for finding faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linernotes.domain.errors import Invalid

LONGEST_LINE = 1_000_000
"""Bytes. The longest real rows (annotations) stay far below; the same limit is given to DuckDB."""

_SINGLE = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)


class CopyFault(Invalid):
    """A row of COPY text is malformed; ``line`` counts from 1."""

    def __init__(self, reason: str, *, line: int) -> None:
        """Keep the reason apart from the place, so that a caller can name the table too."""
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] == b"x" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    if code[:1].isdigit() and code[:1] < b"8":
        return bytes([int(code, 8) & 0xFF])
    return _SINGLE.get(code, code)


def parse_field(field: bytes) -> str | None:
    r"""Return one field's text, None for NULL. Raises ``ValueError`` for bytes that are not UTF-8 or end in ``\``."""
    if field == b"\\N":
        return None
    if b"\\" in field:
        if (len(field) - len(field.rstrip(b"\\"))) % 2:
            raise ValueError("a field ends in a lone backslash")
        field = _ESCAPE.sub(_unescape, field)
    if b"\0" in field:
        raise ValueError("a field holds a NUL")
    return field.decode("utf-8")


def parse_row(line: bytes, columns: int) -> list[str | None]:
    """Return a row's first ``columns`` fields; more may follow and are ignored. Raises ``ValueError``."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the row is longer than {LONGEST_LINE} bytes")
    fields = line.split(b"\t")
    if len(fields) < columns:
        raise ValueError(f"{columns} columns are expected, {len(fields)} found")
    return [parse_field(field) for field in fields[:columns]]


def read_rows(lines: Iterable[bytes], columns: int) -> Iterator[list[str | None]]:
    """Yield every row of a table. All rows must have as many fields as the first. Raises ``CopyFault``."""
    width = None
    for number, raw in enumerate(lines, 1):
        line = raw.removesuffix(b"\n")
        if line == b"\\.":
            return
        try:
            row = parse_row(line, columns)
        except UnicodeDecodeError as exc:
            raise CopyFault("the text is not UTF-8", line=number) from exc
        except ValueError as exc:
            raise CopyFault(str(exc), line=number) from exc
        found = line.count(b"\t") + 1
        width = width or found
        if found != width:
            raise CopyFault(f"{width} columns are expected, {found} found", line=number)
        if not raw.endswith(b"\n"):
            raise CopyFault("the last row is cut off", line=number)
        yield row


def write_field(value: str | None) -> bytes:
    """Return a field as COPY writes it: the inverse of ``parse_field``."""
    if value is None:
        return b"\\N"
    escaped = value.replace("\\", "\\\\")
    for code, char in _SINGLE.items():
        escaped = escaped.replace(char.decode(), "\\" + code.decode())
    return escaped.encode("utf-8")
