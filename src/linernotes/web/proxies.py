"""What a request says about where it comes from. X-Forwarded-* headers count only from proxies that are trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from linernotes.domain.errors import Invalid

Network = IPv4Network | IPv6Network
REMEMBERED = 4096
LONGEST_ADDRESS = 64


class Origin(NamedTuple):
    """Who asks, and under which address and path they see us."""

    client: str
    base_url: str
    prefix: str


class Proxies:
    """The proxies whose word is believed."""

    def __init__(self, trusted: Sequence[str], *, base_path: str = "") -> None:
        """Take addresses and networks; ``Invalid`` names one that is neither."""
        self._networks = [_network(text) for text in trusted]
        self._base_path = base_path
        self._remembered = lru_cache(REMEMBERED)(self._trusts)

    def origin(self, client: str, scheme: str, headers: Mapping[bytes, bytes]) -> Origin:
        """Say who asks, by the connection's address and scheme and, from a trusted proxy, by its headers."""
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._networks or not self.trusts(client):
            return Origin(client, f"{scheme}://{host}{self._base_path}", self._base_path)
        prefix = _first(headers, b"x-forwarded-prefix").rstrip("/")
        if not prefix.startswith("/") or prefix.startswith("//"):
            prefix = self._base_path
        scheme = _first(headers, b"x-forwarded-proto") or scheme
        host = _first(headers, b"x-forwarded-host") or host
        return Origin(self._client(client, headers), f"{scheme}://{host}{prefix}", prefix)

    @property
    def any(self) -> bool:
        """Whether any proxy is trusted."""
        return bool(self._networks)

    def trusts(self, address: str) -> bool:
        """Say whether an address is that of a trusted proxy; what is no address is not."""
        return len(address) <= LONGEST_ADDRESS and self._remembered(address)

    def _client(self, client: str, headers: Mapping[bytes, bytes]) -> str:
        hops = [hop.strip() for hop in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")]
        for hop in reversed([hop for hop in hops if hop]):
            if not self.trusts(hop):
                return hop[:LONGEST_ADDRESS]
            client = hop
        return client

    def _trusts(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as exc:
        raise Invalid(
            f"server.trusted_proxies: {text!r} is no address and no network", hint="Write 10.0.0.1 or 10.0.0.0/8."
        ) from exc


def _first(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1").partition(",")[0].strip()
