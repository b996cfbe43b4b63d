"""Makes the answers that are not in the cache: finds the façade, asks the gate, turns every fault into JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from string import printable
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

import msgspec
import structlog

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.domain.keys import Caller
from linernotes.facades._kit.http import Reply, Request
from linernotes.ports.tracing import Attributes, NoTracer, Tracer
from linernotes.web.cache import Key, ResponseCache
from linernotes.web.errors import Refusal, error_reply, refusal_reply, waiting
from linernotes.web.flights import Flights
from linernotes.web.gate import Gate
from linernotes.web.leases import Leases
from linernotes.web.limits import read_body
from linernotes.web.metrics import METHODS, OTHER, Metrics, Route
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.native import Native
from linernotes.web.proxies import Origin
from linernotes.web.representation import NOTHING, Extra, Representation
from linernotes.web.settings import ServerSettings

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

SERVER = "server"
REFUSED = Route(SERVER, "refused")
TRACE_HEADERS = (b"traceparent", b"tracestate")
log = structlog.get_logger("linernotes.web")


class Incoming(NamedTuple):
    """A request as it came in, its head within the limits; HEAD has become GET."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    origin: Origin
    receive: Receive
    request_id: bytes = b""


class NoFacade:
    """Stands where no façade is mounted."""

    async def handle(self, request: Request) -> Reply:
        return error_reply(404, "Nothing matches the given URI")


NOTHING_HERE = Mounted(SERVER, "", NoFacade())


class Place(NamedTuple):
    """Who answers a path, and the path below their mount."""

    mounted: Mounted
    path: str


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
        gate: Gate | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        """Raise Invalid where a mount is guarded and there is no gate."""
        if gate is None and mounts.guarded:
            raise Invalid("a façade wants to be guarded, and there is nothing to guard it")
        if gate is not None:
            metrics.add_source(gate.numbers)
        self.gate = gate
        self._settings = settings
        self._mounts = mounts
        self._native = native
        self._cache = cache
        self._metrics = metrics
        self._leases = leases
        self._flights = Flights()
        self._tracer = tracer or NoTracer()

    async def answer(
        self, incoming: Incoming, key: Key, build: object, kept: Representation | None = None
    ) -> tuple[Representation, Extra]:
        """Return the answer, and the headers that are for this client alone. Raises nothing but cancellation.

        ``kept`` is what the cache holds for them; without it the answer is made, traced, and kept for ``build`` if it
        may be.
        """
        if kept is not None:
            return await self._answer(incoming, key, build, kept)
        method = incoming.method if incoming.method in METHODS else OTHER
        told = {
            "http.request.method": method,
            "url.path": incoming.path,
            "linernotes.request_id": incoming.request_id.decode(),
        }
        with self._tracer.span(method, told, role="server", carrier=_carrier(incoming.headers)) as span:
            answer, extra = await self._answer(incoming, key, build, None)
            facade, route = answer.route
            found: Attributes = {
                "http.response.status_code": answer.status,
                "http.route": route,
                "linernotes.facade": facade,
            }
            span.tell(found, name=f"{method} {route}", failed=answer.status >= 500)
        return answer, extra

    async def _answer(
        self, incoming: Incoming, key: Key, build: object, kept: Representation | None
    ) -> tuple[Representation, Extra]:
        place = self._place(incoming.path)
        if self.gate is None or not place.mounted.guarded:
            return kept or await self._make(incoming, place, None, key, build), NOTHING
        passage = await self.gate.ask(incoming.method, incoming.path, incoming.headers, incoming.origin.client)
        if passage.reply is not None:
            return self._represent(place.mounted, passage.reply, _refused(place.mounted)), passage.headers
        return kept or await self._make(incoming, place, passage.caller, key, build), passage.headers

    def refuse(self, refusal: Refusal, path: str, headers: Mapping[bytes, bytes]) -> tuple[Representation, Extra]:
        """Return what a request that gets no further is answered, in the form that its mount has."""
        mounted = self._place(path).mounted
        allowed = self.gate.cors.headers(headers) if self.gate is not None and mounted.guarded else NOTHING
        return self._represent(mounted, _refusal(mounted, refusal, path), REFUSED), allowed

    def unacceptable(self, answer: Representation, path: str) -> Representation:
        """Return what a client gets that takes none of the forms of ``answer``."""
        mounted = self._place(path).mounted
        refusal = Refusal(406, "No acceptable content coding")
        return self._represent(mounted, _refusal(mounted, refusal, path), answer.route)

    async def _make(
        self, incoming: Incoming, place: Place, caller: Caller | None, key: Key, build: object
    ) -> Representation:
        try:
            body = await read_body(incoming.method, incoming.headers, incoming.receive, self._settings)
        except Refusal as refusal:
            return self._represent(place.mounted, _refusal(place.mounted, refusal, incoming.path), REFUSED)
        request = _request(incoming, place, caller, body)
        if request.method != "GET":
            return await self._handle(place.mounted, request)

        async def make() -> Representation:
            answer = await self._handle(place.mounted, request)
            self._cache.put(key, answer, build)
            return answer

        return await self._flights.fly(key, build, make)

    def _place(self, path: str) -> Place:
        base = self._settings.base_path
        if base and (path == base or path.startswith(base + "/")):
            path = path[len(base) :] or "/"
        if self._native.answers(path):
            return Place(Mounted(SERVER, "", self._native), path)
        found = self._mounts.find(path.replace("//", "/", 1) if path.startswith("//") else path)
        return Place(*found) if found else Place(NOTHING_HERE, path)

    async def _handle(self, mounted: Mounted, request: Request) -> Representation:
        epoch = self._leases.enter()
        name = mounted.name
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                reply = await mounted.app.handle(request)
        except TimeoutError:
            log.warning("a request took too long", facade=name, path=request.path)
            reply = _fault(mounted, request, Refusal(503, "This took too long; try again later", after=5))
        except Unavailable as error:
            reply = _fault(mounted, request, Refusal(503, error.message, after=error.retry_after))
        except Exception as error:
            log.exception("a request failed", facade=name, path=request.path)
            status = 503 if isinstance(error, LinernotesError) else 500
            reply = _fault(mounted, request, Refusal(status, "Internal server error"))
        finally:
            self._leases.leave(epoch)
        return self._represent(mounted, reply, self._metrics.route(name, request.path, reply.status))

    def _represent(self, mounted: Mounted, reply: Reply, route: Route) -> Representation:
        if self.gate is not None and mounted.guarded:
            return Representation(self.gate.dress(reply), route=route, guarded=True)
        return Representation(reply, route=route)


def _request(incoming: Incoming, place: Place, caller: Caller | None, body: bytes) -> Request:
    return Request(
        method=incoming.method,
        path=place.path,
        prefix=incoming.origin.prefix + place.mounted.prefix,
        query=_ascii(incoming.query),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in incoming.headers.items()},
        body=body,
        base_url=incoming.origin.base_url,
        caller=caller,
        address=incoming.origin.client,
    )


def _carrier(headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
    return {name.decode(): headers[name].decode("latin-1") for name in TRACE_HEADERS if name in headers}


def _fault(mounted: Mounted, request: Request, refusal: Refusal) -> Reply:
    return _refusal(mounted, refusal, request.prefix + request.path)


def _refusal(mounted: Mounted, refusal: Refusal, path: str) -> Reply:
    if mounted.refuse is None:
        return refusal_reply(refusal, path, guarded=mounted.guarded)
    reply = mounted.refuse(refusal.status, refusal.message, path)
    return msgspec.structs.replace(reply, headers=(*reply.headers, *waiting(refusal)))


def _refused(mounted: Mounted) -> Route:
    return Route(mounted.name, "refused")


def _ascii(query: bytes) -> str:
    """Return the query as it should have been sent: some clients leave letters beyond ASCII unescaped."""
    return query.decode() if query.isascii() else quote_from_bytes(query, safe=printable)
