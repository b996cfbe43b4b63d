"""The server itself: where everything is, what it holds, what it is told to fetch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.errors import Unavailable
from linernotes.facades._kit.http import Reply
from linernotes.facades.native.answers import CatalogueStats, Document, Index, LayerStats, Queued, Stats
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import RESOURCES, Resource
from linernotes.facades.native.routes import Operation
from linernotes.facades.native.times import rfc3339
from linernotes.usecases.library import Library, Lookups


class Server:
    """Answers about the server."""

    def __init__(self, *, lookups: Lookups, library: Library, replies: Replies, version: str) -> None:
        """Keep whom to ask; ``know`` is to be called before the first request."""
        self._lookups = lookups
        self._library = library
        self._replies = replies
        self._version = version
        self._operations: tuple[Operation, ...] = ()

    def know(self, operations: tuple[Operation, ...]) -> None:
        """Take all operations of the API, these here among them."""
        self._operations = operations

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        for resource in RESOURCES:
            yield _refresh(resource, partial(self.refresh, resource))
        yield _plain("/stats", "get_stats", "What this server holds", Stats, self.stats)
        yield _plain("/", "get_index", "Where everything is", Index, self.index)
        yield _plain("/openapi.json", "get_openapi", "This description", Document, self.openapi)

    async def index(self, asked: Asked) -> Reply:
        """Name all addresses that can be read, with their parameters."""
        prefix = asked.request.prefix
        links = {one.name: prefix + _template(one) for one in self._operations if one.method == "GET"}
        return self._replies.shared(Index(name="linernotes", version=self._version, links=links))

    async def stats(self, _: Asked) -> Reply:
        """Say what is being served."""
        try:
            info = self._library.current().catalogue.info()
        except Unavailable:
            return self._replies.fresh(Stats(version=self._version, catalogue=None))
        return self._replies.shared(Stats(version=self._version, catalogue=_catalogue(info) if info.built_at else None))

    async def openapi(self, asked: Asked) -> Reply:
        """Describe this API."""
        from linernotes.facades.native.openapi import describe  # noqa: PLC0415 - few ask for it

        document = describe(self._operations, prefix=asked.request.prefix, version=self._version)
        return self._replies.shared(document)

    async def refresh(self, resource: Resource, asked: Asked) -> Reply:
        """Have an entity, and what belongs to it, fetched anew."""
        asked.needs_admin()
        queued = await self._lookups.refresh(resource.kind, asked.mbid)
        return self._replies.fresh(Queued(type=resource.kind.value, mbid=asked.mbid, queued=queued), 202)


def _catalogue(info: BuildInfo) -> CatalogueStats:
    return CatalogueStats(
        build=info.build_id,
        built_at=rfc3339(info.built_at),
        dump=info.dump_timestamp,
        schema_sequence=info.schema_sequence,
        replication_sequence=info.replication_sequence,
        changes_known_since=rfc3339(info.history_since),
        layers=tuple(LayerStats(name=layer.value, licence=layer.licence) for layer in info.layers),
        counts=dict(info.counts),
    )


def _template(operation: Operation) -> str:
    """Return the address with its parameters as a template of RFC 6570."""
    names = ",".join(one.name for one in operation.parameters)
    path = "" if operation.path == "/" else operation.path
    return f"{path}{{?{names}}}" if names else path


def _plain(path: str, name: str, summary: str, answer: Any, handler: Any) -> Operation:
    return Operation(method="GET", path=path, name=name, tag="server", summary=summary, handler=handler, answer=answer)


def _refresh(resource: Resource, handler: Any) -> Operation:
    return Operation(
        method="POST",
        path=f"/{resource.name}/{{mbid}}/refresh",
        name=f"refresh_{resource.title.replace(' ', '_')}",
        tag=resource.name,
        summary=f"Fetch {'an' if resource.title[0] == 'a' else 'a'} {resource.title} anew",
        description="The answer does not wait for it. Needs a key with the scope admin.",
        handler=handler,
        answer=Queued,
        status=202,
        example=resource.example,
        failures=(401, 403),
        admin=True,
    )
