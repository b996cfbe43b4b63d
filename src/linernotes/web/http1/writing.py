"""The bytes of an answer's head."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
CLOSE = b"Connection: close\r\n"
KEEP_ALIVE = b"Connection: keep-alive\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@lru_cache(maxsize=256)
def status_and_type(status: int, content_type: bytes) -> bytes:
    """Return the first lines: status and, unless it is empty, content type."""
    line = b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())
    return line + (b"Content-Type: %s\r\n" % content_type if content_type else b"")


def further(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return further headers as lines."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def refusal(status: int) -> bytes:
    """Return a whole answer of the server's own, after which the connection is closed."""
    body = b"%d %s\n" % (status, HTTPStatus(status).phrase.encode())
    head = status_and_type(status, b"text/plain; charset=utf-8")
    return b"%s%sContent-Length: %d\r\n\r\n%s" % (head, CLOSE, len(body), body)
