"""Putting documents into a buffer, and finding a document by its id."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.kernels.addresses import (
    load32,
    load64,
    long,
    prefetch,
    publish,
    store32,
    store64,
)
from linernotes.fingerprint.index.kernels.rows import (
    BUFFER,
    DIED,
    DOCUMENTS,
    FACTOR,
    IDS,
    KIND,
    NEXT,
    OWNERS,
    POSTINGS,
    SLOT_BITS,
    SLOTS,
    TABLE,
    TABLE_BITS,
    VERSIONS,
    mixed,
)
from linernotes.fingerprint.kernels.compiling import kernel

_Numbers = NDArray[np.int64]
_AHEAD = 24


@kernel
def insert(
    rows: _Numbers,
    entries: int,
    columns: tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.bool_]],
    version: int,
    view: int,
    lost: _Numbers,
) -> tuple[int, int]:
    """Apply an update, whose columns are ids, ends, hashes and removed, in its order.

    The last row is the buffer that is written, with room for all. What had an id before dies with the view in which the
    update can be seen, and is counted in `lost`, by part. Return how many documents and entries the buffer then has.
    """
    ids, ends, hashes, removed = columns
    last = rows.shape[0] - 1
    buffer = rows[last]
    documents, first = buffer[DOCUMENTS], 0
    for i in range(ids.size):
        id_, end = long(ids[i]), long(ends[i])
        for part in range(last, -1, -1):
            found = find(rows[part], id_, documents if part == last else rows[part][DOCUMENTS])
            if found >= 0 and load32(rows[part][DIED], found) == 0:
                store32(rows[part][DIED], found, view)
                lost[part] += 1
                break
        if not removed[i]:
            store32(buffer[IDS], documents, id_)
            store64(buffer[VERSIONS], documents, version)
            name(buffer, id_, documents)
            entries = chain(buffer, hashes[first:end], documents, entries)
            documents += 1
        first = end
    return documents, entries


@kernel
def chain(buffer: _Numbers, hashes: NDArray[np.uint32], document: int, entries: int) -> int:
    """Put a document's hashes at the heads of their chains; return how many entries there are then."""
    heads, words, following, owners = buffer[TABLE], buffer[POSTINGS], buffer[NEXT], buffer[OWNERS]
    shift = 32 - buffer[TABLE_BITS]
    for i in range(min(_AHEAD, hashes.size)):
        prefetch(heads + 4 * (mixed(long(hashes[i])) >> shift))
    for i in range(hashes.size):
        if i + _AHEAD < hashes.size:
            prefetch(heads + 4 * (mixed(long(hashes[i + _AHEAD])) >> shift))
        place = mixed(long(hashes[i]))
        store32(words, entries, place)
        store32(owners, entries, document)
        store32(following, entries, load32(heads, place >> shift))
        publish()
        store32(heads, place >> shift, entries + 1)
        entries += 1
    return entries


@kernel
def name(buffer: _Numbers, id_: int, document: int) -> None:
    """Let an id lead to a document of a buffer, its newest one."""
    mask = (1 << buffer[SLOT_BITS]) - 1
    slot = ((id_ * FACTOR) >> 7) & mask
    while True:
        held = load32(buffer[SLOTS], slot)
        if held == 0 or load32(buffer[IDS], held - 1) == id_:
            store32(buffer[SLOTS], slot, document + 1)
            return
        slot = (slot + 1) & mask


@kernel
def find(row: _Numbers, id_: int, documents: int) -> int:
    """Return the number of the newest document with an id within a part, dead or not, or -1."""
    if documents == 0:
        return -1
    if row[KIND] == BUFFER:
        mask = (1 << row[SLOT_BITS]) - 1
        slot = ((id_ * FACTOR) >> 7) & mask
        while True:
            held = load32(row[SLOTS], slot)
            if held == 0:
                return -1
            if load32(row[IDS], held - 1) == id_:
                return held - 1
            slot = (slot + 1) & mask
    ids = row[IDS]
    low, high = 0, documents - 1
    if load32(ids, low) > id_ or load32(ids, high) < id_:
        return -1
    while low < high:
        middle = (low + high) >> 1
        if load32(ids, middle) < id_:
            low = middle + 1
        else:
            high = middle
    return low if load32(ids, low) == id_ else -1


@kernel
def find_version(rows: _Numbers, id_: int, view: int) -> int:
    """Return the version of the living document with an id, or -1."""
    for part in range(rows.shape[0] - 1, -1, -1):
        row = rows[part]
        found = find(row, id_, row[DOCUMENTS])
        if found >= 0 and found < row[DOCUMENTS]:
            died = load32(row[DIED], found)
            if died == 0 or died > view:
                return load64(row[VERSIONS], found)
    return -1
