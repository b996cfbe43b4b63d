"""Sounds made up for tests: notes that change, so that fingerprints of different seeds have nothing in common.

Samples are float32 between -1 and 1, one row per channel. The same seed gives the same samples everywhere.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 44100
NOTE_SECONDS = 0.4
# Container and codec by suffix, and how the codec wants its samples. (PyAV's FFmpeg has no Vorbis encoder of use.)
CODECS = {
    ".wav": ("wav", "pcm_s16le", "s16"),
    ".flac": ("flac", "flac", "s16"),
    ".mp3": ("mp3", "libmp3lame", "s16p"),
    ".opus": ("ogg", "libopus", "s16"),
    ".m4a": ("ipod", "aac", "fltp"),
}


def melody(seconds: float, *, seed: int = 1, rate: int = RATE, channels: int = 2) -> Samples:
    """Chords of three notes, a new one every 0.4 s, with overtones and a little noise."""
    dice = np.random.default_rng(seed)
    count = round(seconds * rate)
    hop = round(NOTE_SECONDS * rate)
    mono = np.zeros(count, np.float32)
    time = np.arange(hop) / rate
    fade = np.exp(-2.5 * time)
    for start in range(0, count, hop):
        pitches = 110.0 * 2 ** (dice.integers(0, 40, 3) / 12)
        tones = sum(np.sin(2 * np.pi * p * h * time) / h for p in pitches for h in (1, 2, 3))
        mono[start : start + hop] = (0.12 * fade * tones)[: count - start]
    mono += dice.normal(0, 0.003, count).astype(np.float32)
    return np.stack([mono * (1 - 0.1 * channel) for channel in range(channels)]).astype(np.float32)


def silence(seconds: float, *, rate: int = RATE, channels: int = 2) -> Samples:
    """Nothing to hear."""
    return np.zeros((channels, round(seconds * rate)), np.float32)


def tone(seconds: float, *, pitch: float = 440.0, rate: int = RATE, channels: int = 2) -> Samples:
    """One sine, in Hz."""
    wave = 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


def write(path: Path, samples: Samples, *, rate: int = RATE, tags: dict[str, str] | None = None) -> Path:
    """Encode samples as the suffix says (see `CODECS`) and return the path; opus is always kept at 48 kHz."""
    container_name, codec, form = CODECS[path.suffix]
    kept_rate = 48000 if codec == "libopus" else rate
    layout = "mono" if len(samples) == 1 else "stereo"
    whole = np.clip(samples * 32767, -32768, 32767).astype(np.int16)
    with av.open(str(path), "w", format=container_name) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=kept_rate)
        stream.layout = layout
        stream.format = form
        if codec == "libmp3lame":
            # The quickest of LAME's ways: nobody listens to these.
            stream.codec_context.options = {"compression_level": "9"}
        stream.codec_context.open()
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(whole.T).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = 0
        resampler = av.AudioResampler(format=form, layout=layout, rate=kept_rate, frame_size=stream.frame_size or 4096)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path
