"""What is counted: plain numbers, made into text only when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)


class Counts:
    """The counters of one index."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.searches = 0
        self.hits = 0
        self.misses = 0
        self.updates = 0
        self.seconds = 0.0
        self.buckets = [0] * (len(BUCKETS) + 1)

    def searched(self, seconds: float, *, found: bool) -> None:
        """Count a search that was answered."""
        self.searches += 1
        if found:
            self.hits += 1
        else:
            self.misses += 1
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1


class Work:
    """The counters of what is done beside requests, for all indexes together."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.checkpoints = 0
        self.merges = 0


class Numbers(NamedTuple):
    """What is told of one index."""

    name: str
    counts: Counts
    documents: int
    version: int


def exposition(indexes: Iterable[Numbers], work: Work) -> bytes:
    """Return the Prometheus text format, version 0.0.4. Every name has its TYPE line, even where there is nothing."""
    rows = list(indexes)
    lines: list[str] = []

    def add(name: str, kind: str, samples: Iterable[str] = ()) -> None:
        lines.append(f"# TYPE {name} {kind}")
        lines.extend(samples)

    def each(name: str, kind: str, values: Iterable[int]) -> None:
        add(name, kind, [f'{name}{{index="{row.name}"}} {value}' for row, value in zip(rows, values, strict=True)])

    each("fpindex_searches_total", "counter", (row.counts.searches for row in rows))
    each("fpindex_search_hits_total", "counter", (row.counts.hits for row in rows))
    each("fpindex_search_misses_total", "counter", (row.counts.misses for row in rows))
    each("fpindex_updates_total", "counter", (row.counts.updates for row in rows))
    # Memory is merged never: there is one buffer that is searched as it grows.
    for name, value in (("checkpoints", work.checkpoints), ("memory_merges", 0), ("file_merges", work.merges)):
        add(f"fpindex_{name}_total", "counter", [f"fpindex_{name}_total {value}"])
    add(_SECONDS, "histogram", [line for row in rows for line in _durations(row)])
    # Our segments have neither blocks nor a scan per hash, so that there is nothing to tell under these names.
    add("fpindex_scanned_docs_per_hash", "histogram")
    add("fpindex_scanned_blocks_per_hash", "histogram")
    each("fpindex_docs", "gauge", (row.documents for row in rows))
    each("fpindex_version", "gauge", (row.version for row in rows))
    return "\n".join([*lines, ""]).encode()


_SECONDS = "fpindex_search_duration_seconds"


def _durations(row: Numbers) -> list[str]:
    bounds = [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]
    lines = [
        f'{_SECONDS}_bucket{{index="{row.name}",le="{bound}"}} {count}'
        for bound, count in zip(bounds, accumulate(row.counts.buckets), strict=True)
    ]
    lines.append(f'{_SECONDS}_sum{{index="{row.name}"}} {row.counts.seconds:.9f}')
    lines.append(f'{_SECONDS}_count{{index="{row.name}"}} {row.counts.searches}')
    return lines
