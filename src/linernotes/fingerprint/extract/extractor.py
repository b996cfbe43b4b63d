"""From a source to its fingerprint: at once, or a few seconds first and more when they are wanted."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from linernotes.domain.errors import Invalid
from linernotes.fingerprint.extract.sound import OnWarning, Sound
from linernotes.fingerprint.extract.spectrum import Samples
from linernotes.fingerprint.extract.stream import WordStream, words_in
from linernotes.fingerprint.extract.values import Extracted, Options, Source, TooShort
from linernotes.fingerprint.values import RATE

LENGTH = 120.0
"""Seconds that the AcoustID world makes a fingerprint of."""


def extract(
    source: Source, *, length: float = LENGTH, on_warning: OnWarning | None = None, options: Options | None = None
) -> Extracted:
    """Return the fingerprint of the first `length` seconds, 0 for all; no more than those are decoded.

    Damage ends the sound, and is a warning if there is a fingerprint of what comes before. Raises `NotFound` (no such
    file), `Invalid` (no media file, no sound, a directory, empty, no sense in its header), `TooShort` (under 2.72 s)
    and `Unavailable` (it may not be read, a fault while reading, over the time limit).
    """
    with Extractor(source, on_warning=on_warning, options=options) as extractor:
        return extractor.upto(length)


class Extractor:
    """Reads a source as far as it is asked; what has been decoded once is not decoded again. Close it at the end."""

    def __init__(self, source: Source, *, on_warning: OnWarning | None = None, options: Options | None = None) -> None:
        self._sound = Sound(source, options=options or Options(), on_warning=on_warning)
        self._stream = WordStream()
        self._pushed = 0
        self._ahead: Samples = np.empty(0, np.int16)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def duration(self) -> float:
        """Seconds in all, as the header says it, else what has been decoded until now."""
        return self._sound.duration

    def close(self) -> None:
        """Let go of the source."""
        self._sound.close()

    def upto(self, length: float) -> Extracted:
        """Return the fingerprint of the first `length` seconds, 0 for all: a prefix of that of any greater length."""
        limit = sample_limit(length)
        self._read(limit)
        words = self._stream.words()[: words_in(limit)]
        if not len(words):
            raise self._nothing()
        return Extracted(words, self._sound.duration, tuple(self._sound.warnings))

    def _read(self, limit: int) -> None:
        self._push(limit)
        if self._pushed == limit:
            return
        for block in self._sound:
            self._ahead = block
            self._push(limit)
            if self._pushed >= limit:
                return

    def _push(self, limit: int) -> None:
        """Hand on what was read ahead, but nothing beyond the limit."""
        now = self._ahead[: max(0, limit - self._pushed)]
        self._stream.push(now)
        self._pushed += len(now)
        self._ahead = self._ahead[len(now) :]

    def _nothing(self) -> Invalid:
        if self._sound.warnings and not self._sound.decoded:
            return Invalid(f"The sound in {self._sound.name} cannot be decoded.", hint=self._sound.warnings[0])
        return TooShort(
            f"{self._sound.name} is too short: {self._pushed / RATE:.1f} s of sound.",
            hint="A fingerprint needs 2.72 seconds.",
        )


def sample_limit(length: float) -> int:
    """Return after how many samples to stop. Raises `Invalid` for a length that cannot be."""
    if not 0 <= length < 1e9:  # also not a number
        raise Invalid("A length is a number of seconds, 0 for all.", hint=f"This is {length}.")
    return int(length * RATE) if length else 1 << 62
