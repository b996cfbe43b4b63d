"""Finds the tracks that an excerpt is from, wherever in them it begins. Only an index of whole tracks can tell.

The work is bounded: of an excerpt the first `MOST_CLIP_WORDS` are looked for; the `RULES` say how many candidates there
are; and aligning ends with the candidate that uses `MOST_PAIRS` up. Candidates come by their hits, so what is left out
is what is least like the excerpt. Usual tracks of four minutes never come near.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linernotes.domain.identification import StoredFingerprint
from linernotes.fingerprint.match.align import Alignment, align
from linernotes.fingerprint.match.compare import MOST_WORDS
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query_fast import extract_all
from linernotes.fingerprint.values import WORD_SECONDS, Words
from linernotes.ports.fingerprints import FingerprintIndex, Hit, SearchRules
from linernotes.usecases.identify.scores import rounded
from linernotes.usecases.identify.values import Match

RULES = SearchRules(limit=32, min_score=2, percent=10)
"""Noise leaves few of an excerpt's hashes as they were: two that are found are reason enough to compare."""

MOST_CLIP_WORDS = 1024
"""Two minutes and seven seconds, more than an ordinary fingerprint has."""

MOST_PAIRS = 128_000_000
"""Words compared with words for one excerpt, about 25 ms, and ten times as long where all is silence or a loop."""

_EACH_PLACE = 64
"""What trying a place costs beside the words there, in pairs."""


def clip_hits(words: Words, index: FingerprintIndex) -> list[Hit]:
    """Return the fingerprints that share most with an excerpt."""
    return index.search(extract_all(words[:MOST_CLIP_WORDS]).tolist(), RULES)


def clip_matches(words: Words, candidates: Iterable[StoredFingerprint], *, strict: bool) -> Iterator[Match]:
    """Yield the tracks that hold an excerpt, of candidates with most hits first; ``offset`` says where it begins.

    The score is 1 less the alignment's guarded error, 0.77 to 1, and twice the error where it is ``strict``: so it
    lies where the scores of whole fingerprints do, which are 1 less the bit error, or less twice of it.
    """
    clip = words[:MOST_CLIP_WORDS]
    left = MOST_PAIRS
    for candidate in candidates:
        if left <= 0:
            return
        track = unpack(candidate.packed)[:MOST_WORDS]
        left -= (clip.size + _EACH_PLACE) * track.size
        found = align(clip, track)
        if found is not None:
            yield _match(candidate, found, strict=strict)


def _match(stored: StoredFingerprint, found: Alignment, *, strict: bool) -> Match:
    return Match(
        stored.track,
        rounded(1 - (2 if strict else 1) * found.guarded),
        stored.id,
        stored.duration,
        round(found.offset * WORD_SECONDS, 2),
    )
