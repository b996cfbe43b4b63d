"""A grade for everything found: by how it was found, then how close it is, then how much it is used.

Grades lie in bands of twenty, one per stage, so an exact name is always before a mere prefix, that before words, and
those before typos. Inside a band up to ten points go to closeness and up to ten to popularity.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from math import log2

import msgspec

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameHit
from linernotes.searchers.folding import Chunk, chunks, compact, fold, plain_words, query_keys
from linernotes.searchers.ranking.distance import distance


class Stage(IntEnum):
    """How an entry was found; the value is where the stage's band of grades begins."""

    EXACT = 80
    PREFIX = 60
    WORDS = 40
    TYPO = 20


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A query in every form that it is compared in."""

    literal: str
    folded: str
    keys: tuple[str, ...]
    chunks: tuple[Chunk, ...]
    words: tuple[str, ...]
    artist: str | None = None


class Found(msgspec.Struct, frozen=True, gc=False):
    """An entry that was found, as it is stored."""

    mbid: MBID
    name: str
    artist: str
    disambiguation: str
    popularity: int


# Points per doubling of the popularity, and the most that it can earn, with 2^16 uses: less than reaches the next band.
_PER_DOUBLING = 0.6
_POPULARITY_CAP = 9.9
_COVERED = 7.0
# Less than for other stages: of two with the words in their name, the known one is meant more often than the short one.
_MOST_FOR_WORDS = 6.0
_OTHER_NAME = 4.0
_NOT_QUITE_THE_ARTIST = 0.8


def read(text: str, *, artist: str | None = None) -> Asked:
    """Read a query; ``artist`` is the key of the artist whose albums are asked for, if it is restricted to one."""
    folded = " ".join(fold(text).split())
    parts = tuple(chunks(folded))
    return Asked(
        literal=" ".join(text.casefold().split()),
        folded=folded,
        keys=tuple(query_keys(folded)),
        chunks=parts,
        words=tuple(plain_words(folded)),
        artist=artist,
    )


def best_first(kind: Kind, asked: Asked, found: Iterable[tuple[Stage, Found]], limit: int) -> list[NameHit]:
    """Return the best ``limit`` of what was found, best first, the best with a score of 100; ties by MBID."""
    graded = [(-_grade(asked, stage, entry), entry.mbid, entry) for stage, entry in found]
    graded.sort(key=lambda row: row[:2])
    best = -graded[0][0] if graded else 0.0
    return [
        NameHit(kind, mbid, entry.name, round(-100 * grade / best), entry.artist, entry.disambiguation)
        for grade, mbid, entry in graded[:limit]
    ]


def _grade(asked: Asked, stage: Stage, entry: Found) -> float:
    band, close = _place(asked, stage, entry, fold(entry.name))
    if asked.artist and asked.artist != compact(fold(entry.artist)):
        close *= _NOT_QUITE_THE_ARTIST
    return band + close + min(log2(1 + entry.popularity) * _PER_DOUBLING, _POPULARITY_CAP)


def _place(asked: Asked, stage: Stage, entry: Found, folded: str) -> tuple[Stage, float]:
    """Return the band of an entry and its closeness, 0 to 10; both are higher for what is nearer to the query."""
    if stage is Stage.EXACT:
        return stage, _exact(asked, entry.name, folded)
    if stage is Stage.PREFIX:
        return stage, _prefix(asked, folded)
    if stage is Stage.TYPO:
        return stage, _likeness(asked, entry, folded)
    covered = _coverage(asked, entry, folded)
    # The query is the name and the artist and nothing else: as good as the exact name.
    return (Stage.EXACT, _COVERED) if covered == 1.0 else (stage, covered * _MOST_FOR_WORDS)


def _exact(asked: Asked, name: str, folded: str) -> float:
    if name.casefold() == asked.literal:
        return 10.0
    if folded == asked.folded:
        return 9.0
    return 8.0 if compact(folded) in asked.keys else _OTHER_NAME


def _prefix(asked: Asked, folded: str) -> float:
    if folded.startswith(asked.folded):
        return 8.0 if folded[len(asked.folded) :][:1].isalnum() else 10.0
    return 6.0 if compact(folded).startswith(asked.keys) else _OTHER_NAME


def _coverage(asked: Asked, entry: Found, folded: str) -> float:
    """Return how much of the name and artist the query's words cover: 1 is all, and none of the query left over."""
    own = plain_words(folded if asked.artist is not None else f"{folded} {fold(entry.artist)}")
    total = len(own) + len(asked.words)
    shared = 0
    for word in asked.words:
        if word in own:
            own.remove(word)
            shared += 1
    return 2 * shared / total


def _likeness(asked: Asked, entry: Found, folded: str) -> float:
    artist = "" if asked.artist is not None else fold(entry.artist)
    ways = (folded, f"{artist} {folded}", f"{folded} {artist}") if artist else (folded,)
    errors = min(distance(asked.folded, way, 3) for way in ways)
    return 9.0 - 2 * errors if errors <= 3 else 2 * _coverage(asked, entry, folded)
