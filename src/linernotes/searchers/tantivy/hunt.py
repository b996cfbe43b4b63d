"""What one search for one kind has found so far."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy
from tantivy import Occur, Query

from linernotes.domain.ids import Kind
from linernotes.searchers.ranking import Found, Stage
from linernotes.searchers.tantivy.schema import ENTRY, WEIGHT
from linernotes.searchers.tantivy.stored import decode

# Hits by words and typos come in a rough order only: of so many the best are chosen by comparing them with the query.
_LOOK_AT_LEAST = 30
# Elsewhere popularity is nearly the whole order, and a few more are enough.
_SPARE = 5


class Hunt:
    """Collects entries stage by stage; one that is found again keeps its best stage."""

    def __init__(self, searcher: tantivy.Searcher, kind: Kind, limit: int, restriction: Query | None = None) -> None:
        self.kind = kind
        self.limit = limit
        self._searcher = searcher
        self._restriction = restriction
        self._found: dict[tuple[int, int], tuple[Stage, Found]] = {}

    @property
    def wants_more(self) -> bool:
        """Whether there are fewer entries than asked for."""
        return len(self._found) < self.limit

    def has(self, stage: Stage) -> bool:
        """Whether anything was found at this stage or a better one."""
        return any(found >= stage for found, _ in self._found.values())

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not self._found

    def found(self) -> Iterable[tuple[Stage, Found]]:
        """All entries, with the stage at which each was found."""
        return self._found.values()

    def take(self, stage: Stage, query: Query) -> None:
        """Take in the answers to a query: by popularity, or for words by how rare and how dense they are as well."""
        compared = stage in (Stage.WORDS, Stage.TYPO) and self.wants_more
        look_at = max(_LOOK_AT_LEAST, self.limit) if compared else self.limit + _SPARE
        if self._restriction is not None:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, self._restriction)])
        if stage is Stage.WORDS:
            hits = self._searcher.search(query, look_at, count=False, weight_by_field=WEIGHT).hits
        else:
            hits = self._searcher.search(query, look_at, count=False, order_by_field=WEIGHT).hits
        for _, address in hits:
            self._keep(stage, address)

    def _keep(self, stage: Stage, address: tantivy.DocAddress) -> None:
        place = (address.segment_ord, address.doc)
        known = self._found.get(place)
        if known is None:
            data: bytes = self._searcher.doc(address)[ENTRY][0]
            self._found[place] = (stage, decode(data))
        elif stage > known[0]:
            self._found[place] = (stage, known[1])
