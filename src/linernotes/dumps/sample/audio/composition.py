"""Composes a song: what is played when, as plain arrays; times in beats, pitches as MIDI notes.

A song has a key, a mode and a tempo of its own. Each kind of section has its chords, its rhythm and its instruments and
keeps them when it comes again; its melody is made anew each time, so that no two places of a song sound the same.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

BAR = 4
"""Beats of a bar."""

LEAD, CHORDS, BASS = 0, 1, 2
KICK, SNARE, HAT = 0, 1, 2

_MODES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 2, 4, 5, 7, 9, 10),
    (0, 2, 3, 5, 7, 8, 11),
)
_FORMS = ("IVCVCBCO", "IVVCVCBC", "VCVCBCCO", "IVCBVCVC", "CVCVBCIC", "IVBVCBCO")
# Where notes of a bar begin, in beats.
_RHYTHMS = (
    (0, 1, 2, 3),
    (0, 0.5, 1, 2, 2.5, 3),
    (0, 1.5, 2, 3.5),
    (0, 0.5, 1.5, 2, 3, 3.5),
    (0, 0.75, 1.5, 2, 2.75, 3.5),
    (0.5, 1, 1.5, 2.5, 3),
    (0, 1, 1.5, 2, 2.5, 3, 3.5),
    (0, 2, 2.5, 3),
)
_STRUMS = ((0,), (0, 2), (0, 1.5, 3), (0, 1, 2, 3), (0, 0.5, 1.5, 2.5, 3), (0.5, 1.5, 2.5, 3.5))
_BASSES = ((0, 2), (0, 1.5, 2, 3.5), (0, 1, 2, 3), (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5), (0, 2.5, 3))
# Steps of an eighth: a kick, a snare, a hat or both of them and a hat.
_BEATS = ("khshkhsh", "kh-hshkh", "k-shkksh", "khhhshhk", "k-h-s-h-", "kkshk-sh")

Notes = NDArray[np.float32]


class Composition(msgspec.Struct, frozen=True, eq=False):
    """What is played. A beat lasts `beat_seconds`, all pitches are `cents` off.

    `notes` has for each part rows of (beat, beats, pitch, loudness), `strokes` for each drum rows of (beat, loudness).
    """

    beat_seconds: float
    cents: float
    notes: tuple[Notes, ...]
    strokes: tuple[Notes, ...]


class _Style(msgspec.Struct, frozen=True):
    """What a kind of section keeps whenever it comes."""

    chords: tuple[int, ...]
    rhythms: tuple[tuple[float, ...], ...]
    strum: tuple[float, ...]
    broken: bool
    bass: tuple[float, ...]
    beat: str
    height: int
    loudness: float


def compose(dice: np.random.Generator, seconds: float) -> Composition:
    """Compose a song that lasts at least so long."""
    beat = 60 / float(dice.uniform(76, 148))
    writer = _Writer(dice, tonic=int(dice.integers(45, 57)), mode=_MODES[dice.integers(len(_MODES))])
    bars = int(seconds / (beat * BAR)) + 1
    form = _FORMS[dice.integers(len(_FORMS))]
    styles = {kind: writer.style(kind) for kind in "IVCBO"}
    # A longer song has longer sections before it has more of them.
    size = 8 if bars > 48 else 4
    at = section = 0
    while at < bars:
        kind = form[section % len(form)]
        length = size // 2 if kind in "IO" else size
        writer.section(styles[kind], at, length, lift=2 * (section // len(form)))
        at, section = at + length, section + 1
    return Composition(beat, float(dice.uniform(-12, 12)), writer.notes(), writer.strokes())


class _Writer:
    """Writes section after section."""

    def __init__(self, dice: np.random.Generator, *, tonic: int, mode: tuple[int, ...]) -> None:
        self._dice = dice
        self._tonic = tonic
        self._mode = mode
        self._notes: tuple[list[tuple[float, float, float, float]], ...] = ([], [], [])
        self._strokes: tuple[list[tuple[float, float]], ...] = ([], [], [])
        self._degree = 7

    def notes(self) -> tuple[Notes, ...]:
        """Return the notes of lead, chords and bass."""
        return tuple(np.array(part, np.float32).reshape(-1, 4) for part in self._notes)

    def strokes(self) -> tuple[Notes, ...]:
        """Return the strokes of kick, snare and hat."""
        return tuple(np.array(part, np.float32).reshape(-1, 2) for part in self._strokes)

    def style(self, kind: str) -> _Style:
        """Draw what a kind of section is like."""
        dice = self._dice
        chords = tuple(int(degree) for degree in dice.permutation(6)[:4])
        return _Style(
            chords=chords if kind in "BO" else (0, *[degree for degree in chords if degree][:3]),
            rhythms=tuple(_RHYTHMS[at] for at in dice.integers(len(_RHYTHMS), size=2)),
            strum=_STRUMS[dice.integers(len(_STRUMS))],
            broken=bool(dice.random() < 0.4),
            bass=_BASSES[dice.integers(len(_BASSES))],
            beat=_BEATS[dice.integers(len(_BEATS))],
            height=int(dice.integers(5, 9)) + 2 * (kind == "C"),
            loudness={"I": 0.7, "O": 0.7, "V": 0.85, "B": 0.8}.get(kind, 1.0),
        )

    def section(self, style: _Style, bar: int, bars: int, *, lift: int) -> None:
        """Write one section, `lift` semitones up."""
        turn = int(self._dice.integers(3))
        for place in range(bars):
            chord = style.chords[place % len(style.chords)]
            # The second half of a long section leaves its chords once, as a turnaround does.
            if place == bars - 1 and bars > 4:
                chord = (chord + 3) % 6
            begin = float((bar + place) * BAR)
            self._lead(style, chord, begin, place, lift)
            self._chords(style, chord, begin, turn, lift)
            self._bass(style, chord, begin, lift)
            self._beat(style, begin, fill=place == bars - 1)

    def _pitch(self, degree: int, lift: int) -> float:
        octave, step = divmod(degree, 7)
        return float(self._tonic + 12 * octave + self._mode[step] + lift)

    def _lead(self, style: _Style, chord: int, begin: float, place: int, lift: int) -> None:
        """Write a bar of melody: notes of the chord on the beat, passing notes and neighbours between."""
        rhythm = style.rhythms[place % 2]
        for onset, end in zip(rhythm, (*rhythm[1:], BAR), strict=True):
            if self._dice.random() < 0.08:
                continue
            step = int(self._dice.integers(-3, 4))
            degree = self._degree + step
            degree += (degree < style.height) - (degree > style.height + 7)
            degree = min(max(degree, style.height - 2), style.height + 9)
            if onset % 1 == 0:
                degree = min(
                    (degree + nudge for nudge in (0, 1, -1, 2)), key=lambda d: (d - chord) % 7 not in (0, 2, 4)
                )
            self._degree = degree
            lasts = (end - onset) * float(self._dice.uniform(0.75, 1.0))
            loudness = style.loudness * float(self._dice.uniform(0.75, 1.0))
            self._notes[LEAD].append((begin + onset, lasts, self._pitch(degree, lift), loudness))

    def _chords(self, style: _Style, chord: int, begin: float, turn: int, lift: int) -> None:
        """Write a bar of chords, struck or broken; `turn` is the inversion."""
        degrees = [chord + 2 * (at + turn) - (7 if at + turn > 2 else 0) for at in range(3)]
        if style.broken:
            order = self._dice.permutation(3)
            for at in range(8):
                pitch = self._pitch(degrees[order[at % 3]] + 7 * (at % 4 == 3), lift)
                self._notes[CHORDS].append((begin + at / 2, 0.9, pitch, 0.8 * style.loudness))
            return
        for onset, end in zip(style.strum, (*style.strum[1:], BAR), strict=True):
            for degree in degrees:
                self._notes[CHORDS].append((begin + onset, end - onset, self._pitch(degree, lift), style.loudness))

    def _bass(self, style: _Style, chord: int, begin: float, lift: int) -> None:
        for onset, end in zip(style.bass, (*style.bass[1:], BAR), strict=True):
            leap = int(self._dice.choice((0, 0, 0, 4, 2))) if onset else 0
            pitch = self._pitch(chord + leap, lift) - 12
            self._notes[BASS].append((begin + onset, (end - onset) * 0.9, pitch, style.loudness))

    def _beat(self, style: _Style, begin: float, *, fill: bool) -> None:
        for at, sign in enumerate(style.beat):
            when = begin + at / 2
            sign_ = "s" if fill and at > 5 else sign
            drums = {"k": (KICK, HAT), "s": (SNARE, HAT), "h": (HAT,)}.get(sign_, ())
            for drum in drums:
                self._strokes[drum].append((when, style.loudness * float(self._dice.uniform(0.7, 1.0))))
