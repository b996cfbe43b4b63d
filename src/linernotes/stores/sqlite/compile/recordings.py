"""``recordings.sqlite``: recordings, and every other name that leads to something."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from linernotes.domain.ids import Kind, catalog_number_key
from linernotes.ports.ingest import RecordingEntry, StagedCatalogue, StagedIdentifiers
from linernotes.ports.progress import Progress
from linernotes.stores.sqlite import schema
from linernotes.stores.sqlite.compile.documents import Row, fill

PHASE, LOOK_UPS = "recordings", "look-ups"
_encode = msgspec.msgpack.Encoder().encode


def compile_recordings(
    staged: StagedCatalogue, identifiers: StagedIdentifiers, build: Path, progress: Progress
) -> dict[str, int]:
    """Write the file and return the rows by kind."""
    tables = _tables(staged, identifiers)
    sizes = staged.sizes()
    counts = {}
    with schema.created(build, schema.RECORDINGS) as con:
        for phase, total in ((PHASE, sizes.recordings), (LOOK_UPS, sizes.names)):
            progress.start(phase, total=total, unit="rows")
            for name, (sql, rows) in tables.items():
                if (name == "recording") == (phase == PHASE):
                    counts[name] = fill(con, sql, rows, partial(progress.advance, phase))
            progress.finish(phase)
    # The track table holds merged MBIDs too, and they are no tracks of their own.
    return {"recording": counts["recording"], "track": sizes.tracks, "isrc": counts["isrc"]}


def _tables(staged: StagedCatalogue, names: StagedIdentifiers) -> dict[str, tuple[str, Iterator[Row]]]:
    """Return for each table its insertion and its rows; nothing is read before the rows are."""
    pair, triple = "VALUES (?, ?)", "VALUES (?, ?, ?)"
    return {
        "recording": (f"INSERT INTO recording {pair}", map(_recording, staged.recordings())),
        "track": (f"INSERT OR IGNORE INTO track {pair}", names.tracks()),
        "merged_recording": (f"INSERT OR IGNORE INTO merged_recording {pair}", names.merged_recordings()),
        "release_group_key": (f"INSERT OR IGNORE INTO release_group_key {pair}", names.keys(Kind.RELEASE_GROUP)),
        "release_key": (f"INSERT OR IGNORE INTO release_key {pair}", names.keys(Kind.RELEASE)),
        "isrc": (f"INSERT INTO isrc {pair}", names.isrcs()),
        "barcode": (f"INSERT INTO barcode {pair}", names.barcodes()),
        "catalog_number": (f"INSERT OR IGNORE INTO catalog_number {pair}", _catalog_numbers(names)),
        "disc_id": (f"INSERT INTO disc_id {pair}", names.disc_ids()),
        "url": (f"INSERT INTO url {triple}", names.urls()),
        "recording_url": (f"INSERT INTO recording_url {pair}", names.recording_urls()),
    }


def _recording(entry: RecordingEntry) -> Row:
    return entry.mbid, _encode((entry.places, entry.facts))


def _catalog_numbers(names: StagedIdentifiers) -> Iterator[Row]:
    for printed, release in names.catalog_numbers():
        key = catalog_number_key(printed)
        if key:
            yield key, release
