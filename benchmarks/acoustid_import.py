"""What loading AcoustID's public data costs: `python benchmarks/acoustid_import.py [ROWS [FINGERPRINTS]]`.

Makes up files of so many rows for each stream (1,000,000, and 50,000 fingerprints of 900 words) and loads them into
SQLite. Prints for each the size of the file, rows per CPU-second, and what the database grew by; the last line is the
published figure.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

import numpy as np

from linernotes.app.importing.acoustid import Loading, plan_import
from linernotes.domain.identification import UserMetadata
from linernotes.dumps.acoustid.files import find_files
from linernotes.dumps.acoustid.rows import write_row
from linernotes.fingerprint.packed import pack
from linernotes.ports.progress import NoProgress
from linernotes.ports.public_data import FingerprintRow, LinkRow, MetaRow, PlaceRow, PublicRow, Stream, TrackRow
from linernotes.stores.sql import SqlState, open_state

CREATED = 1_795_000_000_000
WORDS = 900
CHANGED_BITS = 4
"""Of neighbouring words: 2.8 bytes a word, a little more than music has."""


def main() -> None:
    """Load each stream into one new database, and measure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    prints = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    figures = {}
    with tempfile.TemporaryDirectory(prefix="linernotes-acoustid-", dir="/var/tmp") as name:
        folder = Path(name)
        with closing(open_state(folder / "state.sqlite")) as state:
            for stream in Stream:
                count = prints if stream is Stream.FINGERPRINT else rows
                figures[stream] = _measure(state, folder, stream, count)
    slowest = min(rate for stream, rate in figures.items() if stream is not Stream.FINGERPRINT)
    print(f"{figures[Stream.FINGERPRINT]:,.0f} fingerprints, and at least {slowest:,.0f} other rows, per CPU-second")


def _measure(state: SqlState, folder: Path, stream: Stream, count: int) -> float:
    path = folder / f"2026-11-21-{stream.value}.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.writelines(write_row(stream, row) for row in _rows(stream, count))
    size = path.stat().st_size
    before = _database_size(folder)
    wall, cpu = perf_counter(), process_time()
    Loading(data=state.public_data, progress=NoProgress()).run(plan_import(find_files([path]).files, state.public_data))
    cpu, wall = process_time() - cpu, perf_counter() - wall
    grown = _database_size(folder) - before
    path.unlink()
    said = f"{stream.value}: {count:,} rows, {size / count:,.0f} bytes a row in the file, {grown / count:,.0f} on disk"
    print(f"{said}; {wall:,.1f} s, {cpu:,.1f} s of CPU, {count / cpu:,.0f} rows per CPU-second", flush=True)
    return count / cpu


def _database_size(folder: Path) -> int:
    """Return the pages in use, whether they are in the file or in the log before it."""
    import sqlite3

    with closing(sqlite3.connect(folder / "state.sqlite")) as database:
        pages, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


def _rows(stream: Stream, count: int) -> Iterator[PublicRow]:
    rng = np.random.default_rng(list(Stream).index(stream))
    tracks = rng.integers(1, count + 1, count)
    for id_, track in enumerate(tracks.tolist(), 1):
        match stream:
            case Stream.TRACK:
                yield TrackRow(id_, _uuid(rng), None, CREATED)
            case Stream.META:
                said = UserMetadata(
                    track=f"Song number {id_}", artist=f"Artist {track}", album=f"Album {id_ // 10}", year=1999
                )
                yield MetaRow(id_, said, CREATED)
            case Stream.FINGERPRINT:
                yield FingerprintRow(id_, _packed(rng), 200, CREATED)
            case Stream.TRACK_FINGERPRINT:
                yield PlaceRow(id_, id_, 2, CREATED)
            case Stream.TRACK_META:
                yield LinkRow(id_, track, id_, 1, disabled=False, created=CREATED)
            case _:
                yield LinkRow(id_, track, _uuid(rng), 2, disabled=False, created=CREATED)


def _uuid(rng: np.random.Generator) -> str:
    return str(UUID(bytes=rng.bytes(16)))


def _packed(rng: np.random.Generator) -> bytes:
    bits = np.left_shift(np.uint32(1), rng.integers(0, 32, (CHANGED_BITS, WORDS), dtype=np.uint32))
    return pack(np.bitwise_xor.accumulate(np.bitwise_or.reduce(bits)))


if __name__ == "__main__":
    main()
