"""Makes the answers that are not in the cache: finds the façade, hands it the request, turns every fault into JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from string import printable
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import structlog

from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.facades._kit.http import FacadeApp, Reply, Request
from linernotes.web.cache import Key, ResponseCache
from linernotes.web.errors import Refusal, error_reply, unavailable_reply
from linernotes.web.flights import Flights
from linernotes.web.leases import Leases
from linernotes.web.limits import read_body
from linernotes.web.metrics import Metrics, Route
from linernotes.web.mounts import Mounts
from linernotes.web.native import Native
from linernotes.web.proxies import Origin
from linernotes.web.representation import Representation
from linernotes.web.settings import ServerSettings

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

SERVER = "server"
REFUSED = Route(SERVER, "refused")
log = structlog.get_logger("linernotes.web")


class Incoming(NamedTuple):
    """A request as it came in, its head within the limits; HEAD has become GET."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    origin: Origin
    receive: Receive


class Dispatcher:
    """Answers what the cache cannot."""

    def __init__(
        self,
        *,
        settings: ServerSettings,
        mounts: Mounts,
        native: Native,
        cache: ResponseCache,
        metrics: Metrics,
        leases: Leases,
    ) -> None:
        self._settings = settings
        self._mounts = mounts
        self._native = native
        self._cache = cache
        self._metrics = metrics
        self._leases = leases
        self._flights = Flights()

    async def answer(self, incoming: Incoming, key: Key, build: object) -> Representation:
        """Return the answer, and keep it for ``build`` if it may be kept. Raises nothing but cancellation."""
        try:
            body = await read_body(incoming.method, incoming.headers, incoming.receive, self._settings)
        except Refusal as refusal:
            return Representation(refusal.reply, route=REFUSED)
        name, app, request = self._target(incoming, body)

        if request.method != "GET":
            return await self._handle(name, app, request)

        async def make() -> Representation:
            answer = await self._handle(name, app, request)
            self._cache.put(key, answer, build)
            return answer

        return await self._flights.fly(key, build, make)

    def _target(self, incoming: Incoming, body: bytes) -> tuple[str, FacadeApp, Request]:
        base = self._settings.base_path
        path = incoming.path
        if base and (path == base or path.startswith(base + "/")):
            path = path[len(base) :] or "/"
        name, prefix = SERVER, ""
        app: FacadeApp = self._native
        if not self._native.answers(path):
            found = self._mounts.find(path)
            if found is None:
                return SERVER, NoFacade(), Request(incoming.method, path)
            (name, prefix, app), path = found
        return (
            name,
            app,
            Request(
                method=incoming.method,
                path=path,
                prefix=incoming.origin.prefix + prefix,
                query=_ascii(incoming.query),
                headers={name.decode("latin-1"): value.decode("latin-1") for name, value in incoming.headers.items()},
                body=body,
                base_url=incoming.origin.base_url,
            ),
        )

    async def _handle(self, name: str, app: FacadeApp, request: Request) -> Representation:
        epoch = self._leases.enter()
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                reply = await app.handle(request)
        except TimeoutError:
            log.warning("a request took too long", facade=name, path=request.path)
            reply = error_reply(503, "This took too long; try again later", ("retry-after", "5"))
        except Unavailable as error:
            reply = unavailable_reply(error)
        except Exception as error:
            log.exception("a request failed", facade=name, path=request.path)
            reply = error_reply(503 if isinstance(error, LinernotesError) else 500, "Internal server error")
        finally:
            self._leases.leave(epoch)
        return Representation(reply, route=self._metrics.route(name, request.path, reply.status))


def _ascii(query: bytes) -> str:
    """Return the query as it should have been sent: some clients leave letters beyond ASCII unescaped."""
    return query.decode() if query.isascii() else quote_from_bytes(query, safe=printable)


class NoFacade:
    """Stands where no façade is mounted."""

    async def handle(self, request: Request) -> Reply:
        return error_reply(404, "Nothing matches the given URI")
