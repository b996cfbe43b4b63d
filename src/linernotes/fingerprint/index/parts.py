"""The parts of an index as they are now: segments, buffers that wait to be flushed, and the buffer that is written.

Whoever changes them holds `lock`; whoever reads takes the newest searcher and needs none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.kernels import rows as columns
from linernotes.fingerprint.index.kernels.insert import find_version, insert
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.segment import Segment
from linernotes.fingerprint.index.values import Stats, Update

FIRST_VIEW = 1
_LAST_VIEW = (1 << 32) - 2


class Parts:
    """The parts, and the searcher that sees them all."""

    def __init__(self, *, segments: Sequence[Segment], buffer: Buffer, version: int, cap: int) -> None:
        """Begin with segments and the buffer that is written."""
        self.lock = threading.Lock()
        self.segments = list(segments)
        self.frozen: list[Buffer] = []
        self.buffer = buffer
        self.version = version
        self.written = time.monotonic()
        self._cap = cap
        self._view = FIRST_VIEW
        self._rows: NDArray[np.int64] | None = None
        self.searcher = self._publish()

    @property
    def exhausted(self) -> bool:
        """Whether there are no more numbers for views, of which each commit takes one in which something dies."""
        return self._view >= _LAST_VIEW

    def apply(self, commits: Sequence[tuple[int, Update]]) -> None:
        """Make commits visible, all at once. The buffer has room for them."""
        with self.lock:
            parts = self._all()
            lost = np.zeros(len(parts), dtype=np.int64)
            rows, buffer = self._table(), self.buffer
            if not buffer.seen:
                buffer.begun = time.monotonic()
            for version, update in commits:
                table = (
                    _writable(update.ids),
                    _writable(update.ends),
                    _writable(update.hashes),
                    _writable(update.removed),
                )
                documents, entries = insert(rows, buffer.entries, table, version, self._view + 1, lost)
                buffer.living += documents - buffer.documents
                buffer.documents, buffer.entries = documents, entries
                rows[-1, columns.DOCUMENTS] = documents
            for part, dead in zip(parts, lost.tolist(), strict=True):
                part.living -= dead
            self.version = buffer.last_version = commits[-1][0]
            self.written = time.monotonic()
            self._view += int(lost.any())
            buffer.last_view = self._view
            self.searcher = self._publish()

    def freeze(self, buffer: Buffer) -> None:
        """Write into a new buffer from now on; the one before waits to be flushed, if it has seen a commit."""
        with self.lock:
            if self.buffer.seen:
                self.frozen.append(self.buffer)
            self.buffer = buffer
            self._changed()

    def replace(self, old: Sequence[Segment | Buffer], new: Segment | None) -> None:
        """Put a segment in the place of parts; the lock is held."""
        self.frozen = [part for part in self.frozen if part not in old]
        self.segments = [part for part in self.segments if part not in old]
        if new is not None:
            self.segments.append(new)
        self._changed()

    def refresh(self) -> None:
        """Give searches a new view, to which it counts that files are trusted now."""
        with self.lock:
            self._changed()

    def find_version(self, id_: int) -> int | None:
        """Return the version of the commit that a living document came with."""
        with self.lock:
            found = find_version(self._table(), id_, self._view)
        return None if found < 0 else int(found)

    def stats(self) -> Stats:
        """Return what there is."""
        with self.lock:
            parts = [part for part in self._all() if part.documents]
            lows, highs = (
                zip(*[_edges(part) for part in parts if part.living], strict=True) if self.living else ((0,), (0,))
            )
            return Stats(
                documents=self.living,
                postings=sum(_postings(part) for part in parts),
                min_id=min(lows),
                max_id=max(highs),
                segments=len(parts),
                bytes=sum(segment.entry.size for segment in self.segments),
            )

    @property
    def living(self) -> int:
        """How many documents live."""
        return sum(part.living for part in self._all())

    def _all(self) -> list[Segment | Buffer]:
        return [*self.segments, *self.frozen, self.buffer]

    def _changed(self) -> None:
        self._rows = None
        self.searcher = self._publish()

    def _table(self) -> NDArray[np.int64]:
        if self._rows is None:
            self._rows = np.stack([part.row for part in self._all()])
            for row, part in zip(self._rows, self._all(), strict=True):
                row[columns.DOCUMENTS] = part.documents
        return self._rows

    def _publish(self) -> Searcher:
        parts = self._all()
        rows = self._table()
        if not self.buffer.documents:
            parts, rows = parts[:-1], rows[:-1]
        return Searcher(parts=parts, rows=rows.copy(), version=self.version, view=self._view, cap=self._cap)


def _writable(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column of the one kind that the compiled code is compiled for."""
    flags = column.flags
    return column if flags.c_contiguous and flags.writeable else column.copy()


def _edges(part: Segment | Buffer) -> tuple[int, int]:
    alive = part.died[: part.documents] == 0
    ids = part.ids[: part.documents]
    if isinstance(part, Segment) and alive[0] and alive[-1]:
        return int(ids[0]), int(ids[-1])
    return int(ids[alive].min()), int(ids[alive].max())


def _postings(part: Segment | Buffer) -> int:
    return part.footer.postings if isinstance(part, Segment) else part.entries
