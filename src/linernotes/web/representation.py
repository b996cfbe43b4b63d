"""An answer in all the forms in which it can be sent: plain or compressed, whole or 304.

The forms are made when first asked for and then kept. A strong ETag is a digest of the bytes of one form, so each
coding has its own; 304 repeats the headers that RFC 9110, section 15.4.5 asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from linernotes.facades._kit.http import Reply
from linernotes.web.coding import COMPRESSORS, IDENTITY, Coding
from linernotes.web.metrics import Route

Headers = list[tuple[bytes, bytes]]
# What is said to one client alone.
Extra = Sequence[tuple[bytes, bytes]]
NOTHING: Extra = ()

# Below this a compressed body saves nothing that would be noticed: it fits into one packet anyhow.
SMALL = 1000
_COMPRESSIBLE = ("application/json", "text/", "image/svg+xml")
_BODY_HEADERS = frozenset({b"content-type", b"content-length", b"content-encoding"})


class Form(NamedTuple):
    """One form, ready to send."""

    headers: Headers
    body: bytes
    etag: bytes
    not_modified: Headers


class Representation:
    """What a reply says, and the forms made of it so far."""

    __slots__ = (
        "_forms",
        "_headers",
        "_tagged",
        "_varies",
        "body",
        "compressible",
        "guarded",
        "route",
        "shared",
        "status",
    )

    def __init__(self, reply: Reply, *, route: Route, guarded: bool = False) -> None:
        """Keep the reply; ``route`` names it in the metrics, a ``guarded`` one is only for whom the gate lets in."""
        self.guarded = guarded
        self.status = reply.status
        self.body = reply.body
        self.shared = reply.shared
        self.route = route
        self.compressible = len(reply.body) >= SMALL and reply.content_type.startswith(_COMPRESSIBLE)
        self._tagged = reply.shared and reply.status == 200
        self._headers = [header for header in _encode(reply) if header[0] != b"vary"]
        self._varies = [value.lower().encode() for name, value in reply.headers if name.lower() == "vary"]
        self._forms: dict[str, Form] = {}

    @property
    def size(self) -> int:
        """Bytes held by the bodies of all forms."""
        return len(self.body) + sum(len(form.body) for coding, form in self._forms.items() if coding != IDENTITY)

    def coding(self, wanted: Coding) -> str | None:
        """Return which coding of those the client wants this body gets."""
        return wanted.large if self.compressible else wanted.small

    def form(self, coding: str) -> Form | None:
        """Return a form that was made before."""
        return self._forms.get(coding)

    def make(self, coding: str) -> Form:
        """Make a form and keep it. Compressing takes time in proportion to the body."""
        body = self.body if coding == IDENTITY else COMPRESSORS[coding](self.body)
        headers = list(self._headers)
        varies = [b"accept-encoding", *self._varies] if self.compressible or coding != IDENTITY else self._varies
        if varies:
            headers.append((b"vary", b", ".join(dict.fromkeys(varies))))
        if coding != IDENTITY:
            headers.append((b"content-encoding", coding.encode()))
        etag = _etag(body) if self._tagged else b""
        if etag:
            headers.append((b"etag", etag))
        if self.status != 204:  # RFC 9110, section 8.6
            headers.append((b"content-length", str(len(body)).encode()))
        kept = [header for header in headers if header[0] not in _BODY_HEADERS]
        return self._forms.setdefault(coding, Form(headers, body, etag, kept))


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Say whether an If-None-Match header names this ETag, by the weak comparison of RFC 9110, section 13.1.2."""
    if not etag:
        return False
    if if_none_match in {etag, b"*"}:
        return True
    return any(tag.strip().removeprefix(b"W/") in {etag, b"*"} for tag in if_none_match.split(b","))


def _etag(body: bytes) -> bytes:
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'.encode()


def _encode(reply: Reply) -> Headers:
    own = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers]
    return [(b"content-type", reply.content_type.encode()), *own] if reply.content_type else own
