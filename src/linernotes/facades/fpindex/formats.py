"""Which of the two formats a request is in, and which one the answer takes."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from linernotes.facades.fpindex.http import Request

JSON, MSGPACK = range(2)
Format: TypeAlias = int

JSON_TYPE = b"application/json; charset=UTF-8"
MSGPACK_TYPE = b"application/vnd.msgpack"
_KNOWN = {b"application/json": JSON, b"application/vnd.msgpack": MSGPACK}


class Formats(msgspec.Struct, frozen=True):
    """The format of a request's body, None for one that is not known here, and that of its answer."""

    body: Format | None
    reply: Format


def formats_of(request: Request) -> Formats:
    """Return the formats of a request: of its body by Content-Type, of the answer by Accept, else the body's."""
    headers = request.headers
    stated = headers.get(b"content-type")
    if stated is None:
        body: Format | None = MSGPACK if request.body else JSON
    else:
        body = _named(stated)
    accept = headers.get(b"accept")
    wanted = None if accept is None else _named(accept)
    if wanted is None:
        wanted = JSON if body is None else body
    return _FORMATS[body, wanted]


def _named(value: bytes) -> Format | None:
    found = _KNOWN.get(value)
    return _KNOWN.get(value.partition(b";")[0].strip().lower()) if found is None else found


_FORMATS = {(body, reply): Formats(body, reply) for body in (None, JSON, MSGPACK) for reply in (JSON, MSGPACK)}
