"""Forms as browsers and curl send them with a file: ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from linernotes.domain.errors import Invalid

MOST_PARTS = 20
LONGEST_HEAD = 4096
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)', re.IGNORECASE)
_DISPOSITION = re.compile(rb"^content-disposition:\s*form-data\s*(;.*)$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(rb';\s*name="([^"]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(rb";\s*filename\*?=", re.IGNORECASE)


class Part(msgspec.Struct, frozen=True):
    """One field of a form; ``file`` says that it came with the name of a file."""

    name: str
    content: bytes
    file: bool


def read_parts(content_type: str, body: bytes) -> list[Part]:
    """Return the fields in their order. Raises `Invalid` for what is no such form, or one with too many fields."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Invalid("The form has no boundary", hint="Let your client write the header Content-Type.")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    parts: list[Part] = []
    for piece in _pieces(mark, body):
        if len(parts) == MOST_PARTS:
            raise Invalid(f"A form has at most {MOST_PARTS} fields here")
        parts.append(_part(piece))
    return parts


def _pieces(mark: bytes, body: bytes) -> Iterator[memoryview]:
    """Yield what stands between boundaries, without copying it."""
    view = memoryview(body)
    at = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if at == 1:
        raise Invalid("The form has no fields")
    while True:
        begin = at + len(mark)
        if body.startswith(b"--", begin):
            return
        begin = body.find(b"\r\n", begin, begin + 100) + 2
        end = body.find(b"\r\n" + mark, begin - 2)
        if begin == 1 or end < 0:
            raise Invalid("The form ends in the middle")
        yield view[begin : max(begin, end)]
        at = end + 2


def _part(piece: memoryview) -> Part:
    start = bytes(piece[: LONGEST_HEAD + 4])
    length = start.find(b"\r\n\r\n")
    disposition = _DISPOSITION.search(start, 0, max(length, 0))
    name = None if disposition is None else _NAME.search(disposition[1])
    if disposition is None or name is None:
        raise Invalid("A field of the form has no name")
    is_file = _FILE_NAME.search(disposition[1]) is not None
    return Part(name[1].decode("utf-8", "replace"), bytes(piece[length + 4 :]), is_file)
