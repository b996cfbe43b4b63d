"""Loads files of AcoustID's public data, each batch with how far its file is: whatever stops it, it goes on there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from linernotes.domain.errors import Conflict, Invalid
from linernotes.dumps.acoustid.files import DataFile
from linernotes.dumps.acoustid.lines import LineFile, digest_of
from linernotes.dumps.acoustid.rows import RowReader
from linernotes.ports.progress import Progress
from linernotes.ports.public_data import FileMark, Loaded, PublicData, PublicRow, Stream

PHASE = "import"
ROWS = 20_000
"""Rows of one transaction: many, as links by MBID touch a page of an index each."""

_BYTES = 32 << 20

Complain = Callable[[DataFile, int, Invalid], None]
"""Hears of a line that is no row: its file, its number and why."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be loaded: files with how far they are already, and how many are loaded whole."""

    files: tuple[tuple[DataFile, FileMark], ...]
    loaded: int = 0

    @property
    def size(self) -> int:
        """Return the bytes of the files."""
        return sum(file.size for file, _ in self.files)


class Tally(msgspec.Struct):
    """What became of the rows of a stream."""

    rows: int = 0
    taken: int = 0
    older: int = 0
    bad: int = 0


def plan_import(files: Iterable[DataFile], data: PublicData | None) -> Plan:
    """Look which files are loaded already, and how far the others are. Without data, everything is to be read."""
    to_load: list[tuple[DataFile, FileMark]] = []
    loaded = 0
    for file in files:
        mark = _mark(file, data)
        if mark.digest:
            loaded += 1
        else:
            to_load.append((file, mark))
    return Plan(tuple(to_load), loaded)


def _mark(file: DataFile, data: PublicData | None) -> FileMark:
    """Return how far a file is; where one of its name and size was another, it begins anew."""
    begun = FileMark(file.path.name, file.size, file.modified)
    known = data.mark(file.path.name, file.size) if data is not None else None
    if known is None:
        return begun
    if known.modified == file.modified or (known.digest and known.digest == digest_of(file.path)):
        return known
    return begun


class Loading:
    """Reads files and loads their rows; without data it only reads. ``complain`` hears of lines that are passed over.

    Without ``complain`` the first such line raises ``Invalid``.
    """

    def __init__(
        self,
        *,
        data: PublicData | None,
        progress: Progress,
        own: bool = False,
        complain: Complain | None = None,
        rows: int = ROWS,
    ) -> None:
        """Read nothing yet; ``own`` is as for `RowReader`, ``rows`` is how many are loaded at once."""
        self._data = data
        self._progress = progress
        self._own = own
        self._complain = complain
        self._rows = rows
        self.tallies = {stream: Tally() for stream in Stream}

    def run(self, plan: Plan) -> None:
        """Load files one after the other. Raises ``Invalid``, ``Corrupt`` or ``Unavailable``; what is loaded stays."""
        self._progress.start(PHASE, total=plan.size, unit="bytes")
        for file, mark in plan.files:
            self._load(file, mark)
        self._progress.finish(PHASE)

    def _load(self, file: DataFile, mark: FileMark) -> None:
        read = RowReader(file.stream, own=self._own)
        batch: list[PublicRow] = []
        size = 0
        with LineFile(file.path, advance=lambda count: self._progress.advance(PHASE, count)) as lines:
            for number, line in lines:
                if number <= mark.lines:
                    continue
                try:
                    batch.append(read(line))
                except Invalid as exc:
                    mark = self._passed_over(file, number, exc, mark)
                size += len(line)
                if len(batch) >= self._rows or size >= _BYTES:
                    mark = replace(mark, lines=number)
                    self._take(file, batch, mark)
                    batch, size = [], 0
            self._take(file, batch, replace(mark, lines=lines.count, digest=lines.digest()))

    def _passed_over(self, file: DataFile, number: int, fault: Invalid, mark: FileMark) -> FileMark:
        if self._complain is None:
            hint = fault.hint or "Fetch the file again, or pass over such lines with --skip-bad."
            raise Invalid(f"{file.path}: line {number}: {fault.message}", hint=hint) from fault
        self._complain(file, number, fault)
        self.tallies[file.stream].bad += 1
        return replace(mark, bad=mark.bad + 1)

    def _take(self, file: DataFile, batch: Sequence[PublicRow], mark: FileMark) -> None:
        loaded = Loaded()
        if self._data is not None:
            try:
                loaded = self._data.load(file.stream, batch, mark, own=self._own)
            except (Invalid, Conflict) as exc:
                raise type(exc)(f"{file.path}: up to line {mark.lines}: {exc.message}", hint=exc.hint) from exc
        tally = self.tallies[file.stream]
        tally.rows += len(batch)
        tally.taken += loaded.taken
        tally.older += loaded.older
