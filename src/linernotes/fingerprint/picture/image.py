"""A course as a PNG, by matplotlib, which is an extra: every bit of every word, and below it how many differ."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.fingerprint.picture.course import Course
from linernotes.fingerprint.values import WORD_SECONDS

SMOOTH = 16


def save(course: Course, path: Path, *, title: str, parts: Sequence[tuple[float, float]] = ()) -> None:
    """Write the picture; `parts` are the times in A, in seconds, that are the same in B.

    Raises `Unavailable` without matplotlib or when the file cannot be written, `Invalid` where there is nothing to see.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, loaded when a picture is asked for
    except ImportError as exc:
        hint = "Install it with: pip install 'linernotes[plot]'. Without --plot the picture is drawn as text."
        raise Unavailable("A picture as a file needs matplotlib.", hint=hint) from exc
    if not course.errors.size:
        raise Invalid("The fingerprints do not overlap: there is nothing to draw.")
    begin = course.start_a * WORD_SECONDS
    end = begin + course.errors.size * WORD_SECONDS
    times = begin + np.arange(course.errors.size) * WORD_SECONDS
    width = min(SMOOTH, course.errors.size)
    smooth = np.convolve(course.errors, np.ones(width) / width, mode="same")
    figure = Figure(figsize=(12, 5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    bits = np.unpackbits(course.bits.astype("<u4").view(np.uint8).reshape(-1, 4), axis=1, bitorder="little").T
    above.imshow(bits, aspect="auto", origin="lower", cmap="Greys", interpolation="nearest", extent=(begin, end, 0, 32))
    above.set(ylabel="bit (black: differs)")
    above.set_title(title, parse_math=False)
    for start, stop in parts:
        below.axvspan(start, stop, color="tab:green", alpha=0.15, linewidth=0)
    below.plot(times, smooth, color="tab:red", linewidth=1)
    below.set(ylim=(0, 20), xlim=(begin, end), xlabel="time in A [s]", ylabel="bits that differ, of 32")
    try:
        with warnings.catch_warnings():
            # A name in a script that the font lacks is still a picture.
            warnings.simplefilter("ignore", UserWarning)
            figure.savefig(path, format="png", dpi=120)
    except OSError as exc:
        raise Unavailable(f"The picture cannot be written to {path}: {exc.strerror}.") from exc
