"""Made-up tracks for the benchmarks of identification, written straight into a state and fed to its index.

    python benchmarks/identify_corpora.py DATA [--tracks 1000000]

DATA is a data folder with an imported catalogue and without tracks. Track n has one fingerprint of 948 words, of which
one differs from the next in four bits as music's do, and is linked to a recording of the catalogue. Block b is the
same in every process. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linernotes.app.config import load
from linernotes.app.identifying_here import open_identification
from linernotes.app.stores import open_stores, state_place
from linernotes.domain.identification import FIRST_LOCAL_ID
from linernotes.fingerprint.codec_fast import encode
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import Words

BLOCK = 1000
LENGTH = 948
DURATIONS = (120, 420)
Blocks = NDArray[np.uint32]


def main() -> None:
    """Write, feed, and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    args = parser.parse_args()
    settings = load(flags={"data_dir": args.data}).settings
    open_stores(settings).close()
    begun = time.process_time()
    with contextlib.closing(sqlite3.connect(str(state_place(settings)))) as connection:
        for block in range(args.tracks // BLOCK):
            write(connection, block, recordings(args.data))
    written = time.process_time() - begun
    begun = time.process_time()
    asyncio.run(feed(settings))
    fed = time.process_time() - begun
    print(json.dumps({"tracks": args.tracks, "written_cpu_seconds": round(written), "fed_cpu_seconds": round(fed)}))


async def feed(settings: object) -> None:
    """Have the index follow."""
    async with open_identification(settings) as here:  # type: ignore[arg-type]
        assert here.importer is not None, "another process has the index"


def words_of(block: int) -> Blocks:
    """Return the fingerprints of a block, one a row."""
    rng = np.random.default_rng([block, 7])
    draw = rng.integers(0, 1 << 32, (3, BLOCK, LENGTH), dtype=np.uint32)
    steps = draw[0] & draw[1] & draw[2]
    steps[:, 0] = draw[0, :, 0]
    return np.bitwise_xor.accumulate(steps, axis=1)


def durations_of(block: int) -> list[int]:
    """Return the durations in seconds of a block's files."""
    found: list[int] = np.random.default_rng([block, 8]).integers(*DURATIONS, BLOCK).tolist()
    return found


def heard(words: Words, rng: np.random.Generator, *, errors: float = 0.02) -> str:
    """Return a fingerprint's text as another encoding of the file gives it: this share of its bits differs."""
    mask = np.zeros(words.size, np.uint32)
    for bit in range(32):
        mask |= (rng.random(words.size) < errors).astype(np.uint32) << np.uint32(bit)
    return encode(words ^ mask)


_recordings: dict[Path, list[bytes]] = {}


def recordings(data: Path) -> list[bytes]:
    """Return the MBIDs of the catalogue's recordings, raw."""
    if data not in _recordings:
        from linernotes.stores.sqlite.schema import RECORDINGS, path_of

        build = data / "catalogue" / (data / "catalogue/current").read_text().strip()
        with contextlib.closing(sqlite3.connect(path_of(build, RECORDINGS))) as connection:
            _recordings[data] = [mbid for (mbid,) in connection.execute("SELECT mbid FROM recording ORDER BY mbid")]
    return _recordings[data]


def write(connection: sqlite3.Connection, block: int, linked: list[bytes]) -> None:
    """Write a block of tracks with fingerprints, links and lines of the change log."""
    rows = words_of(block)
    rng = np.random.default_rng([block, 9])
    ids = [FIRST_LOCAL_ID + block * BLOCK + at for at in range(BLOCK)]
    gids = [rng.bytes(16) for _ in ids]
    now = 1_790_000_000_000
    with connection:
        connection.executemany(
            "INSERT INTO acoustid_track (id, gid, created) VALUES (?, ?, ?)",
            zip(ids, gids, [now] * BLOCK, strict=True),
        )
        connection.executemany(
            "INSERT INTO acoustid_fingerprint (id, track, duration, submission_count, format, created, words)"
            " VALUES (?, ?, ?, 1, '', ?, ?)",
            (
                (id_, id_, duration, now, pack(words))
                for id_, duration, words in zip(ids, durations_of(block), rows, strict=True)
            ),
        )
        connection.executemany(
            "INSERT INTO acoustid_fingerprint_change (fingerprint) VALUES (?)", ((id_,) for id_ in ids)
        )
        connection.executemany(
            "INSERT INTO acoustid_track_mbid (track, value, submission_count, disabled, created)"
            " VALUES (?, ?, 1, FALSE, ?)",
            ((id_, mbid, now) for id_, mbid in zip(ids, _cycled(linked, block), strict=True)),
        )


def _cycled(linked: list[bytes], block: int) -> Iterator[bytes]:
    for at in range(BLOCK):
        yield linked[(block * BLOCK + at) * 7919 % len(linked)]


if __name__ == "__main__":
    main()
