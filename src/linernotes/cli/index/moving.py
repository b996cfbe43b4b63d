"""Loading indexes from JSON lines, and writing them as such."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from linernotes.cli.index.place import (
    Place,
    as_json_option,
    dry_run_option,
    many,
    name_argument,
    name_option,
    quiet_option,
    tell,
    with_place,
)
from linernotes.cli.progress import shown_progress
from linernotes.domain.errors import Conflict, Invalid, LinernotesError

if TYPE_CHECKING:
    from linernotes.fingerprint.index.exchange import Batch
    from linernotes.fingerprint.index.index import Index
    from linernotes.ports.progress import Progress

COMPLAINTS = 20
STANDARD = Path("-")


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="FILE...")
@click.option("--skip-existing", is_flag=True, help="Pass over ids that the index has, in place of replacing them.")
@click.option("--keep-going", is_flag=True, help="Pass over lines that are no documents; the exit code is 1 then.")
@name_option
@as_json_option
@dry_run_option
@quiet_option
@with_place
def import_(
    place: Place,
    files: tuple[Path, ...],
    skip_existing: bool,
    keep_going: bool,
    name: str,
    as_json: bool,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Load documents from FILEs of JSON lines, plain or gzip, or from standard input (-).

    A line is {"id": 1, "hashes": [2, 3]}, or {"id": 1, "fingerprint": "AQAA..."}, of which the part is taken that
    AcoustID indexes. A document that is there is replaced. The index is made if it is missing. When this was stopped,
    run it again, with --skip-existing to go on where it ended.
    """
    loader = _Loader(keep_going=keep_going)
    for file in files:
        if file != STANDARD:
            file.stat()  # before anything is written
    if dry_run:
        _load(loader, None, files, skip_existing=False, quiet=quiet)
        version = None
    else:
        with place.opened() as indexes:
            index = indexes.create(name)
            _load(loader, index, files, skip_existing=skip_existing, quiet=quiet)
            version = index.version
    document = {"name": name, "dry_run": dry_run, **loader.counts(), "version": version}
    tell(document, loader.sentence(name, dry_run=dry_run), as_json=as_json)
    return 1 if loader.bad else 0


def _load(loader: _Loader, index: Index | None, files: tuple[Path, ...], *, skip_existing: bool, quiet: bool) -> None:
    from linernotes.fingerprint.index.exchange import read_batches

    with shown_progress(quiet=quiet) as progress:
        for file in files:
            wanted = loader.newcomers(index) if skip_existing and index is not None else lambda _: True
            with loader.reading(file), _watched(file, progress) as stream:
                for batch in read_batches(stream, wanted=wanted, bad=loader.bad_line):
                    loader.take(batch, index)
        if index is not None:
            index.flush()


class _Loader:
    """Puts documents into an index, and counts."""

    def __init__(self, *, keep_going: bool) -> None:
        self.bad = 0
        self._documents = 0
        self._postings = 0
        self._skipped = 0
        self._keep_going = keep_going
        self._file = ""
        self._met: set[int] = set()

    @contextmanager
    def reading(self, file: Path) -> Iterator[None]:
        """Let errors say which file they are of, and what of it is done."""
        self._file = "standard input" if file == STANDARD else str(file)
        try:
            yield
        except Conflict:
            raise
        except LinernotesError as exc:
            raise type(exc)(f"{self._file}: {exc.message}", hint=exc.hint) from exc

    def newcomers(self, index: Index) -> Callable[[int], bool]:
        """Return a test for ids that are neither in the index nor on their way into it."""

        def is_new(id_: int) -> bool:
            if id_ in self._met or index.document_version(id_) is not None:
                return False
            self._met.add(id_)
            return True

        return is_new

    def bad_line(self, number: int, fault: Invalid) -> None:
        """Pass over a line, or stop."""
        if not self._keep_going:
            hint = f"{fault.hint} Mend the line, or pass over it with --keep-going.".strip()
            raise Invalid(f"line {number}: {fault.message}", hint=hint) from fault
        self.bad += 1
        if self.bad <= COMPLAINTS:
            sys.stderr.write(f"error: {self._file}: line {number}: {fault.message}\n")
        elif self.bad == COMPLAINTS + 1:
            sys.stderr.write("error: further lines like this are only counted\n")

    def take(self, batch: Batch, index: Index | None) -> None:
        """Commit a batch, and do what is due beside commits."""
        if index is not None and batch.update.ids.size:
            index.update(batch.update)
            while index.maintain():
                pass
        self._met.clear()
        self._documents += batch.update.ids.size
        self._postings += batch.update.hashes.size
        self._skipped += batch.skipped

    def counts(self) -> dict[str, int]:
        """Return what was done."""
        done = {"documents": self._documents, "postings": self._postings}
        return {**done, "skipped": self._skipped, "bad_lines": self.bad}

    def sentence(self, name: str, *, dry_run: bool) -> str:
        """Say what was done."""
        done = "would import" if dry_run else "imported"
        said = f"{done} {many(self._documents, 'document')} with {many(self._postings, 'posting')} into {name}"
        said += f", {self._skipped:,} passed over that are there" if self._skipped else ""
        return said + (f", {many(self.bad, 'bad line')} passed over" if self.bad else "")


@contextmanager
def _watched(file: Path, progress: Progress) -> Iterator[BinaryIO]:
    """Open a file, or standard input, whose bytes the progress hears of."""
    phase = "import" if file == STANDARD else file.name
    if file == STANDARD:
        # How much will come is not known: a rate is all that can be shown, and only while it goes on.
        if not sys.stderr.isatty():
            yield cast(BinaryIO, sys.stdin.buffer)
            return
        progress.start(phase, total=0, unit="bytes")
        yield cast(BinaryIO, _Counting(cast(BinaryIO, sys.stdin.buffer), phase, progress))
    else:
        with file.open("rb") as stream:
            progress.start(phase, total=file.stat().st_size, unit="bytes")
            yield cast(BinaryIO, _Counting(stream, phase, progress))
    progress.finish(phase)


class _Counting:
    """A stream that tells how far it was read."""

    def __init__(self, stream: BinaryIO, phase: str, progress: Progress) -> None:
        self._stream = stream
        self._phase = phase
        self._progress = progress

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._progress.advance(self._phase, len(data))
        return data


@click.command()
@name_argument
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A new file, gzip if it ends in .gz.")
@as_json_option
@quiet_option
@with_place
def export(place: Place, name: str, output: Path | None, as_json: bool, quiet: bool) -> None:
    """Write the documents of an index (main) as JSON lines, by rising id: also while a server has it.

    They go to standard output or into a file, which appears when it is complete; one that is there is not overwritten.
    `linernotes index import` reads them.
    """
    if output is None and as_json:
        raise click.UsageError("--json says what was done: it needs --output.")
    with place.seen(name) as index, _output(output) as stream:
        documents, postings = _write(index, stream, quiet=quiet or output is None)
    if output is not None:
        found = {"name": name, "output": str(output), "documents": documents, "postings": postings}
        sentence = f"exported {many(documents, 'document')} with {many(postings, 'posting')} to {output}"
        tell(found, sentence, as_json=as_json)


def _write(index: Index, stream: BinaryIO, *, quiet: bool) -> tuple[int, int]:
    from linernotes.fingerprint.index.exchange import write_documents
    from linernotes.fingerprint.index.forward import read_documents

    documents, postings = 0, 0
    with shown_progress(quiet=quiet) as progress:
        progress.start("export", total=index.stats().documents, unit="documents")
        for group in read_documents(index.searcher()):
            write_documents(group, stream, advance=lambda done: progress.advance("export", done))
            documents += group.ids.size
            postings += group.hashes.size
        progress.finish("export")
    return documents, postings


@contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    """Open standard output, or a file that is there under its name only when all is in it."""
    if path is None:
        yield cast(BinaryIO, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    if path.exists():
        raise Conflict(f"{path} is there already.", hint="Name another file, or remove it.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            if path.suffix == ".gz":
                # Without a name or a time inside, equal documents make equal files.
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
