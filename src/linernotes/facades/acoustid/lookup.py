"""Look-ups: which tracks sound like these fingerprints, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import TrackRef
from linernotes.facades.acoustid.asked import Asked, Item, read_lookup
from linernotes.facades.acoustid.calls import Answer, Call, LongAnswer
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.meta import Meta
from linernotes.facades.acoustid.parameters import Parameters
from linernotes.usecases.identify.counting import LookupCounter
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.values import Description, Match

MOST_RESULTS = 10
MANY = 500
"""Recordings, and releases below them, that take some five milliseconds to be told."""

Found = tuple[Match, ...]


class Dialect(msgspec.Struct, frozen=True):
    """How a version of the API calls a duration and reads ``meta``."""

    duration: str
    meta: Callable[[str], Meta]


FIRST = Dialect("length", Meta.parse_v1)
SECOND = Dialect("duration", Meta.parse)


class Lookup:
    """Looks up."""

    def __init__(
        self,
        *,
        identify: Identify,
        door: Door,
        counter: LookupCounter,
        return_metadata: bool = True,
        timeouts_as_empty: bool = False,
    ) -> None:
        """Take who knows, who lets in, who counts, and what the settings say of look-ups."""
        self._identify = identify
        self._door = door
        self._counter = counter
        self._return_metadata = return_metadata
        self._timeouts_as_empty = timeouts_as_empty

    async def second(self, call: Call) -> Answer:
        """Answer ``/v2/lookup``."""
        return await self._answer(call, SECOND)

    async def first(self, call: Call) -> Answer:
        """Answer ``/lookup``."""
        return await self._answer(call, FIRST)

    async def _answer(self, call: Call, dialect: Dialect) -> Answer:
        application = await self._door.application(call)
        asked, meta = await call.aside(partial(_read, call.given, dialect))
        await self._door.admit(call, application)
        found = await self._found(asked.items)
        self._counter.count(application.id, hit=any(found), user_agent=call.user_agent, address=call.address)
        results = [[_result(match) for match in matches] for matches in found]
        long = await self._describe(call, meta, results, found)
        return LongAnswer(_answer(asked, results)) if long else _answer(asked, results)

    async def _found(self, items: Sequence[Item]) -> list[Found]:
        """Return the matches of each item."""
        queries = [item.query for item in items if item.query is not None]
        gids = [item.gid for item in items if item.query is None]
        try:
            matches = iter(await self._identify.match(queries, limit=MOST_RESULTS) if queries else ())
            tracks = iter(await self._identify.tracks(gids) if gids else ())
        except Unavailable:
            if not self._timeouts_as_empty:
                raise
            return [() for _ in items]
        return [next(matches) if item.query is not None else _named(item, next(tracks)) for item in items]

    async def _describe(
        self, call: Call, meta: Meta, results: Sequence[list[dict[str, Any]]], found: Sequence[Found]
    ) -> bool:
        """Add to results what is known of their tracks; return whether that is much."""
        tracks = [match.track for matches in found for match in matches]
        if not (self._return_metadata and meta and tracks):
            return False
        ids = list(dict.fromkeys(track.id for track in tracks))
        description = await self._identify.describe(ids, meta.detail)
        attach = partial(meta.attach, [result for some in results for result in some], tracks, description)
        much = _size(description, tracks) > MANY
        await call.offload(attach) if much else attach()
        return much


def _read(given: Parameters, dialect: Dialect) -> tuple[Asked, Meta]:
    return read_lookup(given, duration=dialect.duration), dialect.meta(given.text("meta"))


def _size(description: Description, tracks: Sequence[TrackRef]) -> int:
    """Return how many recordings, and releases of these, are below tracks."""
    linked = (link.recording for track in tracks for link in description.links.get(track.id, ()))
    return sum(1 if recording is None else 1 + len(recording.releases) for recording in linked)


def _named(item: Item, track: TrackRef | None) -> Found:
    """Return the track that was asked for by its UUID, under the very text that it was asked by."""
    return () if track is None else (Match(TrackRef(track.id, item.track), 1.0),)


def _result(match: Match) -> dict[str, Any]:
    found: dict[str, Any] = {"id": match.track.gid, "score": match.score}
    if match.offset is not None:
        found["offset"] = match.offset
    return found


def _answer(asked: Asked, results: Sequence[list[dict[str, Any]]]) -> Answer:
    if not asked.batch:
        return {"results": results[0]}
    listed = [{"index": item.index, "results": some} for item, some in zip(asked.items, results, strict=True)]
    return {"fingerprints": listed}
