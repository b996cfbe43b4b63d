"""Two recordings compared in every way that this package knows, in seconds, for people to read."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from linernotes.domain.errors import Invalid, NotFound
from linernotes.fingerprint import codec
from linernotes.fingerprint.match.align import align
from linernotes.fingerprint.match.compare import lookup_score, score
from linernotes.fingerprint.match.segments import Segment, segments
from linernotes.fingerprint.picture.course import Course, course
from linernotes.fingerprint.sources import readable
from linernotes.fingerprint.values import ALGORITHM, WORD_SECONDS, Words, as_words

# What is longer than a name may be is meant as a fingerprint.
_LONGEST_NAME = 255
_NUMBERS = re.compile(r"\s*-?\d+(\s*,\s*-?\d+)+\s*")


class Side(msgspec.Struct, frozen=True, eq=False):
    """A recording: its words, how many seconds they reach, the file they came from, and what was wrong with that."""

    words: Words
    seconds: float
    path: Path | None = None
    warnings: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """A stretch that is in both, in seconds of A and of B, and the mean number of bits in which its words differ."""

    start_a: float
    end_a: float
    start_b: float
    end_b: float
    bits: float


class Compared(msgspec.Struct, frozen=True, eq=False):
    """What came of it: the scores are 0 to 1, `offset` is where B begins in A, in seconds, None where nothing tells.

    Of unrelated sounds `score` is 0, while `lookup_score` may come near 0.5.
    """

    a: Side
    b: Side
    score: float
    lookup_score: float
    offset: float | None
    parts: tuple[Part, ...]
    course: Course


def side(text: str, *, length: float) -> Side:
    """Take a path for the recording in that file (so many seconds of it, 0 = all), anything else for a fingerprint.

    Raises `NotFound` for what is neither, what `codec.decode` raises of a text, and what `extract` raises of a file.
    """
    if _is_path(text):
        from linernotes.fingerprint.extract import extract  # noqa: PLC0415 - loads a decoder: texts need none

        with readable(Path(text)) as source:
            found = extract(source, length=length)
        return Side(found.words, found.words.size * WORD_SECONDS, Path(text), found.warnings)
    words = _words(text)
    return Side(words, words.size * WORD_SECONDS)


def _is_path(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        # Too long for a name, or with a zero in it.
        return False


def compare(a: Side, b: Side) -> Compared:
    """Compare two recordings. Raises `Invalid` for those of more than two hours."""
    shift = _shift(a.words, b.words)
    return Compared(
        a,
        b,
        score=score(a.words, b.words),
        lookup_score=lookup_score(a.words, b.words),
        offset=None if shift is None else shift * WORD_SECONDS,
        parts=tuple(map(_part, segments(a.words, b.words))),
        course=course(a.words, b.words, shift=shift or 0),
    )


def _shift(a: Words, b: Words) -> int | None:
    """Return the word of A on which the first word of B lies: as the surest of three ways has it that says anything."""
    place = align(b, a) if b.size <= a.size else align(a, b)
    if place:
        return place.offset if b.size <= a.size else -place.offset
    for segment in segments(a, b):
        return segment.a - segment.b
    return None


def _part(segment: Segment) -> Part:
    begin_a, begin_b, lasts = (count * WORD_SECONDS for count in (segment.a, segment.b, segment.length))
    return Part(begin_a, begin_a + lasts, begin_b, begin_b + lasts, segment.error)


def _words(text: str) -> Words:
    if _NUMBERS.fullmatch(text):
        return as_words([int(number) for number in text.split(",")])
    try:
        decoded = codec.decode(text.strip())
    except Invalid as exc:
        if len(text) > _LONGEST_NAME:
            raise
        hint = "Name an audio file, or give the text that fpcalc prints after FINGERPRINT=."
        raise NotFound(f"{text} is neither a file nor a fingerprint.", hint=hint) from exc
    if decoded.algorithm != ALGORITHM:
        raise Invalid(f"The fingerprint is of algorithm {decoded.algorithm}; only {ALGORITHM} can be compared.")
    return decoded.words
