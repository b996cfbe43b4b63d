"""Many entities in one answer: by their MBIDs, or by an identifier that they have."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.domain.facts import Provenance
from linernotes.domain.ids import MBID, EntityRef, Kind, catalog_number_key, parse_barcode, parse_disc_id, parse_isrc
from linernotes.facades._kit.http import Reply
from linernotes.facades.native import mapping
from linernotes.facades.native.answers import Batch, Listing, Trouble, Wishes
from linernotes.facades.native.asked import MOST_IDS, Asked, known, read_mbid, read_mbids
from linernotes.facades.native.cursors import page_of
from linernotes.facades.native.mapping import Mapper
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import CURSOR, LIMIT, RESOURCES, Resource, including
from linernotes.facades.native.routes import Operation, Parameter
from linernotes.usecases.library import Lookups, Outcome

IDS = Parameter(name="ids", description=f"Up to {MOST_IDS} MBIDs with commas between.", listed=True)


class Listings:
    """Answers with lists of entities."""

    def __init__(self, *, lookups: Lookups, mapper: Mapper, replies: Replies) -> None:
        """Keep whom to ask."""
        self._lookups = lookups
        self._mapper = mapper
        self._replies = replies

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        for resource in RESOURCES:
            yield _operation(resource, partial(self.listing, resource))
        yield Operation(
            method="POST",
            path="/batch",
            name="batch",
            tag="batch",
            summary="Entities of all kinds at once",
            description=f"Up to {MOST_IDS} MBIDs in all. The answer has a list for each resource that was asked for.",
            handler=self.batch,
            answer=Batch,
            body=Wishes,
            body_example={"artists": [RESOURCES[0].example], "releases": [RESOURCES[2].example]},
        )

    async def listing(self, resource: Resource, asked: Asked) -> Reply:
        """Return the entities with these MBIDs or this identifier."""
        given = asked.one_of(["ids", *(one.name for one in resource.found_by)])
        include = asked.include(resource.include) if resource.include else frozenset()
        if given == "ids":
            if asked.text("limit") or asked.text("cursor"):
                raise Invalid("`ids` has no pages", hint="Leave `limit` and `cursor` out.")
            ids = asked.ids()
            outcomes = await self._lookups.entities(resource.kind, ids)
            found = await self._replies.made(lambda: self._listing(resource, ids, outcomes, include), size=len(ids))
        else:
            found = await self._identified(resource, given, asked, include)
        return self._reply(found)

    async def batch(self, asked: Asked) -> Reply:
        """Return entities of several kinds."""
        wishes = asked.body(Wishes)
        ids = {one: read_mbids(texts) for one in RESOURCES if (texts := getattr(wishes, one.field))}
        if sum(map(len, ids.values())) > MOST_IDS:
            raise Invalid(f"At most {MOST_IDS} MBIDs in one batch", hint="Ask for them in several batches.")
        includes = _includes(wishes.include)
        outcomes = await self._all(ids)

        def make() -> Reply:
            lists: dict[str, Any] = {
                one.field: self._listing(one, mbids, outcomes[one], includes.get(one.field, frozenset()))
                for one, mbids in ids.items()
            }
            return self._replies.fresh(Batch(**lists))

        return await self._replies.made(make, size=sum(map(len, ids.values())))

    async def _all(self, ids: Mapping[Resource, list[MBID]]) -> dict[Resource, list[Outcome[Any]]]:
        """Ask for all kinds at once, so that they wait for sources together."""
        try:
            async with asyncio.TaskGroup() as tasks:
                begun = {one: tasks.create_task(self._lookups.entities(one.kind, mbids)) for one, mbids in ids.items()}
        except* LinernotesError as group:
            raise group.exceptions[0] from None
        return {one: task.result() for one, task in begun.items()}

    async def _identified(self, resource: Resource, name: str, asked: Asked, include: Collection[str]) -> Listing:
        limit, after = asked.limit(), asked.after(tuple[str])
        outcome = await self._refs(name, asked.text(name))
        page = page_of(outcome.get(), key=lambda ref: (ref.mbid,), after=after, limit=limit)
        mbids = [ref.mbid for ref in page.items]
        found = await self._lookups.entities(resource.kind, mbids)
        return await self._replies.made(
            lambda: self._listing(
                resource,
                mbids,
                found,
                include,
                following=asked.next(f"/{resource.name}", page.cursor, limit=limit),
                of=outcome.provenance,
            ),
            size=len(mbids),
        )

    async def _refs(self, name: str, text: str) -> Outcome[tuple[EntityRef, ...]]:
        if name == "isrc":
            return await self._lookups.recordings_by_isrc(parse_isrc(text))
        if name == "barcode":
            return await self._lookups.releases_by_barcode(parse_barcode(text))
        if name == "disc_id":
            return await self._lookups.releases_by_disc_id(parse_disc_id(text))
        if name == "catalog_number":
            key = catalog_number_key(text)
            return Outcome(await self._lookups.releases_by_catalog_number(key) if key else ())
        release = await self._lookups.release_of_track(read_mbid(text))
        return Outcome(() if release is None else (EntityRef(Kind.RELEASE, release),))

    def _listing(
        self,
        resource: Resource,
        mbids: Sequence[MBID],
        outcomes: Sequence[Outcome[Any]],
        include: Collection[str],
        *,
        following: str | None = None,
        of: Provenance | None = None,
    ) -> Listing:
        pairs = list(zip(mbids, outcomes, strict=True))
        found = {one.value.mbid: one for one in outcomes if one.value is not None}
        kind, mapped = resource.kind, self._mapper
        items = [mapped(kind, one.value, include, one.provenance or mapping.NOBODY) for one in found.values()]
        more = {} if of is None else {"provenance": mapping.provenance(of)}
        listing: Listing = resource.many(
            items=tuple(items),
            missing=tuple([mbid for mbid, one in pairs if one.value is None and one.fault is None]),
            moved={mbid: one.value.mbid for mbid, one in pairs if one.value is not None and one.value.mbid != mbid},
            unavailable=tuple([_trouble(mbid, one.fault) for mbid, one in pairs if one.fault is not None]),
            next=following,
            **more,
        )
        return listing

    def _reply(self, listing: Listing) -> Reply:
        """A list in which something could not be asked for must not be kept."""
        make = self._replies.fresh if listing.unavailable else self._replies.shared
        return make(listing, next_page=listing.next)


def _trouble(mbid: MBID, fault: LinernotesError) -> Trouble:
    return Trouble(mbid=mbid, detail=fault.message, retry_after=getattr(fault, "retry_after", None))


def _includes(asked: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    by_field = {one.field: one for one in RESOURCES if one.include}
    known(asked, by_field, what="`include`")
    return {name: known(parts, by_field[name].include, what=f"`include.{name}`") for name, parts in asked.items()}


def _operation(resource: Resource, handler: Any) -> Operation:
    title = resource.name.replace("-", " ")
    pages = (LIMIT, CURSOR) if resource.found_by else ()
    names = ", ".join(f"`{one.name}`" for one in resource.found_by)
    return Operation(
        method="GET",
        path=f"/{resource.name}",
        name=f"list_{resource.field}",
        tag=resource.name,
        summary=f"{title.capitalize()} by MBID" + (" or identifier" if resource.found_by else ""),
        description=(
            f"Exactly one of `ids`, {names} is needed. Nobody having an identifier is an empty list."
            if resource.found_by
            else "Each MBID is in `items`, `moved`, `missing` or `unavailable`."
        ),
        handler=handler,
        answer=resource.many,
        parameters=(
            Parameter(
                name="ids",
                description=IDS.description,
                listed=True,
                required=not resource.found_by,
                example=[resource.example],
            ),
            *resource.found_by,
            *including(resource.include),
            *pages,
        ),
    )
