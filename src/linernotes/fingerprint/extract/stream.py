"""From samples that arrive in pieces to words, with room for a few seconds whatever the length of the sound."""

from __future__ import annotations

import numpy as np

from linernotes.fingerprint.extract.classify import SMOOTHING, WIDEST, classify, smooth
from linernotes.fingerprint.extract.spectrum import NOTES, Chroma, Samples, Spectrum
from linernotes.fingerprint.values import FRAME_SAMPLES, HOP_SAMPLES, SHORTEST_SAMPLES, Words

SETTLE_FRAMES = 1024  # classifying many frames at once is cheap, few are not
CARRIED_FRAMES = len(SMOOTHING) - 1 + WIDEST - 1


def words_in(samples: int) -> int:
    """Return how many words so many samples make."""
    return max(0, (samples - SHORTEST_SAMPLES) // HOP_SAMPLES + 1)


class WordStream:
    """Takes samples, gives words; how the samples are cut into pieces makes no difference."""

    def __init__(self) -> None:
        self._spectrum = Spectrum()
        self._rest: Samples = np.empty(0, np.int16)
        self._frames: list[Chroma] = []
        self._unsettled = 0
        self._done: list[Words] = []

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        samples = np.concatenate((self._rest, samples))
        frames = max(0, (len(samples) - FRAME_SAMPLES) // HOP_SAMPLES + 1)
        self._rest = samples[frames * HOP_SAMPLES :].copy()
        if frames:
            self._frames.append(self._spectrum.chroma(samples))
            self._unsettled += frames
        if self._unsettled >= SETTLE_FRAMES:
            self._settle()

    def words(self) -> Words:
        """Return all words since the beginning or since the last `take`."""
        self._settle()
        if len(self._done) != 1:
            self._done = [np.concatenate(self._done) if self._done else np.empty(0, np.uint32)]
        return self._done[0]

    def take(self) -> Words:
        """Return the words and forget them; the next ones go on from the same sound."""
        words = self.words()
        self._done = []
        return words

    def _settle(self) -> None:
        if not self._unsettled:
            return
        frames = np.concatenate(self._frames) if self._frames else np.empty((0, NOTES))
        words = classify(smooth(frames))
        if len(words):
            self._done.append(words)
        self._frames = [frames[-CARRIED_FRAMES:]]
        self._unsettled = 0
