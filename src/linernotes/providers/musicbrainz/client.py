"""WS/2's three ways of asking: look up by MBID, browse what belongs to an entity, search.

None means that the service says 404 in its own words. Everything else that is not an answer is one of our errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import quote

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.providers._kit.client import Client
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers._kit.faults import Refusal
from linernotes.providers.musicbrainz import wire

T = TypeVar("T")
P = TypeVar("P")

NAME = "musicbrainz"
PAGE = 100
MOST_PAGES = 1000


class NotUnderstood(Unavailable):
    """The service does not know what it was asked to tell: an older mirror, perhaps."""


class WebService:
    """Asks and decodes; the values are the service's own."""

    def __init__(self, *, client: Client) -> None:
        """Ask through a client, whose base is the server."""
        self._client = client
        self.not_understood: set[str] = set()
        """What somebody asked for in vain, to be asked for in another way from then on."""

    @property
    def breaker_open(self) -> bool:
        """Whether the source is left alone after faults in a row."""
        return self._client.breaker_open

    async def get(self, path: str, parameters: dict[str, str], *, into: type[T], deadline: Deadline) -> T | None:
        """Return what is at a path below ``/ws/2/``.

        Raises ``Invalid`` where the service refuses a key, ``NotUnderstood`` where it refuses the question,
        ``TooLarge``, and ``Unavailable`` for everything else.
        """
        try:
            return await self._client.get(f"/ws/2/{path}", {**parameters, "fmt": "json"}, into=into, deadline=deadline)
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            if refusal.status == 400 and refusal.reason.lower().startswith("invalid"):
                raise Invalid(f"{NAME}: {refusal.reason}", source=NAME) from refusal
            kind = NotUnderstood if refusal.status == 400 else Unavailable
            raise kind(f"{NAME}: HTTP {refusal.status}: {refusal.reason}", source=NAME) from refusal

    async def lookup(self, kind: str, key: str, inc: str, *, into: type[T], deadline: Deadline) -> T | None:
        """Return one entity, identifier or URL; ``inc`` is what to tell of it, words with a space between."""
        return await self.get(
            f"{kind}/{quote(key, safe='')}", {"inc": inc} if inc else {}, into=into, deadline=deadline
        )

    async def groups_of(self, artist: str, inc: str, *, deadline: Deadline) -> list[wire.ReleaseGroup] | None:
        """Return all release groups that credit an artist."""
        return await self._pages(
            "release-group",
            {"artist": artist, "inc": inc},
            into=wire.GroupPage,
            read=lambda page: (page.release_group_count, page.release_groups),
            deadline=deadline,
        )

    async def releases_of(self, what: str, mbid: str, inc: str, *, deadline: Deadline) -> list[wire.Release] | None:
        """Return all releases of an artist, a release group or a recording: ``what`` says which."""
        return await self._pages(
            "release",
            {what: mbid, **({"inc": inc} if inc else {})},
            into=wire.ReleasePage,
            read=lambda page: (page.release_count, page.releases),
            deadline=deadline,
        )

    async def releases_found(self, query: str, *, deadline: Deadline) -> list[wire.FoundRelease]:
        """Return all releases that a query finds."""
        found = await self._pages(
            "release",
            {"query": query},
            into=wire.ReleaseHits,
            read=lambda page: (page.count, page.releases),
            deadline=deadline,
        )
        return found or []

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def _pages(
        self,
        path: str,
        parameters: dict[str, str],
        *,
        into: type[P],
        read: Callable[[P], tuple[int, Sequence[T]]],
        deadline: Deadline,
    ) -> list[T] | None:
        """Read pages to the end. A page may hold fewer than asked for, so the next one begins after what came."""
        rows: list[T] = []
        for _ in range(MOST_PAGES):
            page = {"limit": str(PAGE), "offset": str(len(rows))}
            found = await self.get(path, parameters | page, into=into, deadline=deadline)
            if found is None:
                return None
            total, more = read(found)
            rows += more
            if len(rows) >= total:
                return rows
            if not more:
                raise Unavailable(f"{NAME}: a list of {total} ended after {len(rows)}", source=NAME)
        raise Unavailable(f"{NAME}: a list of more than {MOST_PAGES} pages", source=NAME)
