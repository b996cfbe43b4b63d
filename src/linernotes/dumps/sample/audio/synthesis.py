"""Plays a composition: arithmetic on whole notes, so that two minutes of sound take a fraction of a second.

A tone is a sine that a polynomial bends: by Chebyshev's polynomials that gives any five overtones for one sine. Samples
are float32, mono.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.audio.composition import BASS, CHORDS, LEAD, Composition, compose

RATE = 22_050
"""Samples a second: all that a fingerprint hears, and small files."""

Samples = NDArray[np.float32]

_LEVELS = {LEAD: 0.30, CHORDS: 0.11, BASS: 0.26}
_DRUM_LEVELS = (0.5, 0.22, 0.09)
_NOISE = 0.002
_FADE_SECONDS = 2.0
_PEAK = 0.8


def play(dice: np.random.Generator, seconds: float, *, longest: float) -> Samples:
    """Compose a song of so many seconds and play at most the `longest` first: between -1 and 1, softly ending."""
    song = compose(dice, seconds)
    count = round(min(seconds, longest) * RATE)
    # Longer than it will be: the last notes may ring past the end.
    mix = np.zeros(count + 8 * RATE, np.float32)
    for part, notes in enumerate(song.notes):
        _Instrument(dice, vibrato=part == LEAD, low=part == BASS).add(mix, song, notes, _LEVELS[part])
    for drum, strokes in enumerate(song.strokes):
        _add_strokes(mix, song, strokes, _drum(dice, drum) * np.float32(_DRUM_LEVELS[drum]))
    whole = mix[:count]
    whole += np.resize(dice.standard_normal(1 << 17, np.float32) * np.float32(_NOISE), count)
    fade = min(count, round(_FADE_SECONDS * RATE))
    whole[count - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    whole *= np.float32(_PEAK / max(float(np.abs(whole).max(initial=0)), 1e-6))
    return whole


class _Instrument:
    """One timbre: overtones, how it swells and dies away, and how much it trembles."""

    def __init__(self, dice: np.random.Generator, *, vibrato: bool, low: bool) -> None:
        overtones = np.array([1, *(dice.uniform(0.05, 0.7, 4) / np.array([1.2, 1.8, 3, 4]))])
        if low:
            overtones[1:] *= 0.6
        self._bend = _polynomial(overtones / overtones.sum())
        self._attack = float(dice.uniform(0.004, 0.04))
        self._decay = float(dice.uniform(0.3, 3.5))
        self._tremble = float(dice.uniform(0.05, 0.2)) if vibrato else 0.0
        self._speed = float(dice.uniform(4.5, 6.5))
        self._tones: dict[tuple[float, int], Samples] = {}

    def add(self, mix: Samples, song: Composition, notes: NDArray[np.float32], level: float) -> None:
        """Play notes into the mix."""
        for beat, beats, pitch, loudness in notes.tolist():
            start = round(beat * song.beat_seconds * RATE)
            tone = self._tone(pitch + song.cents / 100, round(beats * song.beat_seconds * RATE / 64) * 64)
            part = mix[start : start + tone.size]
            part += tone[: part.size] * np.float32(loudness * level)

    def _tone(self, pitch: float, count: int) -> Samples:
        """Return a tone; the same tone is made once."""
        known = self._tones.get((pitch, count))
        if known is None:
            known = self._tones[pitch, count] = self._make(440 * 2 ** ((pitch - 69) / 12), count)
        return known

    def _make(self, hertz: float, count: int) -> Samples:
        time = np.arange(count, dtype=np.float32) * np.float32(1 / RATE)
        phase = time * np.float32(2 * np.pi * hertz)
        if self._tremble:
            phase += np.sin(time * np.float32(2 * np.pi * self._speed)) * np.float32(self._tremble)
        sine = np.sin(phase)
        tone = np.full(count, self._bend[-1], np.float32)
        for factor in self._bend[-2::-1]:
            tone *= sine
            tone += factor
        tone *= self._swell(time)
        return tone

    def _swell(self, time: Samples) -> Samples:
        swell: Samples = np.exp(time * np.float32(-self._decay))
        attack = min(time.size, round(self._attack * RATE))
        release = min(time.size, round(0.03 * RATE))
        swell[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
        swell[time.size - release :] *= np.linspace(1, 0, release, dtype=np.float32)
        return swell


def _polynomial(overtones: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the factors of s^0 to s^5 that turn s = sin x into five overtones of such amplitudes.

    sin 3x = 3s - 4s^3, sin 5x = 5s - 20s^3 + 16s^5, cos 2x = 1 - 2s^2, cos 4x = 1 - 8s^2 + 8s^4.
    """
    one, two, three, four, five = overtones
    return np.array(
        [
            two + four,
            one + 3 * three + 5 * five,
            -2 * two - 8 * four,
            -4 * three - 20 * five,
            8 * four,
            16 * five,
        ],
        np.float32,
    )


def _drum(dice: np.random.Generator, drum: int) -> Samples:
    """Return one stroke of kick, snare or hat: a falling tone, noise with a tone, bright noise."""
    lasts = (0.18, 0.16, 0.06)[drum] * float(dice.uniform(0.8, 1.3))
    time = np.arange(round(lasts * RATE), dtype=np.float32) / np.float32(RATE)
    noise = dice.standard_normal(time.size, np.float32) * np.float32(0.4)
    fall = np.exp(-time * np.float32(5 / lasts))
    deep = float(dice.uniform(42, 60))
    match drum:
        case 0:
            sound = np.sin(2 * np.pi * (deep * time + 4 * (1 - np.exp(-time * 30))))
        case 1:
            sound = noise + 0.4 * np.sin(2 * np.pi * 4 * deep * time)
        case _:
            sound = np.diff(noise, prepend=0)
    stroke: Samples = (sound * fall).astype(np.float32)
    return stroke


def _add_strokes(mix: Samples, song: Composition, strokes: NDArray[np.float32], sound: Samples) -> None:
    for beat, loudness in strokes.tolist():
        start = round(beat * song.beat_seconds * RATE)
        part = mix[start : start + sound.size]
        part += sound[: part.size] * np.float32(loudness)
