"""The ASGI application: from a connection's request to an answer, from the cache where it can be.

A request that was answered before is two table look-ups and a send; the dispatcher makes everything else.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from functools import lru_cache, partial
from itertools import count
from secrets import token_hex
from typing import Any

import structlog

from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.ports.build import Build, LiveBuild
from linernotes.ports.offload import Offload
from linernotes.web.accesslog import Access, AccessLog
from linernotes.web.cache import Key, ResponseCache
from linernotes.web.coding import IDENTITY, negotiate
from linernotes.web.dispatch import Dispatcher, Incoming
from linernotes.web.errors import Refusal
from linernotes.web.limits import check_head
from linernotes.web.metrics import Metrics
from linernotes.web.proxies import Proxies
from linernotes.web.representation import NOTHING, Extra, Form, Headers, Representation, matches
from linernotes.web.settings import ServerSettings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Lifespan = Callable[[], AbstractAsyncContextManager[None]]

_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Compressing more than this at once would make other requests wait for more than half a millisecond.
INLINE_BYTES = 64 * 1024
USUAL_BYTES = 200
log = structlog.get_logger("linernotes.web")


class Application:
    """One worker's ASGI application. ``lifespan`` runs beside the requests, from before the first to after the last."""

    def __init__(
        self,
        *,
        settings: ServerSettings,
        dispatcher: Dispatcher,
        live: LiveBuild,
        cache: ResponseCache,
        metrics: Metrics,
        access_log: AccessLog,
        offload: Offload,
        lifespan: Lifespan,
    ) -> None:
        self._settings = settings
        self._dispatcher = dispatcher
        self._gate = dispatcher.gate
        self._live = live
        self._cache = cache
        self._proxies = Proxies(settings.trusted_proxies, base_path=settings.base_path)
        self._metrics = metrics
        self._access_log = access_log
        self._offload = offload
        self._lifespan = lifespan
        self._negotiate = lru_cache(1024)(negotiate)
        self._ids = _request_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the worker's lifespan."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live_on(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        headers = _by_name(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given if _SANE_ID.fullmatch(given) else next(self._ids)
        method: str = scope["method"]
        self._metrics.in_flight += 1
        try:
            key, build = self._key(scope, headers), self._build()
            answer, extra = await self._answer(scope, headers, receive, key, build, request_id)
            answer, form = await self._form(answer, headers, key, scope["path"])
        finally:
            self._metrics.in_flight -= 1
        status, head, body = _choose(answer, form, headers, with_body=method != "HEAD")
        head = [*head, *extra, (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})
        seconds = time.perf_counter() - begun
        self._metrics.observe(answer.route, method, status, seconds)
        if self._access_log.wants(status):
            client = self._proxies.origin(_client(scope), "", headers).client
            self._access_log.add(
                Access(time.time(), method, scope["path"], status, len(body), seconds, request_id.decode(), client)
            )

    async def _answer(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        key: Key,
        build: object,
        request_id: bytes,
    ) -> tuple[Representation, Extra]:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        try:
            check_head(scope["path"], scope["query_string"], scope["headers"], self._settings)
        except Refusal as refusal:
            return self._dispatcher.refuse(refusal, scope["path"], headers)
        kept = self._cache.get(key, build) if method == "GET" else None
        if kept is not None:
            if not kept.guarded:
                return kept, NOTHING
            if self._gate is not None and self._gate.free(headers):
                return kept, self._gate.cors.headers(headers)
        origin = self._proxies.origin(_client(scope), scope["scheme"], headers)
        incoming = Incoming(method, scope["path"], scope["query_string"], headers, origin, receive, request_id)
        return await self._dispatcher.answer(incoming, key, build, kept)

    def _key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Key:
        # Locations in an answer begin with the prefix, so that another prefix is another answer.
        prefix = self._proxies.origin(_client(scope), "", headers).prefix if self._proxies.any else ""
        return f"{prefix}\n{scope['path']}" if prefix else scope["path"], scope["query_string"]

    def _build(self) -> Build | None:
        try:
            return self._live.current()
        except Unavailable:
            return None

    async def _form(
        self, answer: Representation, headers: Mapping[bytes, bytes], key: Key, path: str
    ) -> tuple[Representation, Form]:
        accepted = headers.get(b"accept-encoding")
        # A long header is read anew each time rather than remembered.
        choose = self._negotiate if accepted is None or len(accepted) <= USUAL_BYTES else negotiate
        coding = answer.coding(choose(accepted))
        if coding is None:
            answer = self._dispatcher.unacceptable(answer, path)
            coding = IDENTITY
        form = answer.form(coding)
        if form is None:
            make = partial(answer.make, coding)
            form = await self._offload(make) if len(answer.body) > INLINE_BYTES and coding != IDENTITY else make()
            self._cache.recount(key, answer)
        return answer, form

    async def _live_on(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except LinernotesError as error:
            log.error("the worker cannot start", error=error.message, hint=error.hint)  # noqa: TRY400 - the message says all
            await send({"type": "lifespan.startup.failed", "message": error.message})
        else:
            await send({"type": "lifespan.shutdown.complete"})


def _choose(
    answer: Representation, form: Form, headers: Mapping[bytes, bytes], *, with_body: bool
) -> tuple[int, Headers, bytes]:
    asked = headers.get(b"if-none-match")
    if asked is not None and matches(asked, form.etag):
        return 304, form.not_modified, b""
    return answer.status, form.headers, form.body if with_body else b""


def _by_name(raw: list[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    found = dict(raw)
    if len(found) == len(raw):
        return found
    found.clear()
    for name, value in raw:
        # RFC 9110, section 5.3: several lines of one name are one list.
        found[name] = found[name] + b", " + value if name in found else value
    return found


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _request_ids() -> Iterator[bytes]:
    start = token_hex(6)
    return (f"{start}-{number:x}".encode() for number in count(1))
