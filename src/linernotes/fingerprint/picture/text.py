"""A course as lines of text: columns over time, higher where more bits differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from linernotes.fingerprint.picture.course import Course
from linernotes.fingerprint.values import WORD_SECONDS

# What unrelated sounds differ by: half of 32 bits.
TOP = 16
ROWS = 6
BLOCKS = " ▁▂▃▄▅▆▇█"
PLAIN = " ......##"
MARGIN = 4


class Column(msgspec.Struct, frozen=True):
    """A stretch of time in A, in seconds, and the mean number of bits that differ in it."""

    start: float
    end: float
    bits: float


def columns(course: Course, most: int) -> list[Column]:
    """Cut a course into at most so many stretches of the same length, in time order."""
    size = course.errors.size
    if not size:
        return []
    edges = np.linspace(0, size, min(most, size) + 1).astype(int).tolist()
    return [
        Column(
            (course.start_a + start) * WORD_SECONDS,
            (course.start_a + end) * WORD_SECONDS,
            float(course.errors[start:end].mean()),
        )
        for start, end in pairwise(edges)
    ]


def draw(
    shown: Sequence[Column], *, blocks: str = BLOCKS, paint: Callable[[str, float], str] | None = None
) -> list[str]:
    """Draw columns, the top line first; `paint` colours a cell, told its text and how many bits differ there."""
    lines = []
    for row in reversed(range(ROWS)):
        label = f"{TOP:3d} " if row == ROWS - 1 else "  0 " if row == 0 else " " * MARGIN
        cells = [(blocks[_level(column.bits, row)], column.bits) for column in shown]
        text = "".join(paint(cell, bits) if paint and cell != " " else cell for cell, bits in cells)
        lines.append((label + text).rstrip())
    return [*lines, " " * MARGIN + _axis(shown)]


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _level(bits: float, row: int) -> int:
    """How much of a cell is filled, 0-8; the lowest row is never empty, so that agreement can be seen."""
    filled = round(min(bits, TOP) / TOP * ROWS * 8) - row * 8
    return min(max(filled, 1 if row == 0 else 0), 8)


def _axis(shown: Sequence[Column]) -> str:
    """Write the time in A below the columns, where there is room for it."""
    line = ""
    for index in range(0, len(shown), 12):
        line = line.ljust(index) + clock(shown[index].start)
    return line
