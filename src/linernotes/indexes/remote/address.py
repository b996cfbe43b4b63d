"""Where a server is. A name and password in its URL become a header at once, so that no message can have them."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from linernotes.domain.errors import Invalid

HINT = "It looks like http://127.0.0.1:8080 or https://name:password@index.example/fpindex."
_PATH = re.compile(r"[!-?A-~]*")  # printable, and without the @ of a login that has a slash in it
_PORTS = {"http": 80, "https": 443}


class Address(msgspec.Struct, frozen=True):
    """A server. `prefix` stands before every path; `headers` are sent with every request."""

    tls: bool
    host: str
    port: int
    prefix: str
    headers: bytes

    def __repr__(self) -> str:
        """Leave out the headers."""
        return f"Address({self.where})"

    @property
    def where(self) -> str:
        """The host and port, as they are told to people."""
        return _joined(self.host, self.port)


def read_address(url: str) -> Address:
    """Return where a URL leads; raises `Invalid`, without the URL in its message, when it leads nowhere."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port if parts.port is not None else _PORTS[parts.scheme]
        login = _login(parts)
    except (KeyError, ValueError):
        # The reason may quote what was taken for a port, and is a part of the password.
        raise Invalid("The URL of the index server is no address.", hint=HINT) from None
    printable = _PATH.fullmatch(parts.path) and _PATH.fullmatch(host)
    if parts.scheme not in _PORTS or not host or not port or not printable or parts.query or parts.fragment:
        raise Invalid("The URL of the index server is no address.", hint=HINT)
    named = _joined(host, port) if port != _PORTS[parts.scheme] else _joined(host)
    return Address(
        tls=parts.scheme == "https",
        host=host,
        port=port,
        prefix=parts.path.rstrip("/"),
        headers=f"Host: {named}\r\nUser-Agent: linernotes\r\n{login}".encode("ascii"),
    )


def _joined(host: str, port: int | None = None) -> str:
    written = f"[{host}]" if ":" in host else host
    return written if port is None else f"{written}:{port}"


def _login(parts: SplitResult) -> str:
    if parts.username is None and parts.password is None:
        return ""
    login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return f"Authorization: Basic {b64encode(login.encode()).decode()}\r\n"
