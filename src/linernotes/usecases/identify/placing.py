"""Where submissions belong: which track, and whether one of its fingerprints is the same.

A batch is placed in one go: what stands in the way of speed is asking for one thing after the other. Later submissions
see what earlier ones of the batch made, exactly as if the index had learned of it in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from linernotes.domain.errors import Corrupt
from linernotes.domain.identification import StoredFingerprint, Submission, TrackRef
from linernotes.fingerprint.match.compare import score
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query_fast import extract_all, extract_query
from linernotes.fingerprint.values import Words
from linernotes.ports.fingerprints import FingerprintIndex, Hit, SearchRules
from linernotes.ports.identification import Tracks
from linernotes.usecases.identify.values import TOLERANCE

CANDIDATES = SearchRules(limit=20, min_score=1, percent=10)
"""What the index is asked for, as AcoustID's importer does."""

JOINS = 0.75
"""A fingerprint that scores more than this may join the track."""

BELONGS = 0.40
"""It has to score at least this with every fingerprint of the track."""

SAME = 0.90
"""A fingerprint that scores more than this is the same, and is not kept again."""

MOST_COMPARED = 500
"""Of a track with more fingerprints so many are compared, those that were submitted most often."""

MOST_HELD = 10_000
"""Fingerprints of tracks that are held from one submission to the next; each is about 7 kB."""


def _telling(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Leave out those with a single hash in common, where there are more of them than are looked at.

    In a large index they are there by chance for any fingerprint, and each is read from another place of the disk; a
    fingerprint that scores above 0.75 shares three hashes in the mean.
    """
    if len(hits) < CANDIDATES.limit:
        return hits
    return [hit for hit in hits if hit.score > 1]


class Sample(msgspec.Struct, frozen=True, eq=False):
    """A submission with its words, and the hashes that the index is asked for."""

    submission: Submission
    words: Words
    query: tuple[int, ...]

    @property
    def duration(self) -> int:
        """Seconds."""
        return self.submission.said.duration


class Place(msgspec.Struct, frozen=True):
    """The track that a submission belongs to, and the fingerprint that is the same; None is "a new one"."""

    track: TrackRef | None = None
    fingerprint: int | None = None


def sample_of(submission: Submission) -> Sample:
    """Unpack a submission. Raises `Corrupt`, also where another part of it cannot be read."""
    if submission.fault:
        raise Corrupt(submission.fault)
    words = unpack(submission.said.packed)
    return Sample(submission, words, tuple(extract_query(words).tolist()))


class Placing:
    """Places the submissions of one transaction."""

    def __init__(self, *, tracks: Tracks, index: FingerprintIndex, full: bool) -> None:
        """Take an index that has been fed with all that the tracks hold; ``full`` says what it keeps of each."""
        self._tracks = tracks
        self._index = index
        self._full = full
        self._hits: dict[int, list[Hit]] = {}
        self._known: dict[int, StoredFingerprint] = {}
        self._unpacked: dict[int, Words] = {}
        self._on_track: dict[int, list[StoredFingerprint]] = {}
        self._durations: dict[int, tuple[int, int] | None] = {}
        self._fresh: dict[int, list[int]] = {}

    def prepare(self, samples: Sequence[Sample]) -> None:
        """Ask the index for all candidates at once."""
        found = self._index.search_all([sample.query for sample in samples], CANDIDATES)
        self._hits.update((sample.submission.id, hits) for sample, hits in zip(samples, found, strict=True))

    def place(self, sample: Sample) -> Place:
        """Return where a submission belongs.

        A track is looked at where the durations of all its fingerprints are right. It is joined by what is like every
        one of them, or like each of the `MOST_COMPARED` that were submitted most often.
        """
        self._forget()
        matches = self._matches(sample)
        self._load(sample, {match.track.id for _, match in matches})
        for likeness, match in matches:
            if self._fits(sample, match.track.id):
                return Place(match.track, match.id if likeness > SAME else None)
        return Place()

    def keep(self, sample: Sample, fingerprint: int, track: TrackRef) -> None:
        """Let later submissions see a fingerprint that this one made."""
        one = StoredFingerprint(fingerprint, track, sample.duration, sample.submission.said.packed)
        self._known[fingerprint], self._unpacked[fingerprint] = one, sample.words
        self._on_track.setdefault(track.id, []).append(one)
        shortest, longest = self._durations.get(track.id) or (sample.duration, sample.duration)
        self._durations[track.id] = min(shortest, sample.duration), max(longest, sample.duration)
        for hash_ in extract_all(sample.words).tolist() if self._full else sample.query:
            self._fresh.setdefault(hash_, []).append(fingerprint)

    def _matches(self, sample: Sample) -> list[tuple[float, StoredFingerprint]]:
        """Return what may be joined, best first."""
        found = [(self._score(sample, one), one) for one in self._candidates(sample)]
        return sorted((pair for pair in found if pair[0] > JOINS), key=lambda pair: (-pair[0], pair[1].id))

    def _candidates(self, sample: Sample) -> list[StoredFingerprint]:
        """Return what the index would find by now, of about the same duration."""
        ids = [hit.id for hit in _telling(self._found(sample))]
        shortest, longest = sample.duration - TOLERANCE, sample.duration + TOLERANCE
        unread = [id_ for id_ in ids if id_ not in self._known]
        if unread:
            found = self._tracks.fingerprints(unread, shortest=shortest, longest=longest)
            self._known.update((one.id, one) for one in found)
        known = (self._known[id_] for id_ in ids if id_ in self._known)
        return [one for one in known if shortest <= one.duration <= longest]

    def _found(self, sample: Sample) -> list[Hit]:
        hits = self._hits.get(sample.submission.id)
        if hits is None:
            hits = self._index.search(sample.query, CANDIDATES)
        fresh = Counter(id_ for hash_ in sample.query for id_ in self._fresh.get(hash_, ()))
        if not fresh:
            return hits
        both = [*hits, *(Hit(id_, count) for id_, count in fresh.items())]
        both.sort(key=lambda hit: (-hit.score, hit.id))
        least = both[0].score * CANDIDATES.percent // 100
        return [hit for hit in both[: CANDIDATES.limit] if hit.score >= least]

    def _load(self, sample: Sample, tracks: Iterable[int]) -> None:
        """Read the durations of tracks, and the fingerprints of those alone that these do not rule out."""
        unknown = sorted(set(tracks) - self._durations.keys())
        if unknown:
            self._durations.update(zip(unknown, self._tracks.durations(unknown), strict=True))
        wanted = sorted(track for track in set(tracks) - self._on_track.keys() if self._lasts(sample, track))
        if wanted:
            found = self._tracks.fingerprints_of(wanted, limit=MOST_COMPARED)
            self._on_track.update((track, list(some)) for track, some in zip(wanted, found, strict=True))

    def _forget(self) -> None:
        """Let go of what can be read again, so that a batch does not hold all that there is."""
        if sum(map(len, self._on_track.values())) > MOST_HELD:
            for held in (self._known, self._unpacked, self._on_track):
                held.clear()

    def _lasts(self, sample: Sample, track: int) -> bool:
        """Whether all fingerprints of a track last about as long."""
        shortest, longest = self._durations[track] or (sample.duration, sample.duration)
        return longest - TOLERANCE <= sample.duration <= shortest + TOLERANCE

    def _fits(self, sample: Sample, track: int) -> bool:
        return self._lasts(sample, track) and all(self._score(sample, one) >= BELONGS for one in self._on_track[track])

    def _score(self, sample: Sample, one: StoredFingerprint) -> float:
        words = self._unpacked.get(one.id)
        if words is None:
            words = self._unpacked[one.id] = unpack(one.packed)
        return score(sample.words, words)
