"""Segments: immutable files of postings in the order of their mixed hashes, mapped into memory and searched there.

A file is postings, table, ids in rising order, versions, a checksum per block, and a footer that says where all this
is. Which documents are dead is kept beside it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Self

import numpy as np
import xxhash
from numpy.typing import NDArray

from linernotes.fingerprint.index.blocks import ALIGNMENT, Blocks, BlockWriter, corrupt
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.footer import FOOTER_BYTES, Footer, encode_footer, read_footer
from linernotes.fingerprint.index.kernels import rows
from linernotes.fingerprint.index.kernels.rows import FACTOR
from linernotes.fingerprint.index.layout import Layout
from linernotes.fingerprint.index.manifest import SegmentEntry
from linernotes.fingerprint.index.values import Ids
from linernotes.fingerprint.values import Words


class Segment:
    """An open segment, with what has died in it since: `died[n]` is 0, or the view from which on document n is dead.

    `dead_saved` is how many dead documents the list beside the file has: those that died of commits in segments.
    """

    def __init__(self, directory: Directory, entry: SegmentEntry, *, trusted: bool = False) -> None:
        """Map a segment; `Corrupt` when its footer, its ids or its versions are damaged.

        Postings and table are verified when they are first used, unless the file is trusted.
        """
        self.entry = entry
        self.footer = read_footer(directory, entry)
        footer = self.footer
        self._bytes = _aligned(directory.map(entry.name))
        sums = np.frombuffer(self._bytes[footer.sums_at : -FOOTER_BYTES], dtype=np.uint64)
        if xxhash.xxh3_64_intdigest(self._bytes[footer.sums_at : -FOOTER_BYTES]) != footer.sums_sum:
            raise corrupt(entry.name, "its checksums have changed")
        self.blocks = Blocks(directory, entry.name, data=self._bytes[: footer.sums_at], sums=sums, trusted=trusted)
        self.blocks.verify(footer.ids_at, footer.sums_at)
        self.postings: Words = np.frombuffer(self._bytes, dtype=np.uint32, count=footer.postings)
        self.table: Words = self._array(footer.table_at, footer.layout.buckets + 1, np.uint32)
        self.ids: Ids = self._array(footer.ids_at, footer.documents, np.uint32)
        self.versions: NDArray[np.int64] = self._array(footer.versions_at, footer.documents, np.int64)
        self.died = np.zeros(footer.documents, dtype=np.uint32)
        self.living = footer.documents
        self.dead_saved = 0
        self.row = self._row()

    @property
    def documents(self) -> int:
        """How many documents there are, dead ones among them."""
        return self.footer.documents

    def kill(self, numbers: NDArray[np.uint32], *, views: NDArray[np.uint32] | int) -> None:
        """Mark documents dead that live, from these views on."""
        self.died[numbers] = views
        self.living -= numbers.size

    def verify_for(self, query: Words) -> None:
        """Verify what a search for a query would read; `Corrupt` when that is damaged."""
        layout = self.footer.layout
        buckets = (
            ((query * np.uint32(FACTOR)) >> np.uint32(32 - layout.table_bits)).astype(np.int64)
            if (layout.table_bits)
            else np.zeros(query.size, dtype=np.int64)
        )
        at = self.footer.table_at + 4 * buckets
        self.blocks.verify_all(at, at + 8)
        self.blocks.verify_all(4 * self.table[buckets].astype(np.int64), 4 * self.table[buckets + 1].astype(np.int64))

    def _array(self, at: int, count: int, kind: type[np.generic]) -> NDArray[Any]:
        return np.frombuffer(self._bytes, dtype=kind, count=count, offset=at)

    def _row(self) -> NDArray[np.int64]:
        footer, layout = self.footer, self.footer.layout
        return rows.make_row(
            {
                rows.KIND: rows.SEGMENT,
                rows.TABLE_BITS: layout.table_bits,
                rows.LOW: layout.low_bits,
                rows.DOC_BITS: layout.doc_bits,
                rows.DOCUMENTS: footer.documents,
                rows.REPEATS: footer.repeats,
            },
            {
                rows.TABLE: self.table,
                rows.POSTINGS: self.postings,
                rows.IDS: self.ids,
                rows.VERSIONS: self.versions,
                rows.DIED: self.died,
            },
        )


class SegmentWriter:
    """Writes a segment's file: its postings in order, in parts, and then the rest."""

    def __init__(self, directory: Directory, name: str) -> None:
        self._directory = directory
        self._name = name
        self._output = directory.create(name)
        self._blocks = BlockWriter(self._output)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._output.close()
        if error is not None:
            # On a full disk, what is left behind would keep it full.
            with suppress(OSError):
                self._directory.remove(self._name)

    def write_postings(self, postings: Words) -> None:
        """Append postings."""
        self._blocks.write(postings)

    def finish(
        self, *, layout: Layout, table: Words, ids: Ids, versions: NDArray[np.int64], repeats: int
    ) -> SegmentEntry:
        """Write what follows the postings and sync the file; return the entry for the manifest."""
        places = []
        for array in (table, ids, versions):
            places.append(self._blocks.align())
            self._blocks.write(array)
        size = self._blocks.align()
        sums = self._blocks.sums()
        footer = Footer(
            layout=layout,
            documents=ids.size,
            postings=int(table[-1]),
            repeats=repeats,
            table_at=places[0],
            ids_at=places[1],
            versions_at=places[2],
            sums_at=size,
            sums_sum=xxhash.xxh3_64_intdigest(sums.tobytes()),
        )
        data, checksum = encode_footer(footer)
        self._output.write(sums.tobytes() + data)
        self._output.sync()
        return SegmentEntry(
            name=self._name,
            documents=footer.documents,
            postings=footer.postings,
            size=size + sums.nbytes + len(data),
            checksum=checksum,
            dead=None,
        )


def _aligned(data: memoryview) -> memoryview:
    """Return bytes that begin with a line of the processor's cache, as those of a mapped file do."""
    if np.frombuffer(data, dtype=np.uint8).ctypes.data % ALIGNMENT == 0:
        return data
    room = np.empty(len(data) + ALIGNMENT, dtype=np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    room[start : start + len(data)] = data
    return room[start : start + len(data)].data.toreadonly()
