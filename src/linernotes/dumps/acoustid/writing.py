"""Writes rows into files as AcoustID publishes them: a folder per month, a gzip file per day and stream, a listing."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import msgspec

from linernotes.dumps.acoustid.files import file_name
from linernotes.dumps.acoustid.rows import write_row
from linernotes.ports.public_data import PublicRow, Stream

LISTING = "index.json"
_FIRST_DAY = date(1970, 1, 1)
_LEVEL = 6
_TOLD_EVERY = 1000


def write_days(
    folder: Path, stream: Stream, rows: Iterable[tuple[int, PublicRow]], *, advance: Callable[[int], None]
) -> Iterator[Path]:
    """Write rows, which come by day, and yield each file once it is whole, in the place of one of the same name.

    The same rows make the same bytes. ``advance`` hears of how many rows were written. Raises ``OSError``.
    """
    for number, of_day in groupby(rows, key=itemgetter(0)):
        day = _FIRST_DAY + timedelta(days=number)
        path = folder / f"{day:%Y}" / f"{day:%Y-%m}" / file_name(day, stream)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without a name or a time inside, equal rows make equal files.
        with whole(path) as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            for count, (_, row) in enumerate(of_day, 1):
                packed.write(write_row(stream, row))
                if count % _TOLD_EVERY == 0:
                    advance(_TOLD_EVERY)
            advance(count % _TOLD_EVERY)
        yield path


def write_listing(folder: Path) -> None:
    """List the data files of a month's folder, by name, with their sizes in bytes, in its ``index.json``."""
    files = sorted(folder.glob("*.jsonl.gz"))
    listed = [{"name": file.name, "size": file.stat().st_size} for file in files]
    with whole(folder / LISTING) as output:
        output.write(msgspec.json.encode(listed) + b"\n")


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name, and another's place, only when all is in it and on the disk."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
