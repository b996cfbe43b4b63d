"""The files of AcoustID's public data: their names, and which of them some paths lead to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from linernotes.domain.errors import Invalid
from linernotes.ports.public_data import Stream

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([A-Za-z0-9_]{1,60}-update)\.jsonl(?:\.gz)?", re.ASCII)
_STREAMS = {stream.value: stream for stream in Stream}
_ORDER = {stream: place for place, stream in enumerate(Stream)}
_HINT = "Files are called 2026-11-21-track-update.jsonl.gz; give such files, or folders of them."


class DataFile(msgspec.Struct, frozen=True):
    """One file: the rows of a stream that were made or changed on a day. ``modified`` is in unix nanoseconds."""

    path: Path
    day: date
    stream: Stream
    size: int
    modified: int


class Found(msgspec.Struct, frozen=True):
    """What some paths lead to: files in the order in which they are to be loaded, and those of streams not known."""

    files: tuple[DataFile, ...]
    unknown: tuple[Path, ...]


def file_name(day: date, stream: Stream) -> str:
    """Return what AcoustID calls the file, gzip, of a day and stream."""
    return f"{day.isoformat()}-{stream.value}.jsonl.gz"


def find_files(paths: Iterable[Path]) -> Found:
    """Return the files that paths name, and those in and below folders that are named, by day and then by stream.

    Raises ``Invalid`` for a path that is none, a file of another name, and a folder without any.
    """
    found: dict[Path, DataFile] = {}
    unknown: dict[Path, None] = {}
    for path in paths:
        any_here = False
        for each in _files_at(path):
            named = _read_name(each.name)
            if named is None:
                continue
            any_here = True
            day, stream = named
            if stream is None:
                unknown[each] = None
            else:
                seen = each.stat()
                found[each.resolve()] = DataFile(each, day, stream, seen.st_size, seen.st_mtime_ns)
        if not any_here:
            raise Invalid(f"{path}: no data of AcoustID's here", hint=_HINT)
    ordered = sorted(found.values(), key=lambda file: (file.day, _ORDER[file.stream], file.path))
    return Found(tuple(ordered), tuple(sorted(unknown)))


def _files_at(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for folder, _, names in os.walk(path, onerror=_raise):
            yield from (Path(folder, name) for name in names)
    elif path.exists():
        yield path
    else:
        raise Invalid(f"{path}: no such file or folder")


def _raise(error: OSError) -> None:
    raise error


def _read_name(name: str) -> tuple[date, Stream | None] | None:
    """Return the day and stream (None for one that is not known), or None for no name of such a file."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1]), _STREAMS.get(match[2])
    except ValueError:  # no such day
        return None
