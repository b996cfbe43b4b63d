"""Writes songs of a sample into a folder. The same sample and length give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np

from linernotes.domain.errors import Conflict
from linernotes.dumps.sample.audio.filing import file_all, tags_of
from linernotes.dumps.sample.audio.flac import write_flac
from linernotes.dumps.sample.audio.songs import SHORT_SECONDS, Song, choose_songs
from linernotes.dumps.sample.audio.synthesis import RATE, play
from linernotes.dumps.sample.generate import Wanted
from linernotes.ports.progress import NoProgress, Progress

PHASE = "songs"
_UNKNOWN_SECONDS = 120


class Planned(msgspec.Struct, frozen=True):
    """A song, where it goes in its folder, and how many seconds its file lasts."""

    path: str
    seconds: float
    song: Song


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was written into which folder, in how many seconds."""

    folder: str
    bytes: int
    seconds: float
    files: tuple[Planned, ...]


def plan_songs(wanted: Wanted, count: int, *, longest: float = SHORT_SECONDS) -> tuple[Planned, ...]:
    """Say which songs would be written, cut to at most `longest` seconds. Raises as `choose_songs` does."""
    return tuple(
        Planned(str(path), min(_length(song), longest), song) for path, song in file_all(choose_songs(wanted, count))
    )


def refuse_existing(folder: Path, planned: Iterable[Planned]) -> None:
    """Raise Conflict when one of the files is there."""
    there = [song.path for song in planned if (folder / song.path).exists()]
    if there:
        more = f" and {len(there) - 1} more songs" if len(there) > 1 else ""
        raise Conflict(f"{folder} already holds {there[0]}{more}", hint="Choose another folder, or use --force.")


def write_songs(
    folder: Path, planned: Sequence[Planned], *, force: bool = False, progress: Progress | None = None
) -> Written:
    """Write songs below `folder`, which is made when it is not there; a file gets its name when it is complete.

    Raises Conflict when a file exists and `force` is not set, or when something else is in the way, and Unavailable
    when a file cannot be written.
    """
    begin = perf_counter()
    if not force:
        refuse_existing(folder, planned)
    shown = progress or NoProgress()
    shown.start(PHASE, total=len(planned), unit="songs")
    size = 0
    for one in planned:
        size += _write(folder / one.path, one)
        shown.advance(PHASE, 1)
    shown.finish(PHASE)
    return Written(folder=str(folder), bytes=size, seconds=round(perf_counter() - begin, 2), files=tuple(planned))


def _write(path: Path, planned: Planned) -> int:
    """Write one song and return its bytes."""
    _make_room(path)
    samples = play(_dice(planned.song), _length(planned.song), longest=planned.seconds)
    part = path.with_name(path.name + ".part")
    try:
        write_flac(part, samples, rate=RATE, tags=tags_of(planned.song))
        size = part.stat().st_size
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as exc:
        raise Conflict(f"{exc.filename} is a file where a folder is needed", hint="Choose another folder.") from exc
    if path.is_dir():
        raise Conflict(f"{path} is a folder where a song is to go", hint="Choose another folder.")


def _length(song: Song) -> float:
    return song.length / 1000 or _UNKNOWN_SECONDS


def _dice(song: Song) -> np.random.Generator:
    """Return what decides how a song sounds: its recording alone, so that it is the same however it is asked for."""
    return np.random.default_rng(int.from_bytes(blake2b(song.recording.encode(), digest_size=16).digest()))
