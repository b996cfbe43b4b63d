"""What our own APIs take for a sound and for the way to look: values are checked, and errors say what they may be."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.codec_fast import decode
from linernotes.fingerprint.values import ALGORITHM, MOST_WORDS, Words, as_words
from linernotes.usecases.identify.hearing import Heard
from linernotes.usecases.identify.saying import LONGEST_DURATION
from linernotes.usecases.identify.values import TOLERANCE

MOST_TRACKS = 10
HIGHEST_TOLERANCE = 30

_HINT = "Send what fpcalc prints, or the numbers of fpcalc -raw."


def read_words(text: str, numbers: Sequence[int]) -> Words:
    """Return a fingerprint given either as text or as numbers of 32 bits. Raises `Invalid`."""
    if bool(text) == bool(len(numbers)):
        raise Invalid("A fingerprint is needed, either as text or as words", hint=_HINT)
    if not text:
        if len(numbers) > MOST_WORDS:
            raise Invalid(f"A fingerprint has at most {MOST_WORDS} words")
        return as_words(numbers)
    found = decode(text)
    if found.algorithm != ALGORITHM:
        raise Invalid(f"A fingerprint of algorithm {ALGORITHM} is needed, not {found.algorithm}", hint=_HINT)
    if not found.words.size:
        raise Invalid("The fingerprint is empty", hint=_HINT)
    return found.words


def read_duration(seconds: float, *, clip: bool = False) -> int:
    """Return whole seconds, as fpcalc counts them. Of a clip nothing needs to be said."""
    if clip and not seconds:
        return 0
    if not 1 <= seconds < LONGEST_DURATION + 1:  # also not a number
        raise Invalid(f"A duration is from 1 to {LONGEST_DURATION} seconds", hint="It is that of the whole file.")
    return int(seconds)


def duration_of(heard: Heard, said: int) -> int:
    """Return the duration of a file: what was said of it (0: nothing), else what it says itself."""
    return said or max(1, int(min(heard.duration, LONGEST_DURATION)))


def read_limit(tracks: int) -> int:
    """Return how many tracks are wanted at most; 0 is the usual number."""
    if not 0 <= tracks <= MOST_TRACKS:
        raise Invalid(f"A limit is from 1 to {MOST_TRACKS}")
    return tracks or MOST_TRACKS


def read_tolerance(seconds: int) -> int:
    """Return by how much durations may differ; 0 is the usual number."""
    if not 0 <= seconds <= HIGHEST_TOLERANCE:
        raise Invalid(f"A tolerance is from 1 to {HIGHEST_TOLERANCE} seconds")
    return seconds or TOLERANCE
