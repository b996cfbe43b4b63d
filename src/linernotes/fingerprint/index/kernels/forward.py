"""Reading documents with their hashes back out of a part, in passes over its postings.

`counts`, `places` and `hashes` are addresses: a u32 per document, an i64 per document that says where its next hash
goes (or -1: the document is left out), and room for the hashes as u32.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import load32, load64, store32, store64
from linernotes.fingerprint.index.kernels.build import order
from linernotes.fingerprint.index.kernels.rows import (
    DOC_BITS,
    DOCUMENTS,
    LOW,
    OWNERS,
    POSTINGS,
    TABLE,
    TABLE_BITS,
    unmixed,
)
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]


@kernel
def count_segment(row: _Numbers, counts: int) -> None:
    """Add up how many postings each document of a segment has."""
    mask, total = (1 << row[DOC_BITS]) - 1, load32(row[TABLE], 1 << row[TABLE_BITS])
    for at in range(total):
        document = load32(row[POSTINGS], at) & mask
        if document < row[DOCUMENTS]:
            store32(counts, document, load32(counts, document) + 1)


@kernel
def count_buffer(row: _Numbers, entries: int, counts: int) -> None:
    """Add up how many postings each document of a buffer has that is in this view."""
    for at in range(entries):
        document = load32(row[OWNERS], at)
        if document < row[DOCUMENTS]:
            store32(counts, document, load32(counts, document) + 1)


@kernel
def spread_segment(row: _Numbers, first: int, last: int, places: int, hashes: int) -> None:
    """Write the hashes of the documents of a segment from a first to before a last one to their places."""
    table, postings, shift, low, bits = row[TABLE], row[POSTINGS], 32 - row[TABLE_BITS], row[LOW], row[DOC_BITS]
    mask, at = (1 << bits) - 1, 0
    for bucket in range(1 << row[TABLE_BITS]):
        end = load32(table, bucket + 1)
        while at < end:
            word = load32(postings, at)
            document = (word & mask) - first
            if 0 <= document < last - first:
                place = load64(places, document)
                if place >= 0:
                    store32(hashes, place, unmixed((bucket << shift) | ((word >> bits) << low)))
                    store64(places, document, place + 1)
            at += 1


@kernel
def spread_buffer(row: _Numbers, entries: int, places: int, hashes: int) -> None:
    """Write the hashes of the documents of a buffer to their places."""
    for at in range(entries):
        document = load32(row[OWNERS], at)
        if document < row[DOCUMENTS]:
            place = load64(places, document)
            if place >= 0:
                store32(hashes, place, unmixed(load32(row[POSTINGS], at)))
                store64(places, document, place + 1)


@kernel
def sort_each(hashes: NDArray[np.uint32], ends: _Numbers) -> None:
    """Sort the hashes of each document."""
    start = 0
    for i in range(ends.size):
        order(hashes[start : ends[i]])
        start = ends[i]
