"""Where a source is. A name and password in a base URL are taken out of it, so that no log and no message has them."""

from __future__ import annotations

from urllib.parse import unquote

import httpx2
import msgspec

from linernotes.providers._kit.faults import Trouble

WRONG = "It looks like https://musicbrainz.org or http://mirror.example:5000."


class Address(msgspec.Struct, frozen=True):
    """What stands before every path, without a slash at its end; ``login`` is a name and a password."""

    base: str
    login: tuple[str, str] | None = None

    def at(self, path: str, parameters: dict[str, str]) -> httpx2.URL:
        """Return the URL of a path. Raises ``Trouble`` where the base is no address."""
        try:
            url = httpx2.URL(self.base + path, params=parameters)
        except httpx2.InvalidURL as exc:
            raise Trouble(f"base_url is no address: {exc}", hint=WRONG, down=False) from exc
        if not url.host:
            raise Trouble("base_url names no host", hint=WRONG, down=False)
        return url


def read_address(base_url: str) -> Address:
    """Return where a base URL leads."""
    scheme, _, rest = base_url.rstrip("/").partition("://")
    authority, slash, path = rest.partition("/")
    login, given, host = authority.rpartition("@")
    name, _, password = login.partition(":")
    base = f"{scheme}://{host}{slash}{path}"
    return Address(base, (unquote(name), unquote(password)) if given else None)
