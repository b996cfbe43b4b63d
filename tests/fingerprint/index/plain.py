"""An index as a plain dict, which the real one must agree with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.values import Hit, Stats, Update
from linernotes.fingerprint.values import Words

Change = tuple[int, list[int] | None]
"""A document's id and its hashes, or None where it is deleted."""

EVERYTHING = 100_000


def words(hashes: Iterable[int]) -> Words:
    return np.array(list(hashes), dtype=np.uint32)


def update_of(
    changes: Sequence[Change], *, metadata: Mapping[str, str] | None = None, expected: int | None = None
) -> Update:
    """Return an update with insertions and deletions in any order."""
    lengths = [len(hashes or []) for _, hashes in changes]
    return Update(
        ids=words(id_ for id_, _ in changes),
        ends=np.cumsum(lengths, dtype=np.uint32) if changes else words([]),
        hashes=words(word for _, hashes in changes for word in hashes or []),
        removed=np.array([hashes is None for _, hashes in changes], dtype=np.bool_),
        metadata=metadata or {},
        expected_version=expected,
    )


class PlainIndex:
    """Documents with their version and hashes, the metadata, and how many commits there were."""

    def __init__(self) -> None:
        self.version = 0
        self.documents: dict[int, tuple[int, Counter[int]]] = {}
        self.metadata: dict[str, str] = {}

    def copy(self) -> PlainIndex:
        copied = PlainIndex()
        copied.version = self.version
        copied.documents, copied.metadata = dict(self.documents), dict(self.metadata)
        return copied

    def apply(self, changes: Sequence[Change], metadata: Mapping[str, str] | None = None) -> None:
        self.version += 1
        for id_, hashes in changes:
            self.documents.pop(id_, None)
            if hashes is not None:
                self.documents[id_] = (self.version, Counter(hashes))
        self.metadata.update(metadata or {})

    def after(self, changes: Sequence[Change], metadata: Mapping[str, str] | None = None) -> PlainIndex:
        """Return what a commit makes of this."""
        found = self.copy()
        found.apply(changes, metadata)
        return found

    def scores(self, query: Sequence[int]) -> dict[int, int]:
        """Return the documents that share a hash with a query, and the number of their hashes that do."""
        wanted = set(query)
        found = {id_: sum(held[word] for word in wanted if word in held) for id_, (_, held) in self.documents.items()}
        return {id_: score for id_, score in found.items() if score}

    def search(
        self, query: Sequence[int], *, limit: int = EVERYTHING, min_score: int | None = None, score_pct: int = 0
    ) -> list[Hit]:
        """Return what an exhaustive search must return."""
        floor = -(-len(query) // 20) if min_score is None else min_score
        hits = [Hit(id_, score) for id_, score in self.scores(query).items() if score >= floor]
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        if hits:
            least = hits[0].score * min(score_pct, 100) // 100
            hits = [hit for hit in hits if hit.score >= least]
        return hits[:limit]


def with_cap(searcher: Searcher, cap: int) -> Searcher:
    """The same view of the same index, with another cap."""
    return Searcher(parts=searcher.parts, rows=searcher.rows, version=searcher.version, view=searcher.view, cap=cap)


def check_state(index: Index, plain: PlainIndex, ids: Iterable[int] = ()) -> None:
    """Fail when what an index says about itself and of documents is not so."""
    assert index.version == plain.version
    assert dict(index.metadata) == plain.metadata
    check_stats(index.stats(), plain)
    for id_ in {*ids, *plain.documents}:
        assert index.document_version(id_) == plain.documents.get(id_, (None,))[0]


def check_stats(stats: Stats, plain: PlainIndex) -> None:
    found = (stats.documents, stats.min_id, stats.max_id)
    assert found == (len(plain.documents), min(plain.documents, default=0), max(plain.documents, default=0))


def check_all(searcher: Searcher, plain: PlainIndex, query: Sequence[int] | None = None) -> None:
    """Fail when a searcher without a cap does not find exactly what is there, by a query or by every hash there is."""
    assert searcher.version == plain.version
    if query is None:
        query = sorted({word for _, held in plain.documents.values() for word in held})
    assert searcher.search(words(query), limit=EVERYTHING, min_score=1, score_pct=0) == plain.search(query, min_score=1)


def check_capped(hits: Sequence[Hit], plain: PlainIndex, query: Sequence[int], *, min_score: int) -> None:
    """Fail when a search with a cap did not find the best document, or gave a wrong score or order."""
    exact = plain.search(query, min_score=min_score)
    assert hits[:1] == exact[:1]
    scores = plain.scores(query)
    assert [hit.score for hit in hits] == [scores[hit.id] for hit in hits]
    assert list(hits) == sorted(set(hits), key=lambda hit: (-hit.score, hit.id))
    assert all(hit.score >= min_score for hit in hits)
