"""Whether our fingerprints are fpcalc's, word for word, on real music.

    python benchmarks/fingerprint_identity.py FOLDER… [--least-bytes N] [--transcode N] [--length S]

Walks the folders (docs/benchmarks/fingerprints.md says where to get music), takes every audio file above a size, makes
transcodes of some of them in a temporary folder, and compares each with `fpcalc -raw`. fpcalc ends with 3 when a file
is shorter than the length asked for; what it printed counts.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import av
import numpy as np

from linernotes.domain.errors import LinernotesError
from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.values import Words

SUFFIXES = frozenset({".ogg", ".opus", ".mp3", ".flac", ".wav", ".m4a", ".wma", ".aiff", ".ape", ".wv"})


class Form(NamedTuple):
    """A way to keep sound: codec, how it wants its samples, rate, layout, and kilobits per second if it loses any."""

    suffix: str
    codec: str
    samples: str
    rate: int
    layout: str = "stereo"
    kilobits: int = 0


FORMS = {
    "flac 16": Form(".flac", "flac", "s16", 44100),
    "flac 24/96": Form(".flac", "flac", "s32", 96000),
    "wav 16": Form(".wav", "pcm_s16le", "s16", 44100),
    "wav 24": Form(".wav", "pcm_s24le", "s32", 44100),
    "wav 48k": Form(".wav", "pcm_s16le", "s16", 48000),
    "wav 8k mono": Form(".wav", "pcm_s16le", "s16", 8000, "mono"),
    "mp3 128": Form(".mp3", "libmp3lame", "s16p", 44100, "stereo", 128),
    "mp3 64 mono": Form(".mp3", "libmp3lame", "s16p", 44100, "mono", 64),
    "opus 96": Form(".opus", "libopus", "s16", 48000, "stereo", 96),
    "aac 128": Form(".m4a", "aac", "fltp", 44100, "stereo", 128),
}


class Tally:
    """What was found in one group of files."""

    def __init__(self) -> None:
        self.files = self.identical = self.words = self.bits = self.lengths = 0

    def add(self, ours: Words, theirs: Words) -> bool:
        """Count one file; tell whether it is identical."""
        shared = min(len(ours), len(theirs))
        bits = int(np.bitwise_count(ours[:shared] ^ theirs[:shared]).sum())
        same = not bits and len(ours) == len(theirs)
        self.files += 1
        self.identical += same
        self.words += shared
        self.bits += bits
        self.lengths += len(ours) != len(theirs)
        return same

    def plus(self, other: Tally) -> None:
        """Count another group in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def main() -> None:
    """Read the command line, compare, and print the figure last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--least-bytes", type=int, default=300_000, help="smaller files are noises, not music")
    parser.add_argument("--transcode", type=int, default=12, help="so many files, each in every form")
    parser.add_argument("--length", type=int, default=120)
    options = parser.parse_args()
    originals = find(options.folder, options.least_bytes)
    with TemporaryDirectory() as temporary:
        made = transcoded(originals, options.transcode, Path(temporary))
        groups = [(path.suffix[1:], path) for path in originals] + made
        tallies = compare(groups, options.length)
    total = Tally()
    print(f"\n{'':14} {'files':>6} {'identical':>9} {'words':>8} {'bits':>5} {'lengths':>7}")
    for name, tally in tallies.items():
        row(name, tally)
        total.plus(tally)
    row("all", total)
    each = 1e6 * total.bits / (32 * total.words)
    print(f"{total.identical / total.files:.2%} of {total.files} files identical, {each:.2f} bits in a million differ")


def find(folders: list[Path], least: int) -> list[Path]:
    """Return the audio files in the folders, sorted."""
    found = {p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()}
    return sorted(path for path in found if path.stat().st_size >= least)


def transcoded(originals: list[Path], count: int, folder: Path) -> list[tuple[str, Path]]:
    """Return a file in each form for `count` originals spread over the list."""
    chosen = originals[:: max(1, len(originals) // count)][:count] if count else []
    made = []
    for at, original in enumerate(chosen):
        for name, form in FORMS.items():
            path = folder / f"{at}-{name.replace(' ', '-').replace('/', '-')}{form.suffix}"
            transcode(original, path, form)
            made.append((name, path))
    return made


def transcode(original: Path, path: Path, form: Form) -> None:
    """Keep the first 130 s of a file in another form."""
    with av.open(str(original), metadata_errors="ignore") as source, av.open(str(path), "w") as target:
        stream = target.add_stream(form.codec, rate=form.rate, layout=form.layout, format=form.samples)
        if form.kilobits:
            stream.bit_rate = 1000 * form.kilobits
        stream.codec_context.open()
        resampler = av.AudioResampler(
            format=form.samples, layout=form.layout, rate=form.rate, frame_size=stream.frame_size or 4096
        )
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time > 130:
                break
            frame.pts = None
            for part in resampler.resample(frame):
                put(target, stream, part)
        for part in resampler.resample(None):
            put(target, stream, part)
        target.mux(stream.encode(None))


def put(target: av.container.OutputContainer, stream: av.AudioStream, frame: av.AudioFrame) -> None:
    """Encode one frame."""
    if frame.pts is not None:
        frame.time_base = Fraction(1, frame.sample_rate)
    target.mux(stream.encode(frame))


def compare(groups: list[tuple[str, Path]], length: int) -> dict[str, Tally]:
    """Compare every file, and name those that differ."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for name, path in groups:
        theirs = fpcalc(path, length)
        try:
            ours = extract(path, length=length).words
        except LinernotesError as error:
            print(f"{path}: {error.message}")
            ours = np.empty(0, np.uint32)
        if not len(ours) and not len(theirs):
            continue  # too short for both
        if not tallies[name].add(ours, theirs):
            print(f"{path}: {len(ours)} words, fpcalc {len(theirs)}")
    return tallies


def fpcalc(path: Path, length: int) -> Words:
    """Return what fpcalc says, however it ends; no words if it says nothing."""
    done = subprocess.run(
        ["fpcalc", "-raw", "-length", str(length), str(path)], capture_output=True, text=True, check=False
    )
    found = re.search("^FINGERPRINT=(.+)$", done.stdout, re.MULTILINE)
    return np.array(found[1].split(",") if found else [], np.uint32)


def row(name: str, tally: Tally) -> None:
    """Print one group."""
    print(f"{name:14} {tally.files:6} {tally.identical:9} {tally.words:8} {tally.bits:5} {tally.lengths:7}")


if __name__ == "__main__":
    main()
