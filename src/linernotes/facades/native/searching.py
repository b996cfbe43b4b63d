"""By name, and by pages elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.ids import EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.facades._kit.http import Reply
from linernotes.facades.native import mapping
from linernotes.facades.native.answers import Hit, Hits, Linked, Reference
from linernotes.facades.native.asked import Asked
from linernotes.facades.native.replies import Replies
from linernotes.facades.native.resources import BY_KIND
from linernotes.facades.native.routes import Operation, Parameter
from linernotes.usecases.library import Lookups

SEARCHED = (Kind.ARTIST, Kind.RELEASE_GROUP)
LONGEST = 300
"""Letters; nothing has a longer name."""
USUAL_HITS = 10
TYPES = tuple(kind.value for kind in SEARCHED)


class Searching:
    """Answers who is meant."""

    def __init__(self, *, lookups: Lookups, replies: Replies) -> None:
        """Keep whom to ask."""
        self._lookups = lookups
        self._replies = replies

    def operations(self) -> Iterator[Operation]:
        """Describe what is answered here."""
        yield Operation(
            method="GET",
            path="/search",
            name="search",
            tag="search",
            summary="Artists and release groups by name",
            description="Aliases count, spelling mistakes are forgiven.",
            handler=self.search,
            answer=Hits,
            parameters=(
                Parameter(name="q", description="The name.", required=True, example="abbey road"),
                Parameter(name="type", description="What to look for; both if nothing is said.", schema=TYPES),
                Parameter(name="artist", description="Release groups of this artist only, by name.", example="beatles"),
                Parameter(
                    name="limit", description="Hits of each type, from 1 to 100; 10 if nothing is said.", schema=int
                ),
            ),
        )
        yield Operation(
            method="GET",
            path="/urls",
            name="lookup_url",
            tag="search",
            summary="What is linked to a URL",
            description="The URL has to be exactly the one that was entered in MusicBrainz.",
            handler=self.url,
            answer=Linked,
            parameters=(
                Parameter(
                    name="url", description="The URL.", required=True, example="https://www.wikidata.org/wiki/Q1299"
                ),
            ),
        )

    async def search(self, asked: Asked) -> Reply:
        """Search each type by itself, so that a fault in one does not hide what was found of the other."""
        text, artist, limit = asked.text("q"), asked.text("artist"), asked.limit(USUAL_HITS)
        if max(len(text), len(artist)) > LONGEST:
            raise Invalid(f"`q` and `artist` have at most {LONGEST} letters")
        chosen = asked.choice("type", TYPES)
        if artist and chosen == Kind.ARTIST:
            raise Invalid("`artist` goes with release groups", hint="Leave `type` out, or `artist`.")
        kinds = [Kind(chosen)] if chosen else [Kind.RELEASE_GROUP] if artist else list(SEARCHED)
        found = await asyncio.gather(*(self._hits(text, kind, artist, limit) for kind in kinds))
        faults = {kind: hits for kind, hits in zip(kinds, found, strict=True) if isinstance(hits, Unavailable)}
        hits = [hit for some in found if not isinstance(some, Unavailable) for hit in some]
        if faults and not hits:
            raise next(iter(faults.values()))
        hits.sort(key=lambda hit: (-hit.score, kinds.index(hit.kind)))
        items = tuple([_hit(hit, asked.request.prefix) for hit in hits])
        answer = Hits(items=items, unavailable=tuple(kind.value for kind in faults))
        return self._replies.fresh(answer) if faults else self._replies.shared(answer)

    async def url(self, asked: Asked) -> Reply:
        """Name what is linked to a URL."""
        url = asked.text("url")
        outcome = await self._lookups.by_url(url)
        return self._replies.shared(
            Linked(
                url=url,
                items=tuple([reference(ref, asked.request.prefix) for ref in outcome.get()]),
                provenance=None if outcome.provenance is None else mapping.provenance(outcome.provenance),
            )
        )

    async def _hits(self, text: str, kind: Kind, artist: str, limit: int) -> list[NameHit] | Unavailable:
        try:
            return await self._lookups.search(text, [kind], artist=artist, limit=limit)
        except Unavailable as fault:
            return fault


def reference(ref: EntityRef, prefix: str) -> Reference:
    """Return an entity's name and address."""
    return Reference(type=ref.kind.value, mbid=ref.mbid, href=f"{prefix}/{BY_KIND[ref.kind].name}/{ref.mbid}")


def _hit(hit: NameHit, prefix: str) -> Hit:
    return Hit(
        type=hit.kind.value,
        mbid=hit.mbid,
        name=hit.name,
        artist=hit.artist,
        disambiguation=hit.disambiguation,
        score=hit.score,
        href=f"{prefix}/{BY_KIND[hit.kind].name}/{hit.mbid}",
    )
