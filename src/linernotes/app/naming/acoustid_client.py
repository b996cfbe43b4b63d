"""Asking a server that speaks AcoustID's protocol: acoustid.org, ours, or another one.

Requests are POSTs of gzipped forms, one at a time. A server that is not on this machine gets at most three a second,
which is what acoustid.org asks for, and is given the time that it wishes when it has too much to do.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec

from linernotes import __version__
from linernotes.app.naming.acoustid_wire import Envelope, Failure
from linernotes.domain.errors import Invalid, LinernotesError, Unauthorised
from linernotes.providers._kit.address import read_address
from linernotes.providers._kit.bodies import MOST_BYTES, read_bounded
from linernotes.providers._kit.faults import TooLarge, Trouble
from linernotes.providers._kit.retry import read_retry_after

T = TypeVar("T")
Fields = Sequence[tuple[str, str]]
INTERVAL_SECONDS = 0.334
ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 60.0
ATTEMPTS = 5
SOURCE = "acoustid"
_LOOK = "Look at the address of --server, the network, and the proxy if there is one."
_BUSY = frozenset({429, 502, 503, 504})
# AcoustID's numbers of errors.
_UNKNOWN_CLIENT, _INTERNAL, _UNKNOWN_USER, _DOWN, _TOO_MANY = 4, 5, 6, 13, 14


class AcoustidClient:
    """One server, asked with an application's key. For one event loop."""

    def __init__(
        self,
        *,
        server: str,
        client: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask at ``server``, with or without /v2 at its end; ``transport`` takes the place of the network."""
        self._address = read_address(server.rstrip("/").removesuffix("/v2"))
        self._client = client
        self._answer_seconds = answer_seconds
        self._sleep = sleep
        self._clock = clock
        self.near = is_loopback(server)
        self._next = 0.0
        self._answered = False
        self._http = httpx2.AsyncClient(
            transport=transport,
            auth=self._address.login,
            headers={
                "User-Agent": f"linernotes/{__version__}",
                "Accept-Encoding": "gzip",
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Encoding": "gzip",
            },
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            trust_env=not self.near,  # a proxy leads away from this machine
        )

    @property
    def server(self) -> str:
        """Where it is, without a name and password."""
        return self._address.base

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def ask(self, path: str, fields: Fields, into: type[T]) -> T:
        """Send a form to a path such as "/v2/lookup" and return what is answered.

        Raises `Invalid` for what the server does not take, `Unauthorised` for a key that it does not know, and
        `Unavailable` or `RateLimited` after several attempts.
        """
        form = [("format", "json"), ("client", self._client), ("clientversion", __version__), *fields]
        body = gzip.compress(urlencode(form).encode(), compresslevel=6, mtime=0)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask_once(path, body, into)
            except Trouble as trouble:
                pause = self._pause(trouble, attempt)
                if pause is None:
                    raise trouble.told(self.server) from trouble
            await self._sleep(pause)
        raise AssertionError

    def _pause(self, trouble: Trouble, attempt: int) -> float | None:
        """Return how long to wait before the next attempt, None for no more of them."""
        if not trouble.again or attempt == ATTEMPTS:
            return None
        pause = trouble.retry_after if trouble.retry_after is not None else float(2 ** (attempt - 1))
        return pause if pause <= LONGEST_WAIT_SECONDS else None

    async def _ask_once(self, path: str, body: bytes, into: type[T]) -> T:
        await self._turn()
        status, headers, answer = await self._exchange(path, body)
        self._answered = True
        try:
            envelope = msgspec.json.decode(answer, type=Envelope)
            if status == 200 and envelope.status == "ok":
                return msgspec.json.decode(answer, type=into)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise _unreadable(status, headers, exc) from exc
        raise _refusal(status, headers, envelope.error)

    async def _turn(self) -> None:
        """Keep the distance to the request before."""
        if self.near:
            return
        wait = self._next - self._clock()
        if wait > 0:
            await self._sleep(wait)
        self._next = self._clock() + INTERVAL_SECONDS

    async def _exchange(self, path: str, body: bytes) -> tuple[int, httpx2.Headers, bytes]:
        try:
            url = self._address.at(path, {})
            async with (
                asyncio.timeout(self._answer_seconds),
                self._http.stream("POST", url, content=body) as response,
            ):
                return response.status_code, response.headers, await read_bounded(response, MOST_BYTES)
        except TimeoutError as exc:
            raise Trouble("no answer in time") from exc
        except (httpx2.ConnectTimeout, httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError) as exc:
            # One that has never answered is most likely a wrong address: that is told at once.
            what = f"cannot be reached: {str(exc) or type(exc).__name__}"
            raise Trouble(what, hint=_LOOK, again=self._answered) from exc
        except ExceptionGroup as exc:
            raise Trouble(f"cannot be reached: {exc.exceptions[0]}", hint=_LOOK) from exc
        except TooLarge:
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
            raise Trouble(f"the answer cannot be read: {str(exc) or type(exc).__name__}") from exc


def _unreadable(status: int, headers: httpx2.Headers, exc: Exception) -> Trouble | Invalid:
    """Say what an answer means that is not one of AcoustID's."""
    if status in _BUSY:
        return Trouble(f"HTTP {status}", again=True, limited=status == 429, retry_after=_wished(headers))
    if status == 413:
        return Invalid("The server takes no request that large.", hint="Use less of the file with --length.")
    if status in {401, 403}:
        return Trouble(f"HTTP {status}", hint="It does not let us in.")
    if 300 <= status < 400:
        return Trouble(f"it is somewhere else: {headers.get('location', '?')}", hint=_LOOK)
    if isinstance(exc, msgspec.ValidationError):
        return Trouble(f"the answer has another shape than expected: {exc}", hint=_LOOK)
    return Trouble(f"HTTP {status}, and no answer of AcoustID's", hint=_LOOK)


def _refusal(status: int, headers: httpx2.Headers, failure: Failure) -> Trouble | LinernotesError:
    """Turn an error of AcoustID's into ours."""
    said = failure.message[:200] or f"HTTP {status}"
    if failure.code == _UNKNOWN_CLIENT:
        hint = "Give your application's key with --client; acoustid.org gives keys at https://acoustid.org/new-application."
        return Unauthorised("The server does not know this client key.", hint=hint, source=SOURCE)
    if failure.code == _UNKNOWN_USER:
        return Unauthorised("The server does not know this user key.", hint="Look at --user.", source=SOURCE)
    if status in _BUSY or failure.code in {_DOWN, _TOO_MANY}:
        limited = status == 429 or failure.code == _TOO_MANY
        return Trouble(said, again=True, limited=limited, retry_after=_wished(headers))
    if status >= 500 or failure.code == _INTERNAL:
        return Trouble(said, again=True)
    return Invalid(f"The server refuses this: {said.rstrip('.')}.", source=SOURCE)


def _wished(headers: httpx2.Headers) -> float | None:
    return read_retry_after(headers.get("retry-after"), now=time.time_ns() // 1_000_000)


def is_loopback(server: str) -> bool:
    """Tell whether a URL leads to this machine. Raises `Invalid` for what is no URL."""
    try:
        host = urlsplit(server).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
