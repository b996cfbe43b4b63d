"""Makes compiled code ready, so that no request waits for it."""

from __future__ import annotations

import msgspec
import numpy as np

from linernotes.facades.fpindex.formats import JSON, MSGPACK
from linernotes.facades.fpindex.reading import read_hashes, read_search
from linernotes.facades.fpindex.updates import read_update
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.values import update_of
from linernotes.fingerprint.match.align import align
from linernotes.fingerprint.match.compare import lookup_score, score
from linernotes.fingerprint.packed import pack, unpack
from linernotes.fingerprint.query_fast import extract_all, extract_query


def warm_up() -> None:
    """Write to an index in memory and search it, in every way that a served one is."""
    hashes = [number << 4 for number in range(1, 41)]
    put = {"c": [{"i": {"i": 1, "h": hashes}}, {"i": {"i": 2, "h": hashes}}]}
    query = read_search(msgspec.msgpack.encode({"q": hashes}), MSGPACK).query
    read_update(b'{"changes":[]}', JSON)
    read_hashes(msgspec.msgpack.encode({"h": hashes}), MSGPACK)
    with Index.open(MemoryDirectory()) as index:
        for _ in range(3):
            index.update(read_update(msgspec.msgpack.encode(put), MSGPACK))
            index.update(read_update(msgspec.msgpack.encode({"c": [{"d": {"i": 2}}]}), MSGPACK))
            _look(index, query)
            index.flush()
            _look(index, query)
        index.merge()
        _look(index, query)


def warm_identification(*, full: bool) -> None:
    """Put a fingerprint into an index in memory and look it up, as a look-up and an import do."""
    words = np.arange(1, 400, dtype=np.uint32) << np.uint32(20)
    query, _ = extract_query(words), extract_all(words)
    with Index.open(MemoryDirectory()) as index:
        index.update(update_of([(1, query)]))
        for _ in range(2):
            index.search(query)
            index.searcher().search_all([query, query])
            index.flush()
    kept = unpack(pack(words))
    score(kept, words)
    lookup_score(kept, words)
    if full:
        align(words[100:200], words)


def _look(index: Index, query: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> None:
    index.searcher().search(query, most_postings=1_000_000)
    index.document_version(1)
    index.stats()
