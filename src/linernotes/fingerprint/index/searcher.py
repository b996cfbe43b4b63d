"""Searchers: consistent views of an index. A view stays what it is while the index goes on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.kernels import work as places
from linernotes.fingerprint.index.kernels.search import TOO_COSTLY, search, search_each
from linernotes.fingerprint.index.kernels.work import HASHED
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.values import Hit
from linernotes.fingerprint.values import Words

_UNLIMITED = 1 << 62
_PARTS, _HITS = 64, 128
MOST_HITS = 1_000_000
_NOTHING = np.zeros(0, dtype=np.uint32)


class TooCostly(Exception):
    """A search would have to read more postings than it was allowed to."""


class Found(NamedTuple):
    """The hits of several queries, one after the other, as columns; `ends` has where those of each query end."""

    ids: NDArray[np.int64]
    scores: NDArray[np.int64]
    ends: NDArray[np.int64]

    def of(self, query: int) -> list[Hit]:
        """Return the hits of the query at a place."""
        part = slice(int(self.ends[query - 1]) if query else 0, int(self.ends[query]))
        return [Hit(*row) for row in zip(self.ids[part].tolist(), self.scores[part].tolist(), strict=True)]


class Searcher:
    """One version of an index. Any number of threads may search at the same time, without the interpreter's lock."""

    def __init__(
        self, *, parts: Sequence[Segment | Buffer], rows: NDArray[np.int64], version: int, view: int, cap: int
    ) -> None:
        """Keep the parts alive that the rows point to. `cap` is the document-frequency cap, 0 for none."""
        self.parts = tuple(parts)
        self.rows = rows
        self.version = version
        self.view = view
        self._cap = cap
        self._untrusted = any(isinstance(part, Segment) and not part.blocks.trusted for part in parts)
        self._room = max((part.room[0] for part in parts if isinstance(part, Buffer)), default=0)

    def search(
        self,
        query: Words,
        *,
        limit: int = 40,
        min_score: int | None = None,
        score_pct: int = 10,
        most_postings: int | None = None,
    ) -> list[Hit]:
        """Return the documents that share most hashes with a query, highest score first, of equal ones lowest id first.

        A score is the number of a document's postings whose hash is in the query. Hits have at least `min_score`
        (a twentieth of the query's length, rounded up, by default) and `score_pct` hundredths of the best score.

        With a cap, lists of more than that many postings show no documents by themselves, but count in all scores. The
        first hit is still that of an exhaustive search, and all scores are exact; missing among the others can be
        documents whose hashes are nearly all common. There are `MOST_HITS` hits at most. Raises `TooCostly`, `Corrupt`
        for a damaged block that would have been read, and `Invalid` for a limit below 0.
        """
        query, floor = self._prepared(query, min_score)
        limit = _within(limit)
        work = self._work(query.size, limit)
        wanted = work.wanted(limit, floor, score_pct, self._cap, most_postings, self.view)
        count = search(self.rows, query, wanted, work.addresses, work.hits)
        if count == TOO_COSTLY:
            raise TooCostly
        return [Hit(id_, score) for score, id_ in work.hits[:count].tolist()]

    def search_all(
        self, queries: Sequence[Words], *, limit: int = 40, min_score: int | None = None, score_pct: int = 10
    ) -> Found:
        """Return the hits of each query as `search` does, in one call of the compiled code."""
        prepared = [self._prepared(query, min_score) for query in queries]
        limit = _within(limit)
        work = self._work(max((query.size for query, _ in prepared), default=0), limit)
        # Floors are written into it, which the next search must not find there.
        wanted = work.wanted(limit, 0, score_pct, self._cap, None, self.view).copy()
        hashes = np.concatenate([_NOTHING, *(query for query, _ in prepared)])
        ends = np.cumsum([query.size for query, _ in prepared], dtype=np.int64)
        floors = np.array([floor for _, floor in prepared], dtype=np.int64)
        hits = np.empty((len(queries) * limit, 2), dtype=np.int64)
        found = search_each(self.rows, hashes, ends, floors, wanted, work.addresses, hits)
        total = int(found[-1]) if found.size else 0
        return Found(hits[:total, 1], hits[:total, 0], found)

    def _prepared(self, query: Words, min_score: int | None) -> tuple[Words, int]:
        """Return a query that the compiled code can take, and its floor; what it would read is verified by then."""
        floor = -(-query.size // 20) if min_score is None else max(0, min_score)
        flags = query.flags
        if not (flags.writeable and flags.c_contiguous):
            # The compiled code is compiled for one kind of array.
            query = query.copy()
        if query.size > HASHED:
            query = np.unique(query)
        if self._untrusted:
            for part in self.parts:
                if isinstance(part, Segment) and not part.blocks.trusted:
                    part.verify_for(query)
        return query, floor

    def _work(self, hashes: int, limit: int) -> _Work:
        work: _Work | None = getattr(_threads, "work", None)
        if work is None or not work.fits(hashes, self._room, len(self.parts), limit):
            work = _Work(hashes, self._room, len(self.parts), limit)
            _threads.work = work
        return work


def _within(limit: int) -> int:
    if limit < 0:
        raise Invalid("A search has a limit of 0 hits or more.")
    return min(limit, MOST_HITS)


class _Work:
    """What one thread's searches work with; arrays that are all 0 when a search begins are so again when it ends."""

    def __init__(self, hashes: int, documents: int, parts: int, limit: int) -> None:
        self._room = (max(hashes, HASHED), max(documents, HASHED), max(parts, _PARTS), max(limit, _HITS))
        hashes, documents, parts, limit = self._room
        self._arrays: dict[int, NDArray[Any]] = {
            places.MIXED: np.zeros(hashes, dtype=np.uint32),
            places.BUCKETS: np.zeros(2 * hashes, dtype=np.int64),
            places.STARTS: np.zeros(hashes, dtype=np.int64),
            places.ENDS: np.zeros(hashes, dtype=np.int64),
            places.COUNTS: np.zeros(2 * places.SLOTS, dtype=np.uint32),
            places.TOUCHED: np.zeros(max(documents, HASHED), dtype=np.uint32),
            places.DENSE: np.zeros(max(4 * documents, places.DENSE_BYTES), dtype=np.uint8),
            places.NEEDED: np.zeros(parts, dtype=np.int64),
        }
        self.addresses = np.array([self._arrays[i].ctypes.data for i in range(len(self._arrays))], dtype=np.int64)
        self.hits = np.zeros((limit, 2), dtype=np.int64)
        self._wanted = np.zeros(6, dtype=np.int64)
        self._asked: tuple[int, ...] = ()

    def fits(self, hashes: int, documents: int, parts: int, limit: int) -> bool:
        room = self._room
        return hashes <= room[0] and documents <= room[1] and parts <= room[2] and limit <= room[3]

    def wanted(self, limit: int, floor: int, percent: int, cap: int, most: int | None, view: int) -> NDArray[np.int64]:
        # With more than 100, the best of the parts searched so far would refuse a better one.
        asked = (limit, floor, min(percent, 100), cap, _UNLIMITED if most is None else most, view)
        if asked != self._asked:
            self._wanted[:] = self._asked = asked
        return self._wanted


_threads = threading.local()
