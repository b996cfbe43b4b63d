"""From samples to chroma: how much sound there is on each of the twelve notes, frame by frame.

The numbers are Chromaprint's: a Hamming window over 4096 samples, every 1365 samples, and the bins from 28 to 3520 Hz.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from linernotes.fingerprint.values import FRAME_SAMPLES, HOP_SAMPLES, RATE

Samples: TypeAlias = NDArray[np.int16]
Chroma: TypeAlias = NDArray[np.float64]
"""Frames by notes."""

NOTES = 12
FIRST_BIN, END_BIN = 10, 1308
LOWEST_NOTE = 27.5  # Hz, the A at the left end of a piano
BLOCK_FRAMES = 16  # what is at work stays in the processor's cache


class Spectrum:
    """Turns samples into chroma; holds the window and room for one block of frames."""

    def __init__(self) -> None:
        turns = np.arange(FRAME_SAMPLES) / (FRAME_SAMPLES - 1)
        self._window = ((0.54 - 0.46 * np.cos(2 * np.pi * turns)) / 32767).astype(np.float32)
        # Room that is used again and again: fresh pages for each block would cost as much as the transform.
        self._windowed = np.empty((BLOCK_FRAMES, FRAME_SAMPLES), np.float32)
        self._bins = np.empty((BLOCK_FRAMES, FRAME_SAMPLES // 2 + 1), np.complex64)
        self._squares = np.empty((BLOCK_FRAMES, 2 * (END_BIN - FIRST_BIN)), np.float64)
        bins = np.arange(FIRST_BIN, END_BIN)
        octaves = np.log2(bins * RATE / FRAME_SAMPLES / LOWEST_NOTE)
        note_of_bin = (NOTES * (octaves - np.floor(octaves))).astype(np.intp)
        begins = np.flatnonzero(np.diff(note_of_bin, prepend=-1))
        self._begins = 2 * begins  # neighbouring bins share a note; two squares each, real and imaginary
        self._runs_to_notes = np.eye(NOTES)[note_of_bin[begins]]

    def chroma(self, samples: Samples) -> Chroma:
        """Return a row for each whole frame in the samples; those after the last whole hop are left."""
        if len(samples) < FRAME_SAMPLES:
            return np.empty((0, NOTES))
        frames = sliding_window_view(samples, FRAME_SAMPLES)[::HOP_SAMPLES]
        blocks = [self._block(frames[at : at + BLOCK_FRAMES]) for at in range(0, len(frames), BLOCK_FRAMES)]
        return np.concatenate(blocks)

    def _block(self, frames: Samples) -> Chroma:
        count = len(frames)
        windowed, bins, squares = self._windowed[:count], self._bins[:count], self._squares[:count]
        np.multiply(frames, self._window, out=windowed)
        np.fft.rfft(windowed, axis=1, out=bins)  # type: ignore[arg-type]  # its types know doubles only
        parts = bins.view(np.float32)[:, 2 * FIRST_BIN : 2 * END_BIN]
        np.multiply(parts, parts, out=squares, dtype=np.float32)
        runs = np.add.reduceat(squares, self._begins, axis=1)
        chroma: Chroma = runs @ self._runs_to_notes
        return chroma
