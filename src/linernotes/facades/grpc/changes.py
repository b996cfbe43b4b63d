"""What changed since a time, and what changes while somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import grpc
import msgspec
from google.protobuf.timestamp_pb2 import Timestamp

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.ids import MBID, Kind
from linernotes.facades.grpc import mapping
from linernotes.facades.grpc.calls import COME_BACK_SECONDS, Calls, Left
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.usecases.library import Library, Lookups

POLL_SECONDS = 1.0
MOST = 10_000
IN_A_MESSAGE = 500
# A change is dated before it is written down, so that one may turn up after another that is dated later.
LATE_MILLISECONDS = 2_000
LAST_SECOND = 253_402_300_799  # of the year 9999
KINDS = {mapping.KINDS[kind]: kind for kind in (Kind.ARTIST, Kind.RELEASE_GROUP)}


class Heard(msgspec.Struct, frozen=True):
    """How far somebody has been told: of changes up to ``until`` (unix ms), last of all of ``lately``."""

    until: int
    build_id: str
    lately: frozenset[MBID] = frozenset()


class News(msgspec.Struct, frozen=True):
    """What to tell, and what has been heard then."""

    mbids: tuple[MBID, ...]
    heard: Heard
    complete: bool


class Changes:
    """The method ListChanges."""

    def __init__(
        self, *, calls: Calls, library: Library, lookups: Lookups, now: Callable[[], int], stopping: Event
    ) -> None:
        """Keep the parts; whoever listens is sent away when the server is ``stopping``."""
        self._calls = calls
        self._library = library
        self._lookups = lookups
        self._now = now
        self._stopping = stopping

    def __call__(self, request: pb.ListChangesRequest, context: grpc.ServicerContext) -> Iterator[bytes]:
        """Answer a call."""
        kind = _kind(request)
        since = _since(request.since) if request.HasField("since") else self._now()
        news = self._calls.run(lambda: self._first(kind, since), context)
        yield from _messages(news)
        while request.follow:
            if self._stopping.wait(POLL_SECONDS):
                raise Unavailable("The server is stopping.", retry_after=COME_BACK_SECONDS)
            if not context.is_active():
                raise Left
            heard = news.heard
            news = self._calls.run(lambda: self._next(kind, heard), context)  # noqa: B023 - it is run at once
            if news.mbids or not news.complete:
                yield from _messages(news)

    async def _first(self, kind: Kind, since: int) -> News:
        build_id = self._library.current().catalogue.info().build_id
        newest = await self._lookups.changes(kind, since=since, limit=1)
        found = await self._lookups.changes(kind, since=since, limit=MOST)
        heard = Heard(newest.oldest or since, build_id, frozenset(found.mbids))
        return News(found.mbids, heard, found.complete)

    async def _next(self, kind: Kind, heard: Heard) -> News:
        info = self._library.current().catalogue.info()
        if info.build_id != heard.build_id:
            # What an import found has the date of its build, which may be before what was told meanwhile.
            return await self._first(kind, min(heard.until, info.built_at - 1))
        news = await self._first(kind, heard.until)
        late = await self._lookups.changes(kind, since=max(0, heard.until - LATE_MILLISECONDS), limit=MOST)
        more = tuple(mbid for mbid in late.mbids if mbid not in heard.lately and mbid not in news.heard.lately)
        lately = news.heard.lately | frozenset(late.mbids)
        return News(news.mbids + more, Heard(news.heard.until, info.build_id, lately), news.complete)


def _messages(news: News) -> Iterator[bytes]:
    """One message at least, so that the client knows from when on it listens."""
    pieces = [news.mbids[start : start + IN_A_MESSAGE] for start in range(0, len(news.mbids), IN_A_MESSAGE)] or [()]
    for number, piece in enumerate(pieces, 1):
        last = number == len(pieces)
        yield pb.ListChangesResponse(
            mbids=piece,
            next_since=mapping.moment(news.heard.until) if last else None,
            incomplete=last and not news.complete,
        ).SerializeToString()


def _kind(request: pb.ListChangesRequest) -> Kind:
    with field("kind"):
        kind = KINDS.get(request.kind)
        if kind is None:
            raise Invalid("Changes are known of artists and release groups", hint="Ask with KIND_ARTIST.")
        return kind


def _since(time: Timestamp) -> int:
    with field("since"):
        if not 0 <= time.seconds <= LAST_SECOND or not 0 <= time.nanos < 1_000_000_000:
            raise Invalid("A time between 1970 and 9999 is needed")
    return time.seconds * 1000 + time.nanos // 1_000_000
