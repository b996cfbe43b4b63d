"""The seam between the web server and a façade: plain values in, plain values out, no framework.

The web server owns sockets, limits, HEAD, conditional requests, compression and the response cache; a façade owns
routes, status codes and bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from linernotes.domain.keys import Caller


class Request(msgspec.Struct, frozen=True):
    """One request below a façade's mount.

    ``path`` starts with "/" and has no mount prefix; ``prefix`` is the mount it came in under ("" at the root), for
    building locations. ``query`` is the raw query string. Header names are lower case. HEAD arrives as GET.
    ``caller`` is who asks, with at least the scope read; None below a mount that is not guarded. ``address`` is where
    the request came from, as far as proxies that are trusted say so.
    """

    method: str
    path: str
    prefix: str = ""
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    base_url: str = ""
    caller: Caller | None = None
    address: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What to answer. ``body`` is never compressed here.

    ``shared`` says that the reply depends on the method, prefix, path and query and on the live build alone, and not on
    who asks: the web server may keep it until the build or the marks change, give it an ETag and compress it once.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    shared: bool = False


class FacadeApp(Protocol):
    """A façade at work."""

    async def handle(self, request: Request) -> Reply:
        """Answer one request. Never raises one of our errors: it turns them into replies of its own form."""
        ...
