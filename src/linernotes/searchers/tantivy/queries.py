"""From what is asked to tantivy's queries, one kind at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tantivy
from tantivy import Occur, Query

from linernotes.domain.ids import Kind
from linernotes.searchers.folding import Chunk, needed
from linernotes.searchers.tantivy.schema import EDGES, KINDS

# Within one error of two letters lies almost every word.
_SHORTEST_FUZZY = 3
_SHORTEST_PREFIX = 3


class Queries:
    """The queries of one kind, or of one field of words."""

    def __init__(self, schema: tantivy.Schema, kind: Kind) -> None:
        self._schema = schema
        self._key = f"{KINDS[kind]}_key"
        self._edge = f"{KINDS[kind]}_edge"
        self._word = f"{KINDS[kind]}_word"

    def exact(self, keys: Sequence[str]) -> Query:
        """Entries with a name of one of these keys."""
        return _any([self._term(self._key, key) for key in keys])

    def prefix(self, key: str) -> Query:
        """Entries with a name whose key begins with this one."""
        if len(key) in EDGES:
            return self._term(self._edge, key)
        return Query.fuzzy_term_query(self._schema, self._key, key, 0, prefix=True)

    def typo(self, key: str, errors: int) -> Query:
        """Entries with a name whose key is at most so many errors away."""
        return Query.fuzzy_term_query(self._schema, self._key, key, errors)

    def words(self, chunks: Sequence[Chunk], *, unfinished: bool = False, errors: int = 0, field: str = "") -> Query:
        """Entries with every chunk; the last one may be ``unfinished``, any word may have ``errors``.

        Signs and articles need not be there if there is anything else.
        """
        required = needed(chunks)
        clauses = [self._chunk(chunk, field or self._word, errors) for chunk in required]
        if unfinished and required and len(last := required[-1].parts[-1]) >= _SHORTEST_PREFIX:
            longer = Query.fuzzy_term_query(self._schema, field or self._word, last, 0, prefix=True)
            clauses[-1] = _any([clauses[-1], longer])
        return _all(clauses)

    def most_words(self, chunks: Sequence[Chunk], field: str = "") -> Query:
        """Entries with at least half of the chunks that must be there."""
        clauses = [(Occur.Should, self._chunk(chunk, field or self._word, 0)) for chunk in needed(chunks)]
        return Query.boolean_query(clauses, minimum_number_should_match=(len(clauses) + 1) // 2)

    def _chunk(self, chunk: Chunk, field: str, errors: int) -> Query:
        word: Callable[[str, str], Query] = self._fuzzy if errors else self._term
        parts = _all([word(field, part) for part in chunk.parts])
        return _any([parts, *(word(field, whole) for whole in chunk.wholes)])

    def _term(self, field: str, text: str) -> Query:
        return Query.term_query(self._schema, field, text, "basic")

    def _fuzzy(self, field: str, text: str) -> Query:
        if len(text) < _SHORTEST_FUZZY:
            return self._term(field, text)
        return Query.fuzzy_term_query(self._schema, field, text, 1)


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _all(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])
