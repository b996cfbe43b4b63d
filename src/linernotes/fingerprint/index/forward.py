"""Documents with their hashes, read back out of an index: a view's living ones, by rising id, in bounded memory.

An index is made to be asked the other way round. Its postings are passed over once to count, and then once for each
range of ids whose documents fit into memory together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.kernels.forward import (
    count_buffer,
    count_segment,
    sort_each,
    spread_buffer,
    spread_segment,
)
from linernotes.fingerprint.index.kernels.rows import DOCUMENTS
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.values import HIGHEST_ID, Ids
from linernotes.fingerprint.values import Words

AT_ONCE = 32_000_000
_VERIFIED = 1 << 24


class Documents(NamedTuple):
    """Documents as columns: ids, rising; where the hashes of each end; their hashes, those of each in rising order."""

    ids: Ids
    ends: NDArray[np.int64]
    hashes: Words


def read_documents(searcher: Searcher, *, at_once: int = AT_ONCE) -> Iterator[Documents]:
    """Return the documents of a view in groups of at most about so many hashes, a larger document alone.

    A hash that a document has several times comes back as often. Besides a group, 16 bytes per document are needed.
    Raises `Corrupt` for a damaged segment, before the first group.
    """
    for part in searcher.parts:
        while isinstance(part, Segment) and part.blocks.verify_some(_VERIFIED):
            pass
    parts = [_Living(part, row, searcher.view) for part, row in zip(searcher.parts, searcher.rows, strict=True)]
    while any(part.left for part in parts):
        highest = _highest(parts, at_once)
        yield _gather([part.take(highest) for part in parts])


class _Taken(NamedTuple):
    """Which documents of a part are in a group: their ids, numbers and how many hashes each has."""

    part: _Living
    ids: Ids
    numbers: NDArray[np.uint32]
    counts: NDArray[np.int64]


class _Living:
    """The documents of a part that live in a view, by rising id, and how far they were taken."""

    def __init__(self, part: Segment | Buffer, row: NDArray[np.int64], view: int) -> None:
        self._part = part
        self._row = row
        # Read once: the last buffer of an index that is written goes on growing, and its documents dying.
        self._entries = part.entries if isinstance(part, Buffer) else 0
        documents = int(row[DOCUMENTS])
        counts = np.zeros(documents, dtype=np.uint32)
        if isinstance(part, Buffer):
            count_buffer(row, self._entries, counts.ctypes.data)
        else:
            count_segment(row, counts.ctypes.data)
        died = part.died[:documents]
        numbers = np.flatnonzero((died == 0) | (died > view)).astype(np.uint32)
        if isinstance(part, Buffer):
            numbers = numbers[np.argsort(part.ids[numbers], kind="stable")]
        self._numbers = numbers
        self._ids = part.ids[numbers]
        # A document counts for one more than its hashes, so that a group of empty ones has an end too.
        self._sums = np.cumsum(counts[numbers], dtype=np.int64) + np.arange(1, numbers.size + 1)
        self._at = 0

    @property
    def left(self) -> int:
        """How many documents were not taken yet."""
        return int(self._ids.size) - self._at

    @property
    def lowest(self) -> int:
        """The next id, or one above all."""
        return int(self._ids[self._at]) if self.left else HIGHEST_ID + 1

    def weight(self, highest: int) -> int:
        """Return how much would be taken up to an id."""
        end = int(np.searchsorted(self._ids, np.uint32(highest), side="right"))
        return self._sum(end) - self._sum(self._at)

    def take(self, highest: int) -> _Taken:
        """Take what there is up to an id."""
        start, end = self._at, int(np.searchsorted(self._ids, np.uint32(highest), side="right"))
        self._at = end
        counts = np.diff(self._sums[start:end], prepend=self._sum(start)) - 1
        return _Taken(self, self._ids[start:end], self._numbers[start:end], counts)

    def spread(self, numbers: NDArray[np.uint32], starts: NDArray[np.int64], hashes: Words) -> None:
        """Write the hashes of documents to where those of each begin."""
        if not numbers.size:
            return
        if isinstance(self._part, Buffer):
            first, last = 0, int(self._row[DOCUMENTS])
        else:
            first, last = int(numbers[0]), int(numbers[-1]) + 1
        places = np.full(last - first, -1, dtype=np.int64)
        places[numbers.astype(np.int64) - first] = starts
        if isinstance(self._part, Buffer):
            spread_buffer(self._row, self._entries, places.ctypes.data, hashes.ctypes.data)
        else:
            spread_segment(self._row, first, last, places.ctypes.data, hashes.ctypes.data)

    def _sum(self, end: int) -> int:
        return int(self._sums[end - 1]) if end else 0


def _highest(parts: list[_Living], at_once: int) -> int:
    """Return the highest id up to which documents fit into a group, at least the lowest that is left."""
    low, high = min(part.lowest for part in parts), HIGHEST_ID
    while low < high:
        middle = (low + high + 1) // 2
        if sum(part.weight(middle) for part in parts) <= at_once:
            low = middle
        else:
            high = middle - 1
    return low


def _gather(taken: list[_Taken]) -> Documents:
    ids = np.concatenate([each.ids for each in taken])
    counts = np.concatenate([each.counts for each in taken])
    order = np.argsort(ids, kind="stable")
    ends = np.cumsum(counts[order], dtype=np.int64)
    starts = np.empty(ids.size, dtype=np.int64)
    starts[order] = ends - counts[order]
    hashes = np.empty(int(ends[-1]) if ends.size else 0, dtype=np.uint32)
    before = 0
    for each in taken:
        each.part.spread(each.numbers, starts[before : before + each.ids.size], hashes)
        before += each.ids.size
    sort_each(hashes, ends)
    return Documents(ids[order], ends, hashes)
