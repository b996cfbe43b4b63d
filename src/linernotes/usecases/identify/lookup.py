"""Look-ups: which tracks sound like something, what tracks are, and what is kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

from linernotes.domain.errors import NotFound, Unavailable
from linernotes.domain.identification import StoredFingerprint, TrackLink, TrackRef
from linernotes.domain.ids import MBID
from linernotes.ports.build import Build
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.ports.identification import Tracks
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.describing import Describer
from linernotes.usecases.identify.linked import tracks_with
from linernotes.usecases.identify.matching import Matcher
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.values import Description, Detail, Match, Query
from linernotes.usecases.library import Library
from linernotes.usecases.library.lookups import FEW

T = TypeVar("T")

LITTLE = 100_000
"""Bytes of candidates, some forty of usual ones, and words of queries: more is compared off the event loop."""

_HIGHEST_ID = (1 << 63) - 1


class Identify:
    """Answers questions about tracks. For the event loop."""

    def __init__(
        self,
        *,
        tracks: Tracks,
        index: Callable[[], FingerprintIndex],
        library: Library,
        offload: Offload,
        settings: IdentificationSettings,
    ) -> None:
        """``index`` gives the index of the moment, and raises ``Unavailable`` while there is none."""
        self._tracks = tracks
        self._library = library
        self._offload = offload
        self._search_seconds = settings.search_seconds
        self._matcher = Matcher(tracks=tracks, index=index, settings=settings)
        self._describer = Describer(tracks=tracks, library=library, offload=offload, seconds=settings.metadata_seconds)

    async def match(self, queries: Sequence[Query], *, limit: int = 10) -> list[tuple[Match, ...]]:
        """Return at most ``limit`` tracks for each query: best score first, of equal ones lowest fingerprint first.

        Raises ``Invalid`` for a clip where tracks are not indexed whole, and ``Unavailable`` without an index or where
        the search takes too long, which one that is done on the event loop never does.
        """
        matcher = self._matcher
        if matcher.remote or any(query.clip for query in queries):
            return await self._search(lambda over: matcher.find(queries, limit=limit, over=over))
        candidates = matcher.gather(queries)
        if sum([one.size + one.query.words.size for one in candidates if one.stored]) > LITTLE:
            return await self._search(lambda over: matcher.compare(candidates, limit=limit, over=over))
        return matcher.compare(candidates, limit=limit)

    async def _search(self, work: Callable[[Callable[[], bool]], T]) -> T:
        """Search in the pool; ``work`` is told when nobody waits for it any more."""
        over = Event()
        try:
            async with asyncio.timeout(self._search_seconds):
                return await self._offload(lambda: work(over.is_set))
        except TimeoutError as exc:
            raise Unavailable("The search took too long.", retry_after=self._search_seconds) from exc
        finally:
            over.set()

    async def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        """Return tracks by UUID (any case), None where there is none; one that was merged gives its successor."""
        return await self._read(lambda: self._tracks.tracks(gids), len(gids))

    async def describe(self, tracks: Sequence[int], detail: Detail) -> Description:
        """Return what is known of tracks, by a bounded number of reads; see `describing`."""
        return await self._describer.describe(tracks, detail)

    async def fingerprint(self, id_: int) -> StoredFingerprint:
        """Return a fingerprint by its number. Raises ``NotFound``."""
        found = await self._read(lambda: self._tracks.fingerprints([id_]), 1) if 0 < id_ <= _HIGHEST_ID else []
        if not found:
            raise NotFound("There is no such fingerprint.")
        return found[0]

    async def tracks_with(self, mbids: Sequence[MBID]) -> list[tuple[TrackLink, ...]]:
        """Return the tracks linked to each recording, by any MBID that it has or had, by track number.

        A track that is linked by several of them is disabled if it is by all. No source is asked.
        """
        build = self._build()
        catalogue = None if build is None else build.known
        remote = self._tracks.remote or (build is not None and build.remote)
        return await self._read(
            lambda: tracks_with(mbids, tracks=self._tracks, catalogue=catalogue), len(mbids), remote=remote
        )

    def _build(self) -> Build | None:
        try:
            return self._library.current()
        except Unavailable:
            return None  # Nothing was imported: which recordings were merged is not known.

    async def _read(self, work: Callable[[], T], size: int, *, remote: bool | None = None) -> T:
        away = self._tracks.remote if remote is None else remote
        return await self._offload(work) if away or size > FEW else work()
