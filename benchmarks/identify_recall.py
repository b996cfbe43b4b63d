"""How often real music is named after it was changed, and how often it is named wrongly when it is not there.

    python benchmarks/identify_recall.py FOLDER… [--tracks 200] [--keep FILE] [--index query|full]

Takes audio files of 60 s or more (docs/benchmarks/fingerprints.md says where to get music), whose sound is different.
Each is changed in every way and looked up: once among all, where the first answer must be its track, and once where
the half that it is in is not indexed, where any answer is wrong. --keep remembers the fingerprints in a file. With
--index full excerpts are looked up as clips. The last line is JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import wave
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, cast

import av
import numpy as np
from fingerprint_identity import find
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from linernotes.domain.errors import LinernotesError
from linernotes.domain.identification import StoredFingerprint, TrackRef
from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.match.align import align
from linernotes.fingerprint.match.compare import score
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.query import extract_all, extract_query
from linernotes.fingerprint.values import WORD_SECONDS, Words
from linernotes.indexes.embedded import EmbeddedIndex
from linernotes.ports.fingerprints import Change
from linernotes.ports.identification import Tracks
from linernotes.usecases.identify.matching import Matcher
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.usecases.identify.values import Query

RATE = 44100
LONGEST = 160
"""Seconds of a file that are taken for the whole of it."""
MINUTE = round(60 / WORD_SECONDS)
HEARD = 130
"""Seconds that are changed for a look-up of AcoustID's kind, which hears 120."""
SHORTEST = 60.0
QUICKEST = {"libmp3lame": "9", "libopus": "0"}
"""The settings at which encoders take least care, and least time."""

Sound = NDArray[np.float32]


class Heard(NamedTuple):
    """A changed file: its fingerprint, its duration, and whether it may be from anywhere in the track."""

    words: Words
    duration: float


class Song(NamedTuple):
    """A file: its fingerprint of the first two minutes, that of all, its duration, and what became of it, by name."""

    name: str
    words: Words
    whole: Words
    duration: float
    changed: Mapping[str, Heard]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--index", choices=("query", "full"), default="query")
    args = parser.parse_args()
    songs = distinct(load(args.folder, args.keep, args.tracks, args.jobs))[: args.tracks]
    print(f"{len(songs)} tracks of {sum(song.duration for song in songs) / 3600:.1f} hours", flush=True)
    print(json.dumps(measure(songs, full=args.index == "full")))


def changes(sound: Sound) -> dict[str, Callable[[], tuple[io.BytesIO, float]]]:
    """Return each way to change stereo samples, as what makes the file and says its duration."""
    seconds = sound.shape[1] / RATE

    head = sound[:, : HEARD * RATE]

    def cut(start: float, length: float) -> tuple[io.BytesIO, float]:
        first = round(start * RATE)
        return wav(sound[:, first : first + round(length * RATE)]), min(length, seconds - start)

    def trimmed(start: float) -> tuple[io.BytesIO, float]:
        return cut(start, HEARD)[0], seconds - start

    found: dict[str, Callable[[], tuple[io.BytesIO, float]]] = {
        "same": lambda: (wav(head), seconds),
        "mp3 128k": lambda: (coded(head, "mp3", "libmp3lame", "s16p", RATE, 128), seconds),
        "mp3 64k": lambda: (coded(head, "mp3", "libmp3lame", "s16p", RATE, 64), seconds),
        "opus 32k": lambda: (coded(head, "ogg", "libopus", "s16", 48000, 32), seconds),
        "volume -20 dB": lambda: (wav(head * 0.1), seconds),
        "low-pass 4 kHz": lambda: (wav(low_pass(head, 4000)), seconds),
        "noise 10 dB": lambda: (wav(noisy(head, 10)), seconds),
        "trim 1 s": lambda: trimmed(1),
        "trim 3 s": lambda: trimmed(3),
        "trim 5 s": lambda: trimmed(5),
        "clip trim 15 s": lambda: cut(15, HEARD),
        "clip first 30 s": lambda: cut(0, 30),
    }
    for part in (0.25, 0.5, 0.7):
        for length in (10, 30):
            if part * seconds + length < seconds:
                found[f"clip {length} s at {part:.0%}"] = lambda p=part, n=length: cut(p * seconds, n)  # type: ignore[misc]
    return found


def low_pass(sound: Sound, hertz: float) -> Sound:
    """Return what is left below a frequency."""
    return sosfilt(butter(6, hertz, fs=RATE, output="sos"), sound).astype(np.float32)


def noisy(sound: Sound, decibels: float) -> Sound:
    """Add white noise that is so much weaker than the sound."""
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-decibels / 20)
    return (sound + np.random.default_rng(1).normal(0, level, sound.shape)).astype(np.float32)


def wav(sound: Sound) -> io.BytesIO:
    """Return samples as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(sound.shape[0])
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes((np.clip(sound.T, -1, 1) * 32767).astype("<i2").tobytes())
    file.seek(0)
    return file


def coded(sound: Sound, container: str, codec: str, form: str, rate: int, kilobits: int) -> io.BytesIO:
    """Return samples as a file of a codec that loses some."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, layout="stereo", format=form)
        stream.bit_rate = 1000 * kilobits
        stream.codec_context.options = {"compression_level": QUICKEST[codec]}
        stream.codec_context.open()
        resampler = av.AudioResampler(format=form, layout="stereo", rate=rate, frame_size=stream.frame_size or 4096)
        for first in range(0, sound.shape[1], RATE):
            piece = np.ascontiguousarray(sound[:, first : first + RATE])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
            frame.sample_rate = RATE
            for part in resampler.resample(frame):
                target.mux(stream.encode(part))
        for part in resampler.resample(None):
            target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    file.seek(0)
    return file


def decoded(path: Path) -> Sound:
    """Return the first minutes of a file in stereo."""
    parts: list[Sound] = []
    with av.open(str(path), metadata_errors="ignore") as source:
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time > LONGEST:
                break
            parts += [part.to_ndarray() for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)


def listen(path: Path) -> Song | None:
    """Return a file with all that it is changed into; nothing for what is too short or cannot be read."""
    try:
        sound = decoded(path)
        if sound.shape[1] < SHORTEST * RATE:
            return None
        first, whole = extract(wav(sound), length=120), extract(wav(sound), length=0)
        heard = {}
        for name, make in changes(sound).items():
            file, seconds = make()
            found = extract(file, length=0 if name.startswith("clip") else 120)
            heard[name] = Heard(found.words, seconds)
    except (LinernotesError, OSError, av.FFmpegError) as exc:
        print(f"{path.name}: {exc}", flush=True)
        return None
    return Song(str(path), first.words, whole.words, sound.shape[1] / RATE, heard)


def load(folders: list[Path], keep: Path | None, tracks: int, jobs: int) -> list[Song]:
    """Return the songs, from the file that remembers them if it is there."""
    if keep is not None and keep.is_file():
        return remembered(keep)
    paths = find(folders, 800_000)
    paths = paths[:: max(1, len(paths) // (2 * tracks))]
    with ProcessPoolExecutor(jobs) as pool:
        songs = []
        for song in pool.map(listen, paths):
            if song is not None:
                songs.append(song)
                print(f"\r{len(songs)} of {len(paths)}", end="", flush=True)
    print()
    if keep is not None:
        remember(keep, songs)
    return songs


def remember(path: Path, songs: Sequence[Song]) -> None:
    """Write songs down."""
    arrays: dict[str, Any] = {}
    listing = []
    for number, song in enumerate(songs):
        arrays |= {f"{number}/first": song.words, f"{number}/whole": song.whole}
        arrays |= {f"{number}/{name}": heard.words for name, heard in song.changed.items()}
        durations = {name: heard.duration for name, heard in song.changed.items()}
        listing.append({"name": song.name, "duration": song.duration, "changed": durations})
    np.savez_compressed(path, listing=np.array(json.dumps(listing)), **arrays)


def remembered(path: Path) -> list[Song]:
    """Return the songs that were written down."""
    with np.load(path) as file:
        songs = []
        for number, row in enumerate(json.loads(str(file["listing"]))):
            changed = {name: Heard(file[f"{number}/{name}"], seconds) for name, seconds in row["changed"].items()}
            songs.append(Song(row["name"], file[f"{number}/first"], file[f"{number}/whole"], row["duration"], changed))
    return songs


def distinct(songs: Sequence[Song]) -> list[Song]:
    """Leave out songs that sound like an earlier one: packages hold the same music, and versions of it, several times.

    Two are the same if AcoustID's score is above 0.3, or if a minute or more of one lies in the other.
    """
    kept: list[Song] = []
    for song in songs:
        if extract_query(song.words).size >= 80 and not any(alike(song, other) for other in kept):
            kept.append(song)
    return kept


def alike(song: Song, other: Song) -> bool:
    """Whether two songs share so much that it cannot be chance."""
    found = align(song.words, other.whole)
    return score(song.words, other.words) > 0.3 or (found is not None and found.overlap > MINUTE)


class Shelf:
    """Songs as the port `Tracks` gives them, as far as matching asks; they are numbered from 1."""

    remote = False

    def __init__(self, songs: Mapping[int, Song], *, full: bool) -> None:
        """Keep songs by number, and index them."""
        directory = MemoryDirectory()
        self._index = Index.open(directory)
        self.index = EmbeddedIndex(index=self._index)
        hashes = extract_all if full else extract_query
        self._stored = {}
        changes = []
        for number, song in songs.items():
            words = song.whole if full else song.words
            track = TrackRef(number, str(number))
            self._stored[number] = StoredFingerprint(number, track, int(song.duration), pack(words))
            changes.append(Change(number, hashes(words).tolist()))
        self.index.apply(changes)
        self._index.flush()

    def fingerprints(self, ids: Sequence[int], *, shortest: int = 0, longest: int = 1 << 31) -> list[StoredFingerprint]:
        """Return those of a duration within bounds, by id."""
        found = [self._stored[number] for number in sorted(ids)]
        return [one for one in found if shortest <= one.duration <= longest]

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()


def measure(songs: Sequence[Song], *, full: bool) -> dict[str, object]:
    """Return, for each change, the share named rightly among all, and the share named at all in the other half."""
    everything = dict(enumerate(songs, start=1))
    right = answered(everything, everything, full=full)
    halves = [{n: song for n, song in everything.items() if n % 2 == half} for half in (0, 1)]
    wrong = answered(halves[0], halves[1], full=full) + answered(halves[1], halves[0], full=full)
    figures: dict[str, object] = {"tracks": len(songs), "index": "full" if full else "query"}
    for name in dict.fromkeys(change for change, *_ in right):
        first = [best == number for change, number, best in right if change == name]
        false = [best is not None for change, _, best in wrong if change == name]
        print(f"{name:18} {np.mean(first):8.2%} of {len(first)}   wrong {np.mean(false):7.3%} of {len(false)}")
        figures[name] = [round(float(np.mean(first)), 4), len(first)]
    false = [best is not None for _, _, best in wrong]
    figures["wrong when absent"] = [round(float(np.mean(false)), 5), len(false)]
    others = [best not in {None, number} for _, number, best in right]
    figures["wrong when present"] = [round(float(np.mean(others)), 5), len(others)]
    return figures


def answered(
    asked: Mapping[int, Song], indexed: Mapping[int, Song], *, full: bool
) -> list[tuple[str, int, int | None]]:
    """Look every change of some songs up among others; return change, song, and the first answer."""
    shelf = Shelf(indexed, full=full)
    settings = IdentificationSettings(index="full" if full else "query")
    matcher = Matcher(tracks=cast(Tracks, shelf), index=lambda: shelf.index, settings=settings)
    found = []
    for number, song in asked.items():
        for name, heard in song.changed.items():
            if heard.words.size:
                clip = full and name.startswith("clip")
                query = Query(heard.words, int(heard.duration), clip=clip)
                (matches,) = matcher.find([query], limit=1)
                found.append((name, number, matches[0].track.id if matches else None))
    shelf.close()
    return found


if __name__ == "__main__":
    main()
