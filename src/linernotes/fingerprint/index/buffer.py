"""Buffers: what was inserted since the last flush, in chains of entries that are searched while they grow."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels import rows
from linernotes.fingerprint.index.values import Update

_TABLE_BITS = 20


class Buffer:
    """Documents in memory whose log is `first_version`'s. One writes; others read up to what they know to be there.

    `begun` is when the first commit came (monotonic seconds), `last_view` and `metadata` are as the last one left them.
    The arrays never move: a reader that began earlier goes on reading them. Their memory is taken as it is used.
    """

    def __init__(self, *, first_version: int, postings: int, documents: int) -> None:
        """Make room for so many postings and documents."""
        self.first_version = first_version
        self.last_version = first_version - 1
        self.documents = 0
        self.entries = 0
        self.living = 0
        self.begun = time.monotonic()
        self.last_view = 0
        self.metadata: Mapping[str, str] = {}
        self.room = (documents, postings)
        slot_bits = (2 * documents - 1).bit_length()
        self.ids = np.zeros(documents, dtype=np.uint32)
        self.versions = np.zeros(documents, dtype=np.int64)
        self.died = np.zeros(documents, dtype=np.uint32)
        self._slots = np.zeros(1 << slot_bits, dtype=np.uint32)
        self._heads = np.zeros(1 << _TABLE_BITS, dtype=np.uint32)
        self._words, self._next, self._owners = (np.zeros(postings, dtype=np.uint32) for _ in range(3))
        self.row = self._row(slot_bits)

    @property
    def seen(self) -> bool:
        """Whether a commit went into it, be it one without documents."""
        return self.last_version >= self.first_version

    def fits(self, updates: Sequence[Update]) -> bool:
        """Tell whether updates have room beside what is there."""
        documents, postings = room_for(updates)
        return self.documents + documents <= self.room[0] and self.entries + postings <= self.room[1]

    def _row(self, slot_bits: int) -> NDArray[np.int64]:
        return rows.make_row(
            {rows.KIND: rows.BUFFER, rows.TABLE_BITS: _TABLE_BITS, rows.SLOT_BITS: slot_bits},
            {
                rows.TABLE: self._heads,
                rows.POSTINGS: self._words,
                rows.NEXT: self._next,
                rows.OWNERS: self._owners,
                rows.IDS: self.ids,
                rows.VERSIONS: self.versions,
                rows.DIED: self.died,
                rows.SLOTS: self._slots,
            },
        )


def room_for(updates: Iterable[Update]) -> tuple[int, int]:
    """Return how many documents and postings updates bring at most."""
    documents, postings = 0, 0
    for update in updates:
        documents += update.ids.size
        postings += update.hashes.size
    return documents, postings
