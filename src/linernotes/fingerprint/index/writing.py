"""Making segments: from a buffer, and from segments. What died meanwhile is carried over when the new one takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linernotes.fingerprint.index.buffer import Buffer
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.kernels.build import NONE, build, varying
from linernotes.fingerprint.index.kernels.merge import merge
from linernotes.fingerprint.index.layout import Layout, choose_layout
from linernotes.fingerprint.index.manifest import SegmentEntry
from linernotes.fingerprint.index.segment import Segment, SegmentWriter
from linernotes.fingerprint.index.values import Ids
from linernotes.fingerprint.values import Words

_CHUNK = 1 << 21


class Kept(NamedTuple):
    """The documents that a new segment takes over: their ids and versions in its order, and per part the new numbers."""

    ids: Ids
    versions: NDArray[np.int64]
    numbers: list[NDArray[np.uint32]]


class Made(NamedTuple):
    """A new segment, or none where nothing lived, and the new number of each document of each part, or `NONE`."""

    segment: Segment | None
    numbers: list[NDArray[np.uint32]]


def flush_buffer(directory: Directory, name: str, buffer: Buffer) -> Made:
    """Write the living documents of a buffer that takes no more as a segment."""
    kept = _keep([buffer])
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


def merge_segments(directory: Directory, name: str, segments: Sequence[Segment]) -> Made:
    """Write the living documents of segments as one; `Corrupt` when one of them is damaged."""
    for segment in segments:
        while segment.blocks.verify_some(_CHUNK):
            pass
    kept = _keep(segments)
    if kept.ids.size == 0:
        return Made(None, kept.numbers)
    layout = _merged_layout(segments, kept)
    table = np.zeros(layout.buckets + 1, dtype=np.uint32)
    with SegmentWriter(directory, name) as writer:
        repeats = _merge_chunks(writer, segments, kept, layout, table)
        entry = writer.finish(layout=layout, table=table, ids=kept.ids, versions=kept.versions, repeats=repeats)
    return Made(Segment(directory, entry, trusted=True), kept.numbers)


def carry_deaths(parts: Sequence[Segment | Buffer], made: Made, *, view: int) -> None:
    """Let die in the new segment what has died in its parts since; nothing may die there while this runs."""
    if made.segment is None:
        return
    for part, numbers in zip(parts, made.numbers, strict=True):
        dead = numbers[(part.died[: numbers.size] != 0) & (numbers != NONE)]
        made.segment.kill(dead, view=view)


def _keep(parts: Sequence[Segment | Buffer]) -> Kept:
    living = [np.flatnonzero(part.died[: part.documents] == 0) for part in parts]
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
    writer: SegmentWriter, segments: Sequence[Segment], kept: Kept, layout: Layout, table: Words
) -> int:
    rows = np.stack([segment.row for segment in segments])
    bases = np.cumsum([0] + [numbers.size for numbers in kept.numbers[:-1]])
    numbers = np.concatenate(kept.numbers)
    total = sum(segment.footer.postings for segment in segments)
    chunk_bits = min(layout.table_bits, max(0, (total // _CHUNK).bit_length()))
    most = _longest_chunk(segments, chunk_bits)
    words, spare = np.empty(most, dtype=np.uint32), np.empty(most, dtype=np.uint32)
    cursors = np.zeros((len(segments), 2), dtype=np.int64)
    buckets = layout.buckets >> chunk_bits
    written, repeats = 0, 1
    for first in range(0, layout.buckets, buckets):
        ends = table[first + 1 : first + buckets + 1]
        found, run = merge(
            rows, numbers, bases, _numbers_of(layout), (first, first + buckets), ends, words, cursors, spare
        )
        ends += np.uint32(written)
        written += found
        repeats = max(repeats, run)
        writer.write_postings(words[:found])
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
