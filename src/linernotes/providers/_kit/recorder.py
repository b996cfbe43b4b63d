"""Exchanges with a source as files: written while one is asked, read to take its place in a test.

A file holds the path and query of a request, never its headers, and what came back. Hosts are left out, so that a
recording fits every base URL, and parameters that hold a key are masked.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec

from linernotes.domain.errors import Corrupt
from linernotes.providers._kit.bodies import read_bounded

KEPT_HEADERS = ("content-type", "location", "retry-after")
MASK = "***"


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request and what came back; the body is one of ``json``, ``text`` and ``base64``."""

    target: str
    status: int = 200
    headers: dict[str, str] = {}
    json: Any = msgspec.UNSET
    text: str | None = None
    base64: str | None = None

    def body(self) -> bytes:
        """Return the body's bytes."""
        if self.json is not msgspec.UNSET:
            return msgspec.json.encode(self.json)
        return base64.b64decode(self.base64) if self.base64 is not None else (self.text or "").encode()


def target_of(url: httpx2.URL, hidden: Iterable[str] = ()) -> str:
    """Return path and query, parameters by name; the values of hidden ones are masked."""
    masked = frozenset(hidden)
    pairs = sorted((name, MASK if name in masked else value) for name, value in url.params.multi_items())
    query = urlencode(pairs)
    return f"{url.path}?{query}" if query else url.path


def read_exchanges(folder: Path) -> dict[str, Exchange]:
    """Return all exchanges in a folder by target. Raises ``Corrupt`` for a file that holds none."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            exchange = msgspec.json.decode(file.read_bytes(), type=Exchange)
        except msgspec.DecodeError as exc:
            raise Corrupt(f"{file.name} is no recorded exchange: {exc}") from exc
        found[target_of(httpx2.URL("http://recorded" + exchange.target))] = exchange
    return found


class RecordingTransport(httpx2.AsyncBaseTransport):
    """Passes requests on and writes each exchange to a folder; a newer one takes the place of an older one."""

    def __init__(
        self, *, folder: Path, inner: httpx2.AsyncBaseTransport | None = None, hidden: Iterable[str] = ()
    ) -> None:
        """Write to ``folder``, which is made when it is needed; ``hidden`` names query parameters that are secret."""
        self._folder = folder
        self._inner = inner or httpx2.AsyncHTTPTransport()
        self._hidden = frozenset(hidden)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        try:
            body = await read_bounded(response)
        finally:
            await response.aclose()
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        target = target_of(request.url, self._hidden)
        self._write(_written(Exchange(target, response.status_code, headers), body))
        return httpx2.Response(response.status_code, headers=headers, content=body)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _write(self, exchange: Exchange) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        words = re.sub(r"[^0-9A-Za-z]+", "-", exchange.target.partition("?")[0]).strip("-")[-60:]
        name = f"{words}-{sha256(exchange.target.encode()).hexdigest()[:8]}.json"
        text = msgspec.json.format(msgspec.json.encode(exchange), indent=1)
        (self._folder / name).write_bytes(text + b"\n")


class ReplayTransport(httpx2.AsyncBaseTransport):
    """Answers from a folder; what was not recorded cannot be reached."""

    def __init__(self, *, folder: Path, hidden: Iterable[str] = ()) -> None:
        """Read all exchanges at once."""
        self._exchanges = read_exchanges(folder)
        self._hidden = frozenset(hidden)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = target_of(request.url, self._hidden)
        exchange = self._exchanges.get(target)
        if exchange is None:
            raise httpx2.ConnectError(f"nothing was recorded for {target}", request=request)
        return httpx2.Response(exchange.status, headers=exchange.headers, content=exchange.body())


def _written(exchange: Exchange, body: bytes) -> Exchange:
    """Return the exchange with its body, in the most readable form that fits."""
    replaced = msgspec.structs.replace
    try:
        return replaced(exchange, json=msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return replaced(exchange, text=body.decode())
    except UnicodeDecodeError:
        return replaced(exchange, base64=base64.b64encode(body).decode())
