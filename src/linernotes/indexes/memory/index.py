"""Every document is compared with every query: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from linernotes.domain.errors import Conflict, Invalid
from linernotes.indexes import check_metadata
from linernotes.ports.fingerprints import DEFAULT_RULES, Change, Hit, IndexState, SearchRules

_NOTHING: Mapping[str, str] = {}


class _Document(NamedTuple):
    version: int
    hashes: list[int]


class MemoryIndex:
    """Documents that last as long as the object."""

    remote = False

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = Lock()
        self._version = 0
        self._documents: dict[int, _Document] = {}
        self._metadata: dict[str, str] = {}

    def search(self, query: Sequence[int], rules: SearchRules = DEFAULT_RULES) -> list[Hit]:
        """Search by counting."""
        return self.search_all([query], rules)[0]

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        """Search for one query after the other."""
        unsigned = [_unsigned(query) for query in queries]
        with self._lock:
            return [_find(self._documents, query, rules) for query in unsigned]

    def apply(
        self,
        changes: Sequence[Change],
        *,
        metadata: Mapping[str, str] = _NOTHING,
        expected_version: int | None = None,
    ) -> int:
        """Make changes; nothing outlives the object."""
        made = [(change.id, None if change.hashes is None else _unsigned(change.hashes)) for change in changes]
        check_metadata(metadata)
        with self._lock:
            if expected_version not in {None, self._version}:
                raise Conflict(f"The index is at version {self._version}, not {expected_version}.")
            self._version += 1
            for id_, hashes in made:
                if hashes is None:
                    self._documents.pop(id_, None)
                else:
                    self._documents[id_] = _Document(self._version, hashes)
            self._metadata = {**self._metadata, **metadata}
            return self._version

    def version_of(self, id_: int) -> int | None:
        """Return the version of the commit that a document came with."""
        with self._lock:
            document = self._documents.get(id_)
        return None if document is None else document.version

    def state(self) -> IndexState:
        """Return what the index holds by now."""
        with self._lock:
            return IndexState(version=self._version, documents=len(self._documents), metadata=self._metadata)


def _find(documents: Mapping[int, _Document], query: list[int], rules: SearchRules) -> list[Hit]:
    wanted = set(query)
    floor = -(-len(query) // 20) if rules.min_score is None else rules.min_score
    scores = {id_: sum(hash_ in wanted for hash_ in document.hashes) for id_, document in documents.items()}
    best = max(scores.values(), default=0)
    least = max(1, floor, min(best, best * rules.percent // 100))
    hits = [Hit(id_, score) for id_, score in scores.items() if score >= least]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[: rules.limit]


def _unsigned(hashes: Sequence[int]) -> list[int]:
    if any(not -(1 << 31) <= hash_ < 1 << 32 for hash_ in hashes):
        raise Invalid("A hash is a whole number of 32 bits.")
    return [int(hash_) & 0xFFFFFFFF for hash_ in hashes]
