"""Finding fingerprints that have hashes in common with one: an index from 32-bit hashes to documents.

A document is the hashes that were taken from one fingerprint, under the fingerprint's number. What the index finds are
candidates: they are compared with the fingerprint itself before anybody is told of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from linernotes.domain.errors import Invalid

HIGHEST_ID = (1 << 32) - 1
"""Documents are numbered from 1 to this."""

MOST_HITS = 10_000
"""More hits than these are not given for one query."""

_HIGHEST = (1 << 32) - 1
_NOTHING: Mapping[str, str] = {}


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A document that was found, and how many of its hashes are in the query, repeated ones each time."""

    id: int
    score: int


class SearchRules(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which hits are wanted: at most `limit`, each of at least the floor and of at least `percent` of the best score.

    The floor is `min_score`; if that is None, a twentieth of the query's length, repeats counted, rounded up. A
    percentage of a score is rounded down; 0 is no such bound, and 100 or more leaves only those as good as the best.
    """

    limit: int = 40
    min_score: int | None = None
    percent: int = 10

    def __post_init__(self) -> None:
        """Raise `Invalid` for a limit beyond `MOST_HITS`, and for other numbers beyond 32 bits."""
        if not 0 <= self.limit <= MOST_HITS:
            raise Invalid(f"A search gives from 0 to {MOST_HITS} hits.")
        if not (0 <= (self.min_score or 0) <= _HIGHEST and 0 <= self.percent <= _HIGHEST):
            raise Invalid("A lowest score and a percentage are from 0 to 4294967295.")


class Change(msgspec.Struct, frozen=True):
    """A document with the hashes that it has from now on, in any order; with None it is removed.

    Hashes may be signed or unsigned numbers of 32 bits, which are the same to the index (-1 is 4294967295).
    """

    id: int
    hashes: Sequence[int] | None = None

    def __post_init__(self) -> None:
        """Raise `Invalid` for an id that no document can have."""
        if not 1 <= self.id <= HIGHEST_ID:
            raise Invalid(f"A document's id is from 1 to {HIGHEST_ID}.")


class IndexState(msgspec.Struct, frozen=True, kw_only=True):
    """How many commits there were, how many documents there are, and what commits have set by name."""

    version: int
    documents: int
    metadata: Mapping[str, str]


DEFAULT_RULES = SearchRules()


class FingerprintIndex(Protocol):
    """An index. May be called from several threads at once.

    Whatever cannot be used raises `Unavailable`, and what is damaged `Corrupt`: neither ever looks like "no hits".

    The methods are plain ones, because the embedded index answers a search in microseconds, which is less than it takes
    to hand one to a thread. An index for which that is not so says that it is `remote`: its searches are then run by an
    `Offload`, as every `apply` is, which waits for a disk or a server.
    """

    @property
    def remote(self) -> bool:
        """Whether a search waits for another program, so that it must not be done on the event loop."""
        ...

    def search(self, query: Sequence[int], rules: SearchRules = DEFAULT_RULES) -> list[Hit]:
        """Return the documents that share most hashes with a query: highest score first, of equal ones lowest id first.

        A document's newest version counts. How often a hash is in the query makes no difference to scores. Scores are
        exact, and so is the first hit; others may be missing if all that they share are very common hashes. A query
        without hashes finds nothing. Raises `Invalid` for hashes that are not of 32 bits.
        """
        ...

    def search_all(self, queries: Sequence[Sequence[int]], rules: SearchRules = DEFAULT_RULES) -> list[list[Hit]]:
        """Return the hits of each query, in the order asked, from one and the same version of the index."""
        ...

    def apply(
        self,
        changes: Sequence[Change],
        *,
        metadata: Mapping[str, str] = _NOTHING,
        expected_version: int | None = None,
    ) -> int:
        """Make changes as one commit, all or none; return its version, one more than that of the commit before.

        Of several changes to one document the last counts; removing one that is not there is fine. Metadata are set by
        name, in the same commit: whoever feeds the index from a list of changes keeps there how far it has come, and
        goes on from there after any crash. No change at all is a commit too. What is applied is durable as far as the
        index is, and every later search sees it. Raises `Invalid` for hashes that are not of 32 bits, and `Conflict`
        when another version was expected.
        """
        ...

    def version_of(self, id_: int) -> int | None:
        """Return the version of the commit that a document came with, or None when there is none with this id."""
        ...

    def state(self) -> IndexState:
        """Return what the index holds by now."""
        ...
