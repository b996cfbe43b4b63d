"""Finds the tracks that sound like a fingerprint: candidates from the index, then a comparison with each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import StoredFingerprint
from linernotes.fingerprint.match.compare import MOST_WORDS, score
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import Words
from linernotes.ports.fingerprints import FingerprintIndex, SearchRules
from linernotes.ports.identification import Tracks
from linernotes.usecases.identify.clips import clip_matches
from linernotes.usecases.identify.scores import LEAST, best, reported, rounded
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.values import Match, Query

RULES = SearchRules(limit=40, percent=10)
"""Candidates that are compared: at most so many, each with at least a tenth of the hits that the best one has."""

LONGEST_SECONDS = 32_767
"""No fingerprint is of a longer file."""


class Matcher:
    """Finds matches. Blocks: with an index or tracks that are ``remote`` it waits for another program."""

    def __init__(
        self, *, tracks: Tracks, index: Callable[[], FingerprintIndex], settings: IdentificationSettings
    ) -> None:
        """``index`` gives the index of the moment, and raises ``Unavailable`` while there is none."""
        self._tracks = tracks
        self._index = index
        self._reported = reported(settings.score)
        self._strict = settings.score == "sql"
        self._full = settings.index == "full"

    @property
    def remote(self) -> bool:
        """Whether finding waits for another program."""
        return self._tracks.remote or self._index().remote

    def find(self, queries: Sequence[Query], *, limit: int) -> list[tuple[Match, ...]]:
        """Return at most ``limit`` matches of each query: best first, of equal ones the lowest fingerprint first.

        All queries together cost one search and one read, and each clip one more of both. Of a fingerprint the first
        65,535 words count, a little more than two hours. Raises ``Invalid`` for a clip where tracks are not indexed
        whole.
        """
        if any(query.clip for query in queries) and not self._full:
            raise Invalid(
                "Excerpts cannot be looked up: the index knows the beginnings of tracks alone.",
                hint="Set identification.index to full.",
            )
        index = self._index()
        whole = self._whole([query for query in queries if not query.clip], index)
        return [best(self._clip(query, index) if query.clip else next(whole), limit) for query in queries]

    def _clip(self, query: Query, index: FingerprintIndex) -> Iterable[Match]:
        return clip_matches(query.words, index=index, tracks=self._tracks, strict=self._strict)

    def _whole(self, queries: Sequence[Query], index: FingerprintIndex) -> Iterator[list[Match]]:
        """Yield the matches of each query, in any order."""
        if not queries:
            return
        words = [query.words[:MOST_WORDS] for query in queries]
        hashes = [extract_query(one).tolist() for one in words]
        found = index.search_all(hashes, RULES) if len(hashes) > 1 else [index.search(hashes[0], RULES)]
        wanted = [{hit.id for hit in hits} for hits in found]
        stored = self._stored(sorted(set().union(*wanted)), queries)
        for query, one, ids in zip(queries, words, wanted, strict=True):
            shortest, longest = _bounds(query)
            near = [held for held in stored if held.id in ids and shortest <= held.duration <= longest]
            yield self._compared(one, near)

    def _stored(self, ids: Sequence[int], queries: Sequence[Query]) -> list[StoredFingerprint]:
        bounds = [(shortest, longest) for shortest, longest in map(_bounds, queries) if shortest <= longest]
        if not ids or not bounds:
            return []
        shortest, longest = min(low for low, _ in bounds), max(high for _, high in bounds)
        return self._tracks.fingerprints(ids, shortest=shortest, longest=longest)

    def _compared(self, words: Words, candidates: Iterable[StoredFingerprint]) -> list[Match]:
        found = []
        for candidate in candidates:
            track = unpack(candidate.packed)[:MOST_WORDS]
            if score(track, words) > LEAST:
                told = rounded(self._reported(track, words))
                found.append(Match(candidate.track, told, candidate.id, candidate.duration))
        return found


def _bounds(query: Query) -> tuple[int, int]:
    """Return the shortest and the longest duration that fit; none does where the first is more than the second."""
    return max(query.duration - query.tolerance, 1), min(query.duration + query.tolerance, LONGEST_SECONDS)
