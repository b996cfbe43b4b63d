"""From chroma to words: smoothing, normalising, and sixteen comparisons of rectangles that give two bits each.

All numbers are Chromaprint's (its algorithm "2", which the compressed text calls 1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linernotes.fingerprint.extract.spectrum import NOTES, Chroma
from linernotes.fingerprint.values import Words

SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
QUIETEST = 0.01  # a frame whose norm is less counts as silence
WIDEST = 16  # frames that one word looks at, after smoothing
Area = tuple[int, int, int, int]
"""Frames from, up to; notes from, up to."""


class Classifier(NamedTuple):
    """A window of `width` frames from note `note` up, how it is cut in two, and where its value changes its level."""

    cut: int
    note: int
    height: int
    width: int
    levels: tuple[float, float, float]


CLASSIFIERS = (
    Classifier(0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    Classifier(4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    Classifier(1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    Classifier(3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    Classifier(3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    Classifier(4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    Classifier(1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    Classifier(2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    Classifier(2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    Classifier(2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    Classifier(5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    Classifier(3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    Classifier(2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    Classifier(3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    Classifier(1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    Classifier(3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)


def smooth(chroma: Chroma) -> Chroma:
    """Return the weighted sum of each five frames that follow one another, scaled to length 1; silence is all zero."""
    count = len(chroma) - len(SMOOTHING) + 1
    if count <= 0:
        return np.empty((0, NOTES))
    rows: Chroma = sum((weight * chroma[at : at + count] for at, weight in enumerate(SMOOTHING)), np.zeros(NOTES))
    norms = np.sqrt((rows * rows).sum(axis=1))[:, None]
    return np.where(norms < QUIETEST, 0.0, rows / np.maximum(norms, QUIETEST))


def classify(rows: Chroma) -> Words:
    """Return a word for each sixteen smoothed frames that follow one another."""
    count = max(0, len(rows) - WIDEST + 1)
    words = np.zeros(count, np.uint32)
    if not count:
        return words
    sums = np.zeros((len(rows) + 1, NOTES + 1))  # of everything before a frame and below a note
    np.cumsum(np.cumsum(rows, axis=0), axis=1, out=sums[1:, 1:])
    for classifier in CLASSIFIERS:
        plus, minus = (total(sums, areas, classifier.note, count) for areas in cut(classifier))
        value = np.log((1 + plus) / (1 + minus))
        level = np.searchsorted(classifier.levels, value, side="right").astype(np.uint32)
        words = (words << np.uint32(2)) | (level ^ (level >> np.uint32(1)))  # neighbouring levels differ in one bit
    return words


def total(sums: Chroma, areas: tuple[Area, ...], note: int, count: int) -> Chroma:
    """Return, for the window at each of the first `count` frames, the sum over areas that count notes from `note`."""
    found = np.zeros(count)
    for start, end, low, high in areas:
        below, above = note + low, note + high
        found += sums[end : end + count, above] - sums[start : start + count, above]
        found -= sums[end : end + count, below] - sums[start : start + count, below]
    return found


def cut(classifier: Classifier) -> tuple[tuple[Area, ...], tuple[Area, ...]]:
    """Return the areas that count for a window and those that count against it; the last part takes what is over."""
    width, height = classifier.width, classifier.height
    half_width, half_height = width // 2, height // 2
    third_width, third_height = width // 3, height // 3
    match classifier.cut:
        case 0:
            return ((0, width, 0, height),), ()
        case 1:
            return ((0, width, half_height, height),), ((0, width, 0, half_height),)
        case 2:
            return ((half_width, width, 0, height),), ((0, half_width, 0, height),)
        case 3:
            return (
                ((0, half_width, half_height, height), (half_width, width, 0, half_height)),
                ((0, half_width, 0, half_height), (half_width, width, half_height, height)),
            )
        case 4:
            middle = (0, width, third_height, 2 * third_height)
            return (middle,), ((0, width, 0, third_height), (0, width, 2 * third_height, height))
        case _:
            middle = (third_width, 2 * third_width, 0, height)
            return (middle,), ((0, third_width, 0, height), (2 * third_width, width, 0, height))
