"""The engine of `fingerprint.index` behind the port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.values import update_of
from linernotes.fingerprint.values import as_words
from linernotes.indexes import check_metadata
from linernotes.ports.fingerprints import DEFAULT_RULES, HIGHEST_ID, Change, Hit, IndexState, SearchRules

_NOTHING: Mapping[str, str] = {}


class EmbeddedIndex:
    """An open index of the engine. Whoever opened it has it maintained, and closes it."""

    remote = False

    def __init__(self, *, index: Index) -> None:
        """Take an index that is open."""
        self._index = index

    def search(self, query: Sequence[int], rules: SearchRules = DEFAULT_RULES) -> list[Hit]:
        """Search the newest version, as the port says."""
        found = self._index.search(
            as_words(query), limit=rules.limit, min_score=rules.min_score, score_pct=rules.percent
        )
        return [Hit(id_, score) for id_, score in found]

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        """Search for all queries in one call of compiled code."""
        words = [as_words(query) for query in queries]
        found = self._index.searcher().search_all(
            words, limit=rules.limit, min_score=rules.min_score, score_pct=rules.percent
        )
        return [[Hit(id_, score) for id_, score in found.of(query)] for query in range(len(words))]

    def apply(
        self,
        changes: Sequence[Change],
        *,
        metadata: Mapping[str, str] = _NOTHING,
        expected_version: int | None = None,
    ) -> int:
        """Commit changes; they are on the disk when this returns. Raises `Unavailable` when they cannot be."""
        check_metadata(metadata)
        rows = ((change.id, change.hashes) for change in changes)
        update = update_of(rows, metadata=dict(metadata), expected_version=expected_version)
        return self._index.update(update)

    def version_of(self, id_: int) -> int | None:
        """Return the version of the commit that a document came with."""
        return self._index.document_version(id_) if 1 <= id_ <= HIGHEST_ID else None

    def state(self) -> IndexState:
        """Return what the index holds by now."""
        index = self._index
        return IndexState(version=index.version, documents=index.stats().documents, metadata=index.metadata)
