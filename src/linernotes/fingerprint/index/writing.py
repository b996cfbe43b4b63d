"""Making segments: from a buffer, and from segments. What died meanwhile is carried over to the new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.kernels.build import NONE, build, varying
from linernotes.fingerprint.index.kernels.merge import encode, gather, merge_rows
from linernotes.fingerprint.index.layout import Layout, choose_layout
from linernotes.fingerprint.index.segment import Segment, SegmentWriter
from linernotes.fingerprint.index.values import Ids
from linernotes.fingerprint.values import Words

# Keys of a chunk are sorted in the processor's cache.
_CHUNK = 1 << 19
_VERIFIED = 1 << 24


class Kept(NamedTuple):
    """The documents that a new segment takes over: their ids and versions in its order; per part the new numbers."""

    ids: Ids
    versions: NDArray[np.int64]
    numbers: list[NDArray[np.uint32]]


class Made(NamedTuple):
    """A new segment, or none where nothing lived, and the new number of each document of each part, or `NONE`."""

    segment: Segment | None
    numbers: list[NDArray[np.uint32]]


def flush_buffer(directory: Directory, name: str, buffer: Buffer) -> Made:
    """Write a buffer that takes no more as a segment, without the documents that died of its own commits."""
    kept = _keep([buffer], buffer.last_view)
    numbers = kept.numbers[0]
    if kept.ids.size == 0:
        return Made(None, kept.numbers)
    bits, postings = varying(buffer.row, buffer.entries, numbers)
    layout = choose_layout(documents=kept.ids.size, postings=postings, bits=bits)
    table = np.zeros(layout.buckets + 1, dtype=np.uint32)
    words = np.empty(postings, dtype=np.uint32)
    repeats = build(buffer.row, buffer.entries, numbers, _numbers_of(layout), table, words)
    with SegmentWriter(directory, name) as writer:
        writer.write_postings(words)
        entry = writer.finish(layout=layout, table=table, ids=kept.ids, versions=kept.versions, repeats=repeats)
    return Made(Segment(directory, entry, trusted=True), kept.numbers)


def merge_segments(
    directory: Directory, name: str, segments: Sequence[Segment], *, view: int, check: Callable[[], None]
) -> Made:
    """Write segments as one, without the documents that are dead in a view; `Corrupt` when one of them is damaged.

    Now and then `check` is called, which may raise to break the work off.
    """
    for segment in segments:
        while segment.blocks.verify_some(_VERIFIED):
            check()
    kept = _keep(segments, view)
    if kept.ids.size == 0:
        return Made(None, kept.numbers)
    layout = _merged_layout(segments, kept)
    table = np.zeros(layout.buckets + 1, dtype=np.uint32)
    with SegmentWriter(directory, name) as writer:
        repeats = _merge_chunks(writer, segments, kept, table, layout=layout, check=check)
        entry = writer.finish(layout=layout, table=table, ids=kept.ids, versions=kept.versions, repeats=repeats)
    return Made(Segment(directory, entry, trusted=True), kept.numbers)


def carry_deaths(parts: Sequence[Segment | Buffer], made: Made) -> None:
    """Mark in the new segment who has died in its parts and was kept; nothing may die there while this runs."""
    if made.segment is None:
        return
    for part, numbers in zip(parts, made.numbers, strict=True):
        died = part.died[: numbers.size]
        dead = (died != 0) & (numbers != NONE)
        made.segment.kill(numbers[dead], views=died[dead])


def _keep(parts: Sequence[Segment | Buffer], view: int) -> Kept:
    """Leave out the documents that are dead in a view: what has died since is still needed if the program stops now."""
    died = [part.died[: part.documents].copy() for part in parts]
    living = [np.flatnonzero((each == 0) | (each > view)) for each in died]
    ids = np.concatenate([part.ids[alive] for part, alive in zip(parts, living, strict=True)])
    versions = np.concatenate([part.versions[alive] for part, alive in zip(parts, living, strict=True)])
    # Sorting runs that are sorted already takes time in proportion to their length.
    order = np.argsort(ids, kind="stable")
    ranks = np.empty(ids.size, dtype=np.uint32)
    ranks[order] = np.arange(ids.size, dtype=np.uint32)
    numbers, start = [], 0
    for part, alive in zip(parts, living, strict=True):
        new = np.full(part.documents, NONE, dtype=np.uint32)
        new[alive] = ranks[start : start + alive.size]
        numbers.append(new)
        start += alive.size
    return Kept(ids[order], versions[order], numbers)


def _merged_layout(segments: Sequence[Segment], kept: Kept) -> Layout:
    low = min(segment.footer.layout.low_bits for segment in segments)
    postings = sum(segment.footer.postings * segment.living // segment.documents for segment in segments)
    return choose_layout(documents=kept.ids.size, postings=postings, bits=1 << low)


def _merge_chunks(
    writer: SegmentWriter,
    segments: Sequence[Segment],
    kept: Kept,
    table: Words,
    *,
    layout: Layout,
    check: Callable[[], None],
) -> int:
    """Write the merged postings, and the table; return how often one document has one hash at most."""
    total = sum(segment.footer.postings for segment in segments)
    chunk_bits = min(layout.table_bits, (total // _CHUNK).bit_length())
    most = _longest_chunk(segments, chunk_bits)
    keys, other, postings = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint32)
    starts = np.zeros(len(segments) + 1, dtype=np.int64)
    buckets = layout.buckets >> chunk_bits
    repeats = 1
    for chunk in range(1 << chunk_bits):
        check()
        for i, (segment, numbers) in enumerate(zip(segments, kept.numbers, strict=True)):
            room = keys.ctypes.data + 8 * int(starts[i])
            found = gather(segment.row, numbers.ctypes.data, chunk, chunk_bits, room)
            starts[i + 1] = starts[i] + found
        count = int(starts[-1])
        merged = merge_rows(keys.ctypes.data, starts.copy(), len(segments), other.ctypes.data)
        first = chunk * buckets
        lengths = table[first + 1 : first + 1 + buckets]
        run = encode(merged, count, _numbers_of(layout), first, lengths.ctypes.data, postings.ctypes.data)
        repeats = max(repeats, run)
        writer.write_postings(postings[:count])
    np.cumsum(table, out=table, dtype=np.uint32)
    return repeats


def _longest_chunk(segments: Sequence[Segment], chunk_bits: int) -> int:
    """Return how many postings there are at most in a chunk, of all of them together."""
    chunks = np.arange(1 << chunk_bits)
    most = np.zeros(chunks.size, dtype=np.int64)
    for segment in segments:
        bits = segment.footer.layout.table_bits
        table = segment.table.astype(np.int64) if bits < chunk_bits else segment.table
        if bits >= chunk_bits:
            edges = table[:: 1 << (bits - chunk_bits)].astype(np.int64)
            most += np.diff(edges)
        else:
            most += np.diff(table)[chunks >> (chunk_bits - bits)]
    return int(most.max())


def _numbers_of(layout: Layout) -> NDArray[np.int64]:
    return np.array([layout.table_bits, layout.low_bits, layout.doc_bits], dtype=np.int64)
