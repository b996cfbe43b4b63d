"""Values to JSON as the protocol writes it: compact, keys as declared, all but printable ASCII escaped."""

from __future__ import annotations

import codecs
import json

import msgspec

_ESCAPES = "linernotes.lidarr.json"


class Encoder:
    """Encodes wire values. May be used from several threads at once."""

    def __init__(self) -> None:
        """Make the escaping known to ``str.encode``, which finds what is not ASCII eight times faster than a regex."""
        codecs.register_error(_ESCAPES, _escaped)
        self._encode = msgspec.json.Encoder().encode

    def __call__(self, value: object) -> bytes:
        """Return the JSON text of a value."""
        body = self._encode(value)
        if b"\x7f" in body:
            body = body.replace(b"\x7f", rb"\u007f")
        return body if body.isascii() else body.decode().encode("ascii", _ESCAPES)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
