"""Tracks and an index in memory that look-ups are made in; both count what they are asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from linernotes.domain.identification import RecordingLink, StoredFingerprint, TrackLink, TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.query import extract_all, extract_query
from linernotes.fingerprint.values import Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import DEFAULT_RULES, Change, FingerprintIndex, Hit, SearchRules
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.memory.identification.data import Fingerprint, Track
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.values import Match, Query
from linernotes.usecases.library import Library
from tests.library import Shelf

T = TypeVar("T")


class CountingTracks:
    """Tracks that keep a list of what they were asked, and whether that was in the main thread."""

    def __init__(self, kept: MemoryIdentification) -> None:
        self.remote = False
        self.asked: list[str] = []
        self.away: list[str] = []
        self._tracks = kept.tracks

    def fingerprints(self, ids: Sequence[int], *, shortest: int = 0, longest: int = 1 << 31) -> list[StoredFingerprint]:
        self._note("fingerprints")
        return self._tracks.fingerprints(ids, shortest=shortest, longest=longest)

    def fingerprints_of(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[StoredFingerprint, ...]]:
        self._note("fingerprints_of")
        return self._tracks.fingerprints_of(tracks, limit=limit)

    def durations(self, tracks: Sequence[int]) -> list[tuple[int, int] | None]:
        self._note("durations")
        return self._tracks.durations(tracks)

    def tracks(self, gids: Sequence[str]) -> list[TrackRef | None]:
        self._note("tracks")
        return self._tracks.tracks(gids)

    def links(self, tracks: Sequence[int], *, limit: int = 1 << 62) -> list[tuple[RecordingLink, ...]]:
        self._note("links")
        return self._tracks.links(tracks, limit=limit)

    def tracks_with(self, recordings: Sequence[MBID], *, limit: int = 1 << 62) -> list[tuple[TrackLink, ...]]:
        self._note("tracks_with")
        return self._tracks.tracks_with(recordings, limit=limit)

    def metadata(self, tracks: Sequence[int], *, limit: int) -> list[tuple[UserMetadata, ...]]:
        self._note("metadata")
        return self._tracks.metadata(tracks, limit=limit)

    def _note(self, name: str) -> None:
        self.asked.append(name)
        if threading.current_thread() is not threading.main_thread():
            self.away.append(name)


class CountingIndex(MemoryIndex):
    """An index that counts searches, and may be far away or slow."""

    def __init__(self) -> None:
        super().__init__()
        self.searches = 0
        self.remote = False
        self.wait: Callable[[], object] = lambda: None

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        self.searches += 1
        self.wait()
        return super().search_all(queries, rules)


class World:
    """Look-ups over stores in memory. Track and fingerprint have the same number; the track's UUID is made of it."""

    def __init__(self, *, library: Library | None = None, **settings: Any) -> None:
        self.settings = IdentificationSettings(**settings)
        self.kept = MemoryIdentification()
        self.tracks = CountingTracks(self.kept)
        self.index = CountingIndex()
        self.offloaded = 0
        self.identify = Identify(
            tracks=self.tracks,
            index=self._current,
            library=library or Shelf().library,
            offload=self._offload,
            settings=self.settings,
        )
        self.fault: Exception | None = None

    def add(self, number: int, words: Words, *, duration: int = 260, track: int | None = None) -> None:
        """Keep a fingerprint, of a track of its own or of another one."""
        data, of = self.kept.keeper.data, number if track is None else track
        data.tracks.setdefault(of, Track(gid=gid(of)))
        data.fingerprints[number] = Fingerprint(track=of, duration=duration, packed=pack(words))
        take = extract_all if self.settings.index == "full" else extract_query
        self.index.apply([Change(number, take(words).tolist())])

    def link(self, track: int, *links: RecordingLink) -> None:
        """Link a track, which is made where there is none, to recordings."""
        data = self.kept.keeper.data
        data.tracks.setdefault(track, Track(gid=gid(track)))
        data.recordings.update({(track, link.mbid): link for link in links})

    def run(self, answer: Coroutine[Any, Any, T]) -> T:
        """Return what a question is answered with."""
        return asyncio.run(answer)

    def match(self, *queries: Query, limit: int = 10) -> list[tuple[Match, ...]]:
        """Return the matches of each query."""
        return asyncio.run(self.identify.match(queries, limit=limit))

    def found(self, words: Words, *, duration: int = 260, clip: bool = False) -> list[tuple[int, float]]:
        """Return tracks and scores for one fingerprint."""
        [matches] = self.match(Query(words, duration, clip=clip))
        return [(match.track.id, match.score) for match in matches]

    def _current(self) -> FingerprintIndex:
        if self.fault is not None:
            raise self.fault
        return self.index

    async def _offload(self, work: Callable[[], T], /) -> T:
        self.offloaded += 1
        return await asyncio.to_thread(work)


def gid(number: int) -> str:
    """Return the UUID of a track."""
    return f"{number:08x}-1111-4000-8000-000000000000"
