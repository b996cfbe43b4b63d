"""What a search costs in process, per corpus and number of segments, and what loading and merging cost before it.

    python benchmarks/index_search.py [--kind uniform] [--documents 1000000] [--segments 10] [--cap 256] [--folder DIR]

With `--segments`, so many equal segments are searched too before they are merged. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from index_corpora import BLOCK, KINDS, LENGTH, Corpus

from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import Update

QUERIES = 4000
BATCH = 5000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="uniform")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--segments", type=int, default=0)
    parser.add_argument("--cap", type=int, default=IndexSettings().frequency_cap)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        figures = measure(Path(folder), args)
    print(json.dumps(figures))


def measure(folder: Path, args: argparse.Namespace) -> dict[str, object]:
    """Load a corpus, search, merge, search again."""
    corpus = Corpus(args.kind)
    figures: dict[str, object] = {"kind": args.kind, "documents": args.documents, "cap": args.cap}
    settings = IndexSettings(frequency_cap=args.cap)
    if args.segments:
        settings = IndexSettings(frequency_cap=args.cap, flush_postings=args.documents * LENGTH // args.segments)
    with Index.open(FolderDirectory(folder), settings=settings) as index:
        rate = load(index, corpus, args.documents, maintain=not args.segments)
        figures["documents_per_cpu_second"] = round(rate)
        index.flush()
        queries = corpus.queries(QUERIES, documents=args.documents)
        figures["before_merging"] = searched(index, queries)
        begun = time.process_time()
        index.merge()
        figures["merging_cpu_seconds"] = round(time.process_time() - begun, 2)
        figures["merged"] = searched(index, queries)
        stats = index.stats()
        figures["bytes_per_posting"] = round(stats.bytes / stats.postings, 3)
    figures |= opened(folder, settings)
    figures["most_memory_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def load(index: Index, corpus: Corpus, documents: int, *, maintain: bool) -> float:
    """Load a corpus, flushing and merging as it goes; return documents per second of the processor's time."""
    index.update(batch(corpus, 0))  # compiles, or loads what is compiled
    index.flush()
    seconds = 0.0
    for first in range(BATCH, documents, BATCH):
        update = batch(corpus, first)
        begun = time.process_time()
        index.update(update)
        while maintain and index.maintain():
            pass
        seconds += time.process_time() - begun
    return (documents - BATCH) / seconds


def batch(corpus: Corpus, first: int) -> Update:
    """Return some blocks as one update."""
    hashes = np.concatenate([corpus.block((first + at) // BLOCK) for at in range(0, BATCH, BLOCK)])
    return Update(
        ids=np.arange(first + 1, first + BATCH + 1, dtype=np.uint32),
        ends=np.arange(1, BATCH + 1, dtype=np.uint32) * LENGTH,
        hashes=hashes.ravel(),
        removed=np.zeros(BATCH, dtype=bool),
    )


def searched(index: Index, queries: list[np.ndarray]) -> dict[str, object]:
    """Ask each query by itself, and all in one call; return microseconds and queries per second of processor time."""
    searcher = index.searcher()
    for query in queries:
        searcher.search(query)
    searcher.search_all(queries[:2])
    times = np.empty(len(queries))
    gc.disable()
    for i, query in enumerate(queries):
        begun = time.perf_counter()
        searcher.search(query)
        times[i] = time.perf_counter() - begun
    gc.enable()
    begun = time.process_time()
    searcher.search_all(queries)
    together = time.process_time() - begun
    times *= 1e6
    quantiles = {
        name: {"p50": round(float(np.median(part)), 1), "p99": round(float(np.percentile(part, 99)), 1)}
        for name, part in (("all", times), ("known", times[::2]), ("unknown", times[1::2]))
    }
    return {
        "two_threads_over_one": round(scaled(index, queries), 2),
        "segments": len(searcher.parts),
        "microseconds": quantiles,
        "batched_per_cpu_second": round(len(queries) / together),
    }


def scaled(index: Index, queries: list[np.ndarray]) -> float:
    """Return how many times as many batches a second two threads answer as one."""
    searcher = index.searcher()

    def ask(_: int) -> None:
        searcher.search_all(queries)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(ask, range(4)))
        begun = time.perf_counter()
        ask(0), ask(0)
        alone = time.perf_counter() - begun
        begun = time.perf_counter()
        list(threads.map(ask, range(4)))
        return 2 * alone / (time.perf_counter() - begun)


def opened(folder: Path, settings: IndexSettings) -> dict[str, object]:
    """Open the index once more."""
    begun = time.perf_counter()
    with Index.open(FolderDirectory(folder), settings=settings) as index:
        seconds = time.perf_counter() - begun
        assert index.stats().documents
    return {"opened_in_seconds": round(seconds, 3)}


if __name__ == "__main__":
    main()
