"""fpindex's HTTP API. Searches are answered at once, what waits for the disk is answered later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeAlias, TypeVar

import msgspec

from linernotes.domain.errors import LinernotesError
from linernotes.facades.fpindex import counts, reading, updates, wire
from linernotes.facades.fpindex.collection import Collection
from linernotes.facades.fpindex.dialects import U32, decimal
from linernotes.facades.fpindex.errors import Malformed, Refusal, refusal_of
from linernotes.facades.fpindex.formats import JSON, Format, Formats, formats_of
from linernotes.facades.fpindex.http import Reply, Request
from linernotes.facades.fpindex.routes import Route, find
from linernotes.facades.fpindex.snapshots import snapshot_reply

# A larger body is read beside the event loop: this much takes a fraction of a millisecond.
READ_AT_ONCE = 64 * 1024
_PLAIN = b"text/plain; charset=utf-8"
_OK = Reply(200, b"OK\n")
_DAMAGED = Reply(503, b"DAMAGED\n")

_T = TypeVar("_T")
Answer: TypeAlias = Reply | Coroutine[Any, Any, Reply]


class Call(msgspec.Struct, frozen=True):
    """A request and what was found out about it."""

    request: Request
    formats: Formats
    name: str
    last: bytes

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.request.body

    @property
    def form(self) -> Format:
        """The format of the body, which is needed now: `Refusal` when it is unknown."""
        if self.formats.body is None:
            raise Refusal("UnsupportedMediaType")
        return self.formats.body

    @property
    def optional_form(self) -> Format:
        """The format of the body, if there is one."""
        return self.form if self.body else JSON

    def id(self) -> int:
        """The document that the path names; `Malformed` when it names none."""
        found = decimal(self.last, U32)
        if found is None:
            raise Malformed
        return found

    def id_to_write(self) -> int:
        """The same, where 0 cannot be."""
        found = self.id()
        if not found:
            raise Refusal("InvalidFingerprintId")
        return found

    def fields(self, **values: object) -> Reply:
        """Answer with named values."""
        return wire.fields(self.formats.reply, values)


class Service:
    """Answers requests. Its methods belong to the event loop."""

    def __init__(self, collection: Collection, *, work: counts.Work, threads: Executor, warm: asyncio.Event) -> None:
        """Serve a collection; `threads` read large bodies. What needs compiled code waits until it is `warm`."""
        self._collection = collection
        self._work = work
        self._threads = threads
        self._warm = warm
        self._endpoints: dict[Route, dict[bytes, Callable[[Call], Answer]]] = {
            Route.SEARCH: {b"POST": self._search},
            Route.UPDATE: {b"POST": self._update},
            Route.DOCUMENT: {b"GET": self._document, b"PUT": self._put, b"DELETE": self._remove},
            Route.INDEX: {b"GET": self._describe, b"PUT": self._create, b"DELETE": self._delete},
            Route.INDEX_HEALTH: {b"GET": self._index_health},
            Route.STATUS: {b"GET": self._status},
            Route.SNAPSHOT: {b"GET": self._snapshot},
            Route.HEALTH: {b"GET": lambda _: _OK},
            Route.METRICS: {b"GET": self._metrics},
            Route.NOWHERE: {},
        }

    def handle(self, request: Request) -> Answer:
        """Answer a request, at once or with a coroutine. HEAD is answered as GET is."""
        formats = formats_of(request)
        route, name, last = find(request.method, request.path)
        endpoints = self._endpoints[route]
        endpoint = endpoints.get(b"GET" if request.method == b"HEAD" else request.method)
        if endpoint is None:
            return _nowhere(endpoints)
        try:
            answer = endpoint(Call(request, formats, name, last))
        except Refusal as exc:
            return wire.refused(formats.reply, exc)
        except LinernotesError as exc:
            return wire.refused(formats.reply, refusal_of(exc))
        return answer if isinstance(answer, Reply) else _caught(answer, formats.reply)

    # What is hot.

    def _search(self, call: Call) -> Answer:
        if not self._warm.is_set() or len(call.body) > READ_AT_ONCE:
            return self._search_later(call)
        asked = reading.read_search(call.body, call.form)
        served = self._collection.get(call.name)
        hits = served.search_now(asked) if asked.query.size else []
        if hits is None:
            return _found(served.search(asked), call.formats.reply)
        return wire.results(hits, call.formats.reply)

    async def _search_later(self, call: Call) -> Reply:
        asked = await self._read(reading.read_search, call)
        served = self._collection.get(call.name)
        hits = await served.search(asked) if asked.query.size else []
        return wire.results(hits, call.formats.reply)

    async def _update(self, call: Call) -> Reply:
        if self._collection.has(call.name):
            await self._collection.get(call.name).writer.room()
        update = await self._read(updates.read_update, call)
        return call.fields(version=await self._collection.get(call.name).write(update))

    async def _put(self, call: Call) -> Reply:
        id_ = call.id_to_write()
        hashes = await self._read(reading.read_hashes, call)
        await self._collection.get(call.name).write(updates.one_insert(id_, hashes))
        return call.fields()

    async def _read(self, read: Callable[[bytes, Format], _T], call: Call) -> _T:
        """Read a body, a large one beside the event loop."""
        form = call.form
        await self._warm.wait()
        if len(call.body) <= READ_AT_ONCE:
            return read(call.body, form)
        return await asyncio.get_running_loop().run_in_executor(self._threads, read, call.body, form)

    async def _remove(self, call: Call) -> Reply:
        id_ = call.id_to_write()
        await self._warm.wait()
        await self._collection.get(call.name).write(updates.one_delete(id_))
        return call.fields()

    # What is read.

    def _document(self, call: Call) -> Reply:
        id_ = call.id()
        index = self._collection.get(call.name).index
        version = index.document_version(id_) if id_ else None
        if version is None:
            raise Refusal("FingerprintNotFound")
        return call.fields(version=version)

    def _describe(self, call: Call) -> Reply:
        index = self._collection.get(call.name).index
        return wire.described(call.formats.reply, version=index.version, metadata=index.metadata, stats=index.stats())

    def _status(self, call: Call) -> Reply:
        served = self._collection.get(call.name)
        index = served.index
        return wire.fields(
            call.formats.reply,
            {"generation": served.generation, "version": index.version, "file_version": index.saved_version},
        )

    def _index_health(self, call: Call) -> Reply:
        try:
            self._collection.get(call.name).index.searcher()
        except Refusal as exc:
            return Reply(404) if exc.name == "IndexNotFound" else _DAMAGED
        except LinernotesError:
            return _DAMAGED
        return _OK

    def _snapshot(self, call: Call) -> Reply:
        served = self._collection.get(call.name)
        return snapshot_reply(served.index, served.generation)

    def _metrics(self, _: Call) -> Reply:
        rows = [
            counts.Numbers(one.name, one.counts, one.index.stats().documents, one.index.version)
            for one in self._collection
        ]
        return Reply(200, counts.exposition(rows, self._work), counts.CONTENT_TYPE)

    # What changes which indexes there are.

    async def _create(self, call: Call) -> Reply:
        wanted = reading.read_creation(call.body, call.optional_form)
        served = await self._collection.create(
            call.name, generation=wanted.generation, expect_absent=wanted.expect_does_not_exist
        )
        return call.fields(version=served.index.version, ready=True, generation=served.generation)

    async def _delete(self, call: Call) -> Reply:
        wanted = reading.read_deletion(call.body, call.optional_form)
        deleted = await self._collection.delete(call.name)
        if wanted.expect_exists and not deleted:
            raise Refusal("IndexNotFound")
        return call.fields(deleted=deleted)


async def _caught(answer: Coroutine[Any, Any, Reply], form: Format) -> Reply:
    try:
        return await answer
    except Refusal as exc:
        return wire.refused(form, exc)
    except LinernotesError as exc:
        return wire.refused(form, refusal_of(exc))


async def _found(search: Coroutine[Any, Any, Any], form: Format) -> Reply:
    return wire.results(await search, form)


def _nowhere(endpoints: dict[bytes, Callable[[Call], Answer]]) -> Reply:
    if not endpoints:
        return Reply(404, b"404 Not Found\n", _PLAIN)
    allowed = b", ".join(sorted(endpoints) + ([b"HEAD"] if b"GET" in endpoints else []))
    return Reply(405, b"405 Method Not Allowed\n", _PLAIN, ((b"Allow", allowed),))


def not_ready(request: Request) -> Reply:
    """Answer while the indexes are being opened."""
    if find(request.method, request.path)[0] == Route.HEALTH:
        return Reply(503, b"LOADING\n")
    return wire.refused(formats_of(request).reply, Refusal("IndexNotReady"))
