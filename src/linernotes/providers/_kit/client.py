"""Asking a source over HTTP for JSON: paced, watched by the breaker, asked again where that may help.

Every request has a turn of its own, redirects and repetitions too. What goes wrong leaves as ``Unavailable``, or as
``RateLimited``; a refusal in the source's own words leaves as ``Refusal``, for the source to say what it means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx2
import msgspec

from linernotes.providers._kit.address import read_address
from linernotes.providers._kit.bodies import MOST_BYTES, read_bounded
from linernotes.providers._kit.breaker import Breaker
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers._kit.faults import Refusal, TooLarge, Trouble
from linernotes.providers._kit.pacing import Pacer
from linernotes.providers._kit.retry import Retry, read_retry_after

T = TypeVar("T")
MOST_REDIRECTS = 3
CONNECT_SECONDS = 10.0
FAIR_SECONDS = 4.0
UNREACHED = "Look at base_url, the network, and the proxy if there is one."
_PASSING = frozenset({502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A refusal in a source's own words."""

    error: str


class Answer(msgspec.Struct, frozen=True):
    """What came back for one request."""

    status: int
    headers: httpx2.Headers
    body: bytes


class Client:
    """One source's connection to the world. For the event loop's thread alone."""

    def __init__(  # noqa: PLR0913 - every part can be replaced by itself
        self,
        *,
        source: str,
        base_url: str,
        user_agent: str,
        pacer: Pacer,
        now: Callable[[], int],
        breaker: Breaker | None = None,
        retry: Retry | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Ask at ``base_url``, which may hold a name and password; ``transport`` takes the place of the network."""
        self._source = source
        self._address = read_address(base_url)
        self._pacer = pacer
        self._now = now
        self._breaker = breaker or Breaker(source=source)
        self._retry = retry or Retry()
        self._most_bytes = most_bytes
        self._http = httpx2.AsyncClient(
            transport=transport,
            auth=self._address.login,
            headers={"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),  # the deadline bounds the rest
        )

    @property
    def breaker_open(self) -> bool:
        """Whether the source is left alone after faults in a row."""
        return self._breaker.open

    async def get(self, path: str, parameters: Mapping[str, str], *, into: type[T], deadline: Deadline) -> T:
        """Return the JSON at a path below the base, decoded.

        Raises ``Unavailable``, ``RateLimited``, ``Refusal``, or ``TooLarge`` for an answer of more than is allowed.
        """
        failed = 0
        while True:
            try:
                return await self._ask(self._address.at(path, dict(parameters)), into, deadline)
            except TooLarge:
                raise
            except Trouble as trouble:
                failed += 1
                pause = await self._pause(trouble, failed, deadline)
                if pause is None:
                    raise trouble.told(self._source) from trouble
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _pause(self, trouble: Trouble, failed: int, deadline: Deadline) -> float | None:
        wished = trouble.retry_after or 0.0
        if wished:
            await self._pacer.hold(wished)
        pause = self._retry.pause(failed) if trouble.again else None
        if pause is None:
            return None
        pause = max(pause, wished)
        return pause if pause < deadline.remaining() else None

    async def _ask(self, url: httpx2.URL, into: type[T], deadline: Deadline) -> T:
        for _ in range(MOST_REDIRECTS + 1):
            self._breaker.check()
            await self._pacer.turn(deadline)
            with self._breaker.watched():
                answer = await self._exchange(url, deadline)
                if answer.status not in _MOVED:
                    return self._read(answer, into)
                url = _target(url, answer)
        raise Trouble(f"more than {MOST_REDIRECTS} redirects", hint="Look at base_url.", down=False)

    async def _exchange(self, url: httpx2.URL, deadline: Deadline) -> Answer:
        left = deadline.remaining()
        try:
            async with asyncio.timeout(left), self._http.stream("GET", url) as response:
                return Answer(response.status_code, response.headers, await read_bounded(response, self._most_bytes))
        except TimeoutError as exc:
            # Who had little time left learns nothing about the source.
            raise Trouble("no answer in time", down=left >= FAIR_SECONDS) from exc
        except (httpx2.ConnectTimeout, httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError) as exc:
            raise Trouble(f"cannot be reached: {str(exc) or type(exc).__name__}", hint=UNREACHED, again=True) from exc
        except ExceptionGroup as exc:  # a connection that could not even be tried, such as to a port beyond 65535
            raise Trouble(f"cannot be reached: {exc.exceptions[0]}", hint=UNREACHED) from exc
        except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
            raise Trouble(f"the answer cannot be read: {str(exc) or type(exc).__name__}") from exc

    def _read(self, answer: Answer, into: type[T]) -> T:
        if answer.status != 200:
            raise self._refused(answer)
        try:
            return msgspec.json.decode(answer.body, type=into)
        except msgspec.ValidationError as exc:
            raise Trouble(f"the answer has another shape than expected: {exc}", down=False) from exc
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise Trouble(f"the answer is not JSON: {exc}") from exc

    def _refused(self, answer: Answer) -> Trouble | Refusal:
        status, wished = answer.status, read_retry_after(answer.headers.get("retry-after"), now=self._now())
        if status == 429 or (status == 503 and answer.headers.get("x-ratelimit-remaining") == "0"):
            return Trouble("we ask too much", again=True, down=status != 429, limited=True, retry_after=wished)
        if status >= 500:
            return Trouble(f"HTTP {status}", again=status in _PASSING, retry_after=wished)
        if status in {401, 403}:
            return Trouble(f"HTTP {status}", hint="It does not let us in: look at its settings.", down=False)
        try:
            return Refusal(status, msgspec.json.decode(answer.body, type=Reason).error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Trouble(f"HTTP {status} from something that is not the service", hint="Look at base_url.")


def _target(url: httpx2.URL, answer: Answer) -> httpx2.URL:
    """Return where a redirect leads. Only within the same host, and never away from encryption."""
    try:
        target = url.join(answer.headers.get("location", ""))
    except httpx2.InvalidURL as exc:
        raise Trouble("redirects to nowhere", down=False) from exc
    same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
    if same or (target.host == url.host and (url.scheme, target.scheme) == ("http", "https")):
        return target
    raise Trouble(f"redirects to another place ({target.host})", hint="Set base_url to where it is.", down=False)
