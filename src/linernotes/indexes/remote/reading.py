"""Reading one answer of HTTP/1.1 from whatever comes in, without trusting its size or its form."""

from __future__ import annotations

import httptools
import msgspec

MOST_HEAD_BYTES = 64 << 10


class Garbage(Exception):
    """What came in is no answer, or more than we take in."""


class Answer(msgspec.Struct, frozen=True):
    """What a server said. The two headers are empty when they were not there.

    `repeated` tells that the request was sent twice, because the first connection ended before it was answered.
    """

    status: int
    content_type: str
    retry_after: str
    body: bytes
    repeated: bool = False


class Reader:
    """Puts one answer together. What comes before it with a status of 1xx is passed over."""

    def __init__(self, *, most_bytes: int) -> None:
        """Take an answer of at most so many bytes, not counting its headers."""
        self._most_bytes = most_bytes
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._bytes = 0
        self._status = 0
        self._complete = False
        self._keeps = False
        self._excess = False

    @property
    def complete(self) -> bool:
        """Whether the answer is all there."""
        return self._complete

    @property
    def reusable(self) -> bool:
        """Whether another request may be sent after this answer."""
        return self._complete and self._keeps and not self._excess

    def feed(self, data: bytes) -> None:
        """Take what came in. Raises `Garbage`."""
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            if not self._complete:
                raise Garbage("it is no HTTP") from exc
            self._excess = True
        if not self._status and self._bytes > MOST_HEAD_BYTES:
            raise Garbage("its headers have no end")
        # All that came in counts: chunks of a few bytes each, or what follows the last one, take room as well.
        if self._bytes > self._most_bytes + MOST_HEAD_BYTES:
            raise Garbage(f"it is larger than {self._most_bytes} bytes")

    def end(self) -> bool:
        """Take the end of the connection; return whether it ends the answer, as it does one of no stated length."""
        stated = {b"content-length", b"transfer-encoding"} & self._headers.keys()
        self._complete = self._complete or (self._status > 0 and not stated)
        self._excess = True
        return self._complete

    def answer(self) -> Answer:
        """Return the answer, when it is complete."""
        return Answer(self._status, self._header(b"content-type"), self._header(b"retry-after"), b"".join(self._body))

    def _header(self, name: bytes) -> str:
        return self._headers.get(name, b"").decode("latin-1")

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._complete:
            self._excess = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._status:
            self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._complete:
            return
        if status >= 200:
            self._status = status
        else:
            self._headers = {}

    def on_body(self, data: bytes) -> None:
        if self._status and not self._complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self._status and not self._complete:
            self._complete = True
            self._keeps = bool(self._parser.should_keep_alive())  # which the parser knows at this moment only
