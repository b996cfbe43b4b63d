"""Writes a synthetic catalogue as the three archives of a MusicBrainz export."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from linernotes.domain.errors import Conflict, Invalid
from linernotes.dumps.sample.archive import ArchiveWriter, Pipeline, gather
from linernotes.dumps.sample.artists import ArtistTables
from linernotes.dumps.sample.catalogue import make_catalogue
from linernotes.dumps.sample.changes import tell_changes
from linernotes.dumps.sample.context import SEQUENCE, Archive, Context, Table
from linernotes.dumps.sample.covers import CoverTables
from linernotes.dumps.sample.draws import Draws
from linernotes.dumps.sample.edits import make_edits
from linernotes.dumps.sample.fixed import fixed_tables
from linernotes.dumps.sample.labels import LabelTables
from linernotes.dumps.sample.links import LinkTables
from linernotes.dumps.sample.names import Names
from linernotes.dumps.sample.plan import plan
from linernotes.dumps.sample.recordings import RecordingTables
from linernotes.dumps.sample.relations import make_link_ids
from linernotes.dumps.sample.releases import ReleaseTables
from linernotes.dumps.sample.series import SeriesTables
from linernotes.dumps.sample.tags import genres_and_tags
from linernotes.dumps.sample.urls import UrlTables, url_types
from linernotes.dumps.sample.works import WorkTables
from linernotes.ports.progress import NoProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linernotes.ports.progress import Progress

FILES: dict[Archive, str] = {
    "core": "mbdump.tar.bz2",
    "derived": "mbdump-derived.tar.bz2",
    "cover-art": "mbdump-cover-art-archive.tar.bz2",
}
CHANGES = "changes.json"
_FIRST_EXPORT = datetime(2026, 9, 5, tzinfo=UTC)
_FIRST_REPLICATION = 190_000
_PACKETS_A_DAY = 24
# Small enough for the second-level cache, large enough to forget what a numpy call costs.
_CHUNK_ROWS = 16_384


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which sample: its size, its seed, and how many sets of edits came after its first state."""

    scale: float
    seed: int = 1
    evolve: int = 0

    @property
    def exported(self) -> datetime:
        """Time of the export; each set of edits is a day's."""
        return _FIRST_EXPORT + timedelta(days=self.evolve)

    @property
    def replication(self) -> int:
        """Replication sequence of the export."""
        return _FIRST_REPLICATION + self.evolve * _PACKETS_A_DAY


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: row counts by table, sizes in bytes by file."""

    scale: float
    seed: int
    evolve: int
    rows: int
    text_bytes: int
    seconds: float
    tables: dict[str, int]
    files: dict[str, int]


def plan_sample(wanted: Wanted) -> dict[str, int]:
    """Return the number of rows of every table that would be written; edits may take a few away.

    Raises Invalid for a scale out of range or more edits than the scale bears.
    """
    return {table.name: table.rows for table in _tables(_context(wanted), wanted)}


def write_sample(folder: Path, wanted: Wanted, *, force: bool = False, progress: Progress | None = None) -> Summary:
    """Write the three archives of a sample into `folder`, which is made when it is not there.

    The same wish gives the same bytes. With edits, changes.json beside the archives names what the last set changed.
    Raises Conflict when an archive exists and `force` is not set, Invalid as `plan_sample` does.
    """
    begin = perf_counter()
    paths = {archive: folder / name for archive, name in FILES.items()}
    existing = [path.name for path in paths.values() if path.exists()]
    if existing and not force:
        raise Conflict(f"{folder} already holds {', '.join(existing)}", hint="Choose another folder, or use --force.")
    context = _context(wanted)
    tables = _tables(context, wanted)
    folder.mkdir(parents=True, exist_ok=True)
    work = _Work(wanted, progress or NoProgress())
    work.write(paths, tables)
    _write_changes(folder / CHANGES, context, wanted)
    return Summary(
        scale=wanted.scale,
        seed=wanted.seed,
        evolve=wanted.evolve,
        rows=sum(work.rows.values()),
        text_bytes=work.text_bytes,
        seconds=round(perf_counter() - begin, 2),
        tables=work.rows,
        files={path.name: path.stat().st_size for path in paths.values()},
    )


def _context(wanted: Wanted) -> Context:
    if not -(2**63) <= wanted.seed < 2**63:
        raise Invalid("the seed must fit into 64 bits")
    draws = Draws(wanted.seed)
    base = make_catalogue(plan(wanted.scale), draws)
    catalogue, edits = make_edits(base, draws, wanted.evolve)
    return Context(draws=draws, names=Names(draws), catalogue=catalogue, edits=edits)


def _tables(context: Context, wanted: Wanted) -> list[Table]:
    """Describe every table that has rows, in the order in which they are written."""
    releases = ReleaseTables(context)
    links = make_link_ids(url_types())
    found = [
        *fixed_tables(context, f"{wanted.exported:%Y-%m-%d %H:%M:%S}+00", wanted.replication),
        *genres_and_tags(context),
        *ArtistTables(context).tables(),
        *releases.tables(),
        *RecordingTables(context, releases).tables(),
        *WorkTables(context).tables(),
        *LabelTables(context).tables(),
        *LinkTables(context, links).tables(),
        *UrlTables(context, links).tables(),
        *SeriesTables(context, links).tables(),
        *CoverTables(context, releases).tables(),
    ]
    order = list(FILES)
    return sorted((table for table in found if table.rows), key=lambda table: (order.index(table.archive), table.name))


def _write_changes(path: Path, context: Context, wanted: Wanted) -> None:
    """Write what the last set of edits changed, or remove what an earlier run left."""
    if not wanted.evolve:
        path.unlink(missing_ok=True)
        return
    part = path.with_name(path.name + ".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(tell_changes(context, wanted.evolve))) + b"\n")
    part.replace(path)


class _Work:
    """One run: writes tables and counts what it wrote."""

    def __init__(self, wanted: Wanted, progress: Progress) -> None:
        self.rows: dict[str, int] = {}
        self.text_bytes = 0
        self._wanted = wanted
        self._progress = progress

    def write(self, paths: dict[Archive, Path], tables: list[Table]) -> None:
        """Write the archives; none gets its name before all are complete."""
        when = int(self._wanted.exported.timestamp())
        with ThreadPoolExecutor(os.cpu_count()) as pool, ExitStack() as stack:
            pipeline = Pipeline(pool)
            for archive, path in paths.items():
                writer = stack.enter_context(ArchiveWriter(path, pipeline=pipeline, when=when))
                self._fill(writer, path.name, [table for table in tables if table.archive == archive])
            pipeline.finish()

    def _fill(self, writer: ArchiveWriter, phase: str, tables: list[Table]) -> None:
        self._progress.start(phase, total=sum(table.rows for table in tables), unit="rows")
        for name, content in _heads(self._wanted):
            writer.add(name, content)
        for table in tables:
            writer.add_table(f"mbdump/{table.name}", gather(self._chunks(table, phase)))
        self._progress.finish(phase)

    def _chunks(self, table: Table, phase: str) -> Iterator[bytearray]:
        step = max(1, _CHUNK_ROWS * table.units // table.rows)
        self.rows[table.name] = 0
        for low in range(1, table.units + 1, step):
            text = table.text(low, min(table.units + 1, low + step))
            rows = text.count(b"\n")
            self.rows[table.name] += rows
            self.text_bytes += len(text)
            self._progress.advance(phase, rows)
            yield text


def _heads(wanted: Wanted) -> list[tuple[str, bytes]]:
    """Return the members that come before the tables in every archive."""
    return [
        ("TIMESTAMP", f"{wanted.exported:%Y-%m-%d %H:%M:%S.%f}+00\n".encode()),
        ("COPYING", b"Made-up data in the shape of a MusicBrainz export: CC0 1.0.\n"),
        ("README", b"A synthetic catalogue: every artist, title and identifier in it is invented.\n"),
        ("REPLICATION_SEQUENCE", f"{wanted.replication}\n".encode()),
        ("SCHEMA_SEQUENCE", f"{SEQUENCE}\n".encode()),
    ]
