"""A dump on its way into the catalogue: unpacked, checked and staged in one DuckDB file in the work folder.

Nothing here touches the live catalogue. Whatever goes wrong, the work folder can be thrown away.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from importlib import resources
from pathlib import Path
from typing import IO

import duckdb
import msgspec

from linernotes.domain.catalogue import Layer
from linernotes.domain.errors import Corrupt, Invalid
from linernotes.dumps.faults import staging_fault
from linernotes.dumps.loading import create_empty, load_table
from linernotes.dumps.schema import known_sequences
from linernotes.dumps.sources import CHUNK, DumpFacts, Source, TableStream, reason
from linernotes.dumps.tables import Table, needed_tables
from linernotes.ports.progress import Progress

_TRACK = "track"
_LOADED_AFTER_PLACES = (_TRACK,)


class Staged(msgspec.Struct, frozen=True):
    """A staged dump: the database file, and what is known of the dump as a whole."""

    file: Path
    facts: DumpFacts
    layers: tuple[Layer, ...]
    replication_date: str | None
    rows: dict[str, int]


def common_facts(sources: list[Source]) -> DumpFacts:
    """Read every source's facts and make sure that they belong together.

    Raises ``Invalid`` for a schema sequence that is not known and for archives of different exports.
    """
    facts = {source.name: source.facts() for source in sources}
    for name, one in facts.items():
        if one.schema_sequence not in known_sequences():
            known = ", ".join(map(str, known_sequences()))
            raise Invalid(
                f"{name}: schema sequence {one.schema_sequence} is not known; this version reads {known}",
                hint="A newer linernotes may read it.",
            )
    if len(set(facts.values())) > 1:
        said = "; ".join(f"{name}: {one.timestamp}, sequence {one.replication_sequence}" for name, one in facts.items())
        raise Invalid(f"the archives are of different exports ({said})", hint="Take all of them from one folder.")
    return next(iter(facts.values()))


class Stager:
    """Unpacks sources and stages their tables; a table is loaded while the next one is unpacked."""

    def __init__(
        self, work: Path, *, layers: frozenset[Layer], memory_mb: int, threads: int, progress: Progress
    ) -> None:
        """Open an empty staging database in ``work``."""
        self._work = work
        self._wanted = {name: table for name, table in needed_tables().items() if table.layer in layers}
        self._progress = progress
        self._rows: dict[str, int] = {}
        self._from: dict[str, str] = {}
        self._con = duckdb.connect(str(work / "staging.duckdb"))
        self._con.execute("SET threads = ?", [threads])
        self._con.execute("SET memory_limit = ?", [f"{memory_mb}MB"])
        self._con.execute("SET temp_directory = ?", [str(work / "spill")])
        self._con.execute("SET preserve_insertion_order = false")
        (work / "tables").mkdir()

    def stage(self, sources: list[Source]) -> Staged:
        """Do all of it. Raises ``Corrupt``, ``Invalid`` or ``Unavailable`` (disk full, out of memory)."""
        facts = common_facts(sources)
        try:
            self._unpack(sources, facts.schema_sequence)
            self._fill_gaps()
            self._join(facts.schema_sequence)
            return self._sealed(facts)
        except (duckdb.Error, OSError) as exc:
            raise staging_fault(exc) from exc
        except RuntimeError as exc:
            if "interrupted" in str(exc):  # DuckDB's word for Ctrl-C
                raise KeyboardInterrupt from exc
            raise
        finally:
            self._con.close()

    def _unpack(self, sources: list[Source], sequence: int) -> None:
        with ThreadPoolExecutor(1) as loader:
            waiting: list[Future[None]] = []
            for source in sources:
                phase = f"read {source.name}"
                self._progress.start(phase, total=source.size, unit="bytes")
                for name, stream in source.tables(partial(self._progress.advance, phase)):
                    if name in self._wanted:
                        self._spool(name, stream, source.name)
                        if name not in _LOADED_AFTER_PLACES:
                            waiting.append(loader.submit(self._load, self._wanted[name], sequence))
                    for done in [one for one in waiting if one.done()]:
                        waiting.remove(done)
                        done.result()
                self._progress.finish(phase)
            for one in waiting:
                one.result()

    def _spool(self, name: str, stream: TableStream, archive: str) -> None:
        if name in self._from:
            raise Invalid(f"table {name} is in {self._from[name]} and in {archive}", hint="Give each archive once.")
        self._from[name] = archive
        with self._spooled(name).open("wb") as out:
            lines = _copy(stream, out, f"{archive}: table {name}")
        self._rows[name] = lines

    def _spooled(self, name: str) -> Path:
        return self._work / "tables" / name

    def _load(self, table: Table, sequence: int) -> None:
        file = self._spooled(table.name)
        found = load_table(self._con.cursor(), table, file, sequence=sequence, archive=self._from[table.name])
        if found != self._rows[table.name]:
            raise Corrupt(
                f"{self._from[table.name]}: table {table.name} has {self._rows[table.name]} lines but {found} rows"
            )
        file.unlink()

    def _fill_gaps(self) -> None:
        missing = [name for name, table in self._wanted.items() if table.required and name not in self._from]
        if missing:
            raise Invalid(
                f"the dump has no table {', '.join(missing)}",
                hint="mbdump.tar.bz2 is needed, whole and by itself enough.",
            )
        for name, table in needed_tables().items():
            if name not in self._from:
                create_empty(self._con, table)

    def _join(self, sequence: int) -> None:
        statements = [part for part in _script("staging.sql").split(";\n") if part.strip()]
        self._progress.start("join", total=len(statements) + 1, unit="steps")
        for statement in statements:
            self._con.execute(statement)
            self._progress.advance("join", 1)
        self._load(self._wanted[_TRACK], sequence)
        self._con.execute(_script("track.sql"))
        self._con.execute("DROP TABLE track")
        self._progress.finish("join")

    def _sealed(self, facts: DumpFacts) -> Staged:
        date = self._con.execute("SELECT max(last_replication_date) FROM replication_control").fetchone()
        layers = {self._wanted[name].layer for name in self._from}
        self._con.execute("CHECKPOINT")
        return Staged(
            file=self._work / "staging.duckdb",
            facts=facts,
            layers=tuple(layer for layer in Layer if layer in layers),
            replication_date=date[0] if date else None,
            rows=self._rows,
        )


def _copy(stream: TableStream, out: IO[bytes], what: str) -> int:
    """Copy a table and return its lines. A fault below names the table and the line it stopped at."""
    lines, last = 0, b"\n"
    while chunk := _next_chunk(stream, f"{what}, after line {lines}"):
        out.write(chunk)
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    if last != b"\n":
        raise Corrupt(f"{what}, line {lines + 1}: the last row is cut off")
    return lines


def _next_chunk(stream: TableStream, where: str) -> bytes:
    try:
        return stream(CHUNK)
    except (RuntimeError, OSError, EOFError, ValueError, Corrupt) as exc:
        raise Corrupt(
            f"{where}: damaged or incomplete{reason(exc)}", hint="Download the archive again and check its SHA256SUMS."
        ) from exc


def _script(name: str) -> str:
    return resources.files("linernotes.dumps").joinpath(name).read_text("utf-8")
