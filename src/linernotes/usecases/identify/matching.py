"""Finds the tracks that sound like a fingerprint: candidates from the index, then a comparison with each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import StoredFingerprint
from linernotes.fingerprint.match.compare import MOST_WORDS, score
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query_fast import extract_query
from linernotes.fingerprint.values import Words
from linernotes.ports.fingerprints import FingerprintIndex, Hit, SearchRules
from linernotes.ports.identification import Tracks
from linernotes.usecases.identify.clips import clip_hits, clip_matches
from linernotes.usecases.identify.scores import LEAST, best, reported, rounded
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.values import Match, Query

RULES = SearchRules(limit=40, percent=10)
"""Candidates that are compared: at most so many, each with at least a tenth of the hits that the best one has."""

LONGEST_SECONDS = 32_767
"""No fingerprint is of a longer file."""


Over = Callable[[], bool]


def _never() -> bool:
    return False


class Candidates(msgspec.Struct, frozen=True, eq=False):
    """What a query has to be compared with: most hits first."""

    query: Query
    stored: Sequence[StoredFingerprint]

    @property
    def size(self) -> int:
        """How large they are, in bytes: a measure of the work."""
        return sum([len(one.packed) for one in self.stored])


class Matcher:
    """Finds matches: `gather`, which asks index and tracks, then `compare`, which reckons. Blocks."""

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
        """Whether gathering waits for another program."""
        return self._tracks.remote or self._index().remote

    def find(self, queries: Sequence[Query], *, limit: int, over: Over = _never) -> list[tuple[Match, ...]]:
        """Gather and compare; nothing when it is ``over`` before it begins."""
        return [] if over() else self.compare(self.gather(queries), limit=limit, over=over)

    def gather(self, queries: Sequence[Query]) -> list[Candidates]:
        """Return the candidates of each query, by one search, one for each clip, and one read.

        Raises ``Invalid`` for a clip where tracks are not indexed whole.
        """
        if any(query.clip for query in queries) and not self._full:
            raise Invalid(
                "Excerpts cannot be looked up: the index knows the beginnings of tracks alone.",
                hint="Set identification.index to full.",
            )
        found = self._hits(queries)
        bounds = [_bounds(query) for query in queries]
        stored = self._stored(found, bounds)
        return [
            Candidates(query, [one for hit in hits if (one := stored.get(hit.id)) and low <= one.duration <= high])
            for query, hits, (low, high) in zip(queries, found, bounds, strict=True)
        ]

    def compare(self, candidates: Iterable[Candidates], *, limit: int, over: Over = _never) -> list[tuple[Match, ...]]:
        """Return at most ``limit`` matches of each query: best first, of equal ones the lowest fingerprint first.

        Of a fingerprint the first 65,535 words count, a little more than two hours. When it is ``over``, as nobody
        waits for the answer, no more is compared: a batch of long excerpts is seconds of work.
        """
        return [() if over() else best(self._matches(one), limit) for one in candidates]

    def _hits(self, queries: Sequence[Query]) -> list[list[Hit]]:
        index = self._index()
        hashes = [extract_query(query.words).tolist() for query in queries if not query.clip]
        whole = iter(
            index.search_all(hashes, RULES) if len(hashes) > 1 else [index.search(one, RULES) for one in hashes]
        )
        return [clip_hits(query.words, index) if query.clip else next(whole) for query in queries]

    def _stored(
        self, found: Sequence[Sequence[Hit]], bounds: Sequence[tuple[int, int]]
    ) -> dict[int, StoredFingerprint]:
        fitting = [(hits, low, high) for hits, (low, high) in zip(found, bounds, strict=True) if hits and low <= high]
        if not fitting:
            return {}
        ids = sorted({hit.id for hits, _, _ in fitting for hit in hits})
        shortest, longest = min(low for _, low, _ in fitting), max(high for _, _, high in fitting)
        return {one.id: one for one in self._tracks.fingerprints(ids, shortest=shortest, longest=longest)}

    def _matches(self, candidates: Candidates) -> Iterable[Match]:
        query = candidates.query
        if query.clip:
            return clip_matches(query.words, candidates.stored, strict=self._strict)
        return self._compared(query.words[:MOST_WORDS], candidates.stored)

    def _compared(self, words: Words, stored: Iterable[StoredFingerprint]) -> Iterator[Match]:
        for one in stored:
            track = unpack(one.packed)[:MOST_WORDS]
            if score(track, words) > LEAST:
                yield Match(one.track, rounded(self._reported(track, words)), one.id, one.duration)


def _bounds(query: Query) -> tuple[int, int]:
    """Return the shortest and the longest duration that fit; none does where the first is more than the second."""
    if query.clip:
        return 0, LONGEST_SECONDS
    return max(query.duration - query.tolerance, 0), min(query.duration + query.tolerance, LONGEST_SECONDS)
