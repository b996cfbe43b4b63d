"""What stands in a request's body: inflated within a limit, and taken apart into names and values."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from linernotes.facades.acoustid.errors import BAD_REQUEST, REQUEST_TOO_LARGE, Refused

LONGEST = 1 << 20
"""Bytes of a body, as it comes and inflated."""

MOST_FIELDS = 50_000
"""Of more names and values than these none is looked at; the longest list of MBIDs that fits has half as many."""

MOST_PARTS = 1000
"""Parts of a multipart form."""

_MOST_MEMBERS = 64
_READ = frozenset({"POST", "PUT", "PATCH"})
_GZIP = 16 + zlib.MAX_WBITS
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition:\s*form-data\s*;(?:.*;)?\s*name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE = re.compile(rb"^content-disposition:.*;\s*filename\*?=", re.IGNORECASE | re.MULTILINE)

Pairs = list[tuple[str, str]]


def form_of(method: str, headers: Mapping[str, str], body: bytes) -> Pairs:
    """Return the names and values of a form, in order; none where there is no form, or it does not count."""
    if method not in _READ:
        return []
    plain = _plain(headers, body)
    kind, _, rest = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(plain)
    if kind == "multipart/form-data":
        return list(_multipart(plain, ";" + rest))
    return []


def query_of(text: str) -> Pairs:
    """Return the names and values of a query string, in order."""
    return _pairs(text if text.isascii() else text.encode("utf-8", "replace").decode())


def _plain(headers: Mapping[str, str], body: bytes) -> bytes:
    zipped = headers.get("content-encoding", "").strip().lower() == "gzip"
    if zipped and len(body) > LONGEST:
        raise Refused(BAD_REQUEST, "Request body is too large")
    plain = _inflated(body) if zipped else body
    if len(plain) > LONGEST:
        raise Refused(REQUEST_TOO_LARGE)
    return plain


def _inflated(body: bytes) -> bytes:
    """Return what gzip members hold; one byte more than is allowed says that there is more."""
    found, size = [], 0
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP)
        try:
            found.append(member.decompress(body, LONGEST + 1 - size))
        except zlib.error as exc:
            raise Refused(BAD_REQUEST, "The body is not gzip data") from exc
        size += len(found[-1])
        if size > LONGEST:
            break
        if not member.eof:
            raise Refused(BAD_REQUEST, "The body is gzip data that ends too early")
        body = member.unused_data.lstrip(b"\0")
        if not body:
            break
    else:
        raise Refused(BAD_REQUEST, "The body is of too many pieces")
    return b"".join(found)


def _urlencoded(body: bytes) -> Pairs:
    try:
        return _pairs(body.decode())
    except UnicodeDecodeError as exc:
        # Upstream says 413 to this, which Picard takes for "send less".
        raise Refused(BAD_REQUEST, "The form is not UTF-8") from exc


def _pairs(text: str) -> Pairs:
    if text.count("&") >= MOST_FIELDS:
        raise Refused(REQUEST_TOO_LARGE)
    return parse_qsl(text, keep_blank_values=True)


def _multipart(body: bytes, parameters: str) -> Iterator[tuple[str, str]]:
    """Give the fields of a multipart form (RFC 7578); files are left out."""
    found = _BOUNDARY.search(parameters)
    if found is None:
        raise Refused(BAD_REQUEST, "The form does not say what is between its parts")
    between = b"\r\n--" + (found[1] or found[2]).encode("utf-8", "replace")
    parts = (b"\r\n" + body).split(between, MOST_PARTS + 2)
    if len(parts) > MOST_PARTS + 2:
        raise Refused(REQUEST_TOO_LARGE)
    for part in parts[1:]:
        head, gap, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if gap and name and not _FILE.search(head):
            yield name[1].decode("utf-8", "replace"), value.decode("utf-8", "replace")
