"""One entity by its MBID, and the lists that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from msgspec import structs

from linernotes.domain.dates import PartialDate, first_release_date
from linernotes.domain.entities import AlbumSummary, Release
from linernotes.domain.facts import Provenance
from linernotes.domain.ids import MBID
from linernotes.facades._kit.http import Reply
from linernotes.facades.native import mapping, wire
from linernotes.facades.native.asked import MOST_ON_PAGE, Asked
from linernotes.facades.native.cursors import page_of
from linernotes.facades.native.mapping import Mapper
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import (
    ARTISTS,
    CURSOR,
    LIMIT,
    RELEASE_GROUPS,
    RELEASES,
    RESOURCES,
    Resource,
    including,
)
from linernotes.facades.native.routes import Operation
from linernotes.usecases.library import Lookups

_UNKNOWN = PartialDate()
_Key = tuple[int, int, int, str]


class Entities:
    """Answers for one entity at a time."""

    def __init__(self, *, lookups: Lookups, mapper: Mapper, replies: Replies) -> None:
        """Keep whom to ask."""
        self._lookups = lookups
        self._mapper = mapper
        self._replies = replies

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        for resource in RESOURCES:
            yield _one(resource, partial(self.entity, resource))
        yield _nested(ARTISTS, self.release_groups, wire.AlbumPage, ())
        yield _nested(RELEASE_GROUPS, self.releases, wire.ReleasePage, RELEASES.include)

    async def entity(self, resource: Resource, asked: Asked) -> Reply:
        """Return an entity; a merged MBID sends the client on to the one that it leads to."""
        mbid = asked.mbid
        choices = (*resource.include, resource.nested) if resource.nested else resource.include
        include = asked.include(choices) if choices else frozenset()
        value, of = await self._found(resource, mbid)
        if value.mbid != mbid:
            return self._replies.moved(asked.same(f"/{resource.name}/{value.mbid}"))
        shown = self._mapper(resource.kind, value, include, of)
        if resource.nested and resource.nested in include:
            page = self._albums if resource is ARTISTS else self._editions
            shown = structs.replace(shown, **{resource.nested.replace("-", "_"): await page(mbid, asked, first=True)})
        return self._replies.shared(shown)

    async def release_groups(self, asked: Asked) -> Reply:
        """Return a page of an artist's release groups."""
        return await self._list(ARTISTS, asked)

    async def releases(self, asked: Asked) -> Reply:
        """Return a page of a release group's releases."""
        return await self._list(RELEASE_GROUPS, asked)

    async def _list(self, resource: Resource, asked: Asked) -> Reply:
        mbid = asked.mbid
        value, _ = await self._found(resource, mbid)
        if value.mbid != mbid:
            return self._replies.moved(asked.same(f"/{resource.name}/{value.mbid}/{resource.nested}"))
        page = await (self._albums if resource is ARTISTS else self._editions)(mbid, asked, first=False)
        return self._replies.shared(page, next_page=page.next)

    async def _found(self, resource: Resource, mbid: MBID) -> tuple[Any, Provenance]:
        [outcome] = await self._lookups.entities(resource.kind, [mbid])
        value = outcome.get(f"There is no {resource.title} {mbid}")
        return value, outcome.provenance or mapping.NOBODY

    async def _albums(self, mbid: MBID, asked: Asked, *, first: bool) -> wire.AlbumPage:
        """Return a page of a discography: the ``first`` one inside of the artist, or the one that was asked for."""
        limit, after = (MOST_ON_PAGE, None) if first else (asked.limit(), asked.after(_Key))
        outcome = await self._lookups.discography(mbid)
        albums = outcome.get(f"There is no artist {mbid}")
        page = await self._replies.made(
            lambda: page_of(albums, key=_album_key, after=after, limit=limit), size=len(albums) // 100
        )
        return wire.AlbumPage(
            items=tuple(mapping.album(one) for one in page.items),
            next=asked.next(f"/artists/{mbid}/release-groups", page.cursor, limit=limit, keep=not first),
            provenance=mapping.provenance(outcome.provenance or mapping.NOBODY),
        )

    async def _editions(self, mbid: MBID, asked: Asked, *, first: bool) -> wire.ReleasePage:
        limit, after = (MOST_ON_PAGE, None) if first else (asked.limit(), asked.after(_Key))
        include = frozenset() if first else asked.include(RELEASES.include)
        outcome = await self._lookups.releases_of(mbid)
        releases = outcome.get(f"There is no release group {mbid}")
        of = mapping.provenance(outcome.provenance or mapping.NOBODY)
        page = page_of(releases, key=_release_key, after=after, limit=limit)
        items = await self._replies.made(
            lambda: tuple([self._mapper.release(one, include, of) for one in page.items]), size=len(page.items)
        )
        following = asked.next(f"/release-groups/{mbid}/releases", page.cursor, limit=limit, keep=not first)
        return wire.ReleasePage(items=items, next=following, provenance=of)


def _album_key(album: AlbumSummary) -> _Key:
    return *(album.first_release_date or _UNKNOWN).order(), album.mbid


def _release_key(release: Release) -> _Key:
    dates = [event.date for event in release.events if event.date is not None]
    return *(first_release_date(dates) or _UNKNOWN).order(), release.mbid


def _one(resource: Resource, handler: Any) -> Operation:
    choices = (*resource.include, resource.nested) if resource.nested else resource.include
    article = "an" if resource.title[0] in "aeiou" else "a"
    return Operation(
        method="GET",
        path=f"/{resource.name}/{{mbid}}",
        name=f"get_{resource.title.replace(' ', '_')}",
        tag=resource.name,
        summary=f"{article.capitalize()} {resource.title}",
        description=(
            "An MBID that was merged answers 301, with the address of what it leads to."
            + (f" `include={resource.nested}` shows the first {MOST_ON_PAGE} of them." if resource.nested else "")
        ),
        handler=handler,
        answer=resource.one,
        parameters=including(choices),
        example=resource.example,
        failures=(404, 410),
        moves=True,
    )


def _nested(resource: Resource, handler: Any, answer: Any, include: tuple[str, ...]) -> Operation:
    return Operation(
        method="GET",
        path=f"/{resource.name}/{{mbid}}/{resource.nested}",
        name=f"list_{resource.nested.replace('-', '_')}_of_{resource.title.replace(' ', '_')}",
        tag=resource.name,
        summary=f"The {resource.nested.replace('-', ' ')} of {'an' if resource is ARTISTS else 'a'} {resource.title}",
        description="By first release date, those without one last, then by MBID.",
        handler=handler,
        answer=answer,
        parameters=(*including(include), LIMIT, CURSOR),
        example=resource.example,
        failures=(404, 410),
        moves=True,
    )
