"""`linernotes fingerprint`: one line for each file, however many, with several processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.progress import shown_progress

if TYPE_CHECKING:
    from linernotes.domain.errors import LinernotesError
    from linernotes.fingerprint.batch import Fingerprinted
    from linernotes.fingerprint.batch.worker import Result
    from linernotes.fingerprint.values import Words
    from linernotes.ports.progress import Progress

PHASE = "fingerprint"
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {9: "\\t", 10: "\\n", 13: "\\r"}


@click.command(name="fingerprint")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--length", type=click.FloatRange(0), default=120, show_default=True, help="Seconds used; 0 is all.")
@click.option("--raw", is_flag=True, help="Words as numbers, in place of the compressed text.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each file, errors too.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Files read at once.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=120, show_default=True, help="Seconds for each file."
)
def command(files: tuple[Path, ...], length: float, raw: bool, as_json: bool, jobs: int, timeout: float) -> int:
    """Compute the fingerprints of audio files and of folders of them.

    Lines of duration, fingerprint and path, with tabs between them, in the order of the files. A file that fails is a
    line on standard error, the others go on, and the exit code is 1. Of a folder, the files that are called like audio
    are read.
    """
    from linernotes.fingerprint.batch import Failed, audio_files, fingerprint_files

    found = list(audio_files(files))
    paths = [entry for entry in found if isinstance(entry, Path)]
    printer = _Printer(raw=raw, as_json=as_json)
    for entry in found:
        if isinstance(entry, tuple):
            printer.show(Failed(*entry))
    results = fingerprint_files(paths, length=length, jobs=jobs, seconds=timeout)
    with _progress(len(paths)) as progress, closing(results):
        for result in results:
            printer.show(result)
            progress.advance(PHASE, 1)
    if printer.failed and len(found) > 1:
        click.echo(f"{printer.failed} of {len(found)} failed", err=True)
    return 1 if printer.failed else 0


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    """Show progress where somebody watches; files and pipes get nothing but results and errors."""
    with shown_progress(quiet=not sys.stderr.isatty()) as progress:
        progress.start(PHASE, total=total, unit="files")
        yield progress
        progress.finish(PHASE)


class _Printer:
    """Says results, and counts those that failed."""

    def __init__(self, *, raw: bool, as_json: bool) -> None:
        self._raw = raw
        self._as_json = as_json
        # A progress bar takes over standard output too, to keep clear of lines: right for a terminal, not for a pipe.
        self._pipe = None if sys.stdout.isatty() else sys.stdout
        self.failed = 0

    def show(self, result: Result) -> None:
        from linernotes.fingerprint.batch import Failed

        failed = isinstance(result, Failed)
        self.failed += failed
        if self._as_json:
            self._say_json(result)
        elif isinstance(result, Failed):
            _complain(result.path, result.error)
        else:
            for warning in result.warnings:
                _warn(f"warning: {line_of(result.path)}: {line_of(warning)}")
            self._say(f"{result.duration:.2f}\t{self._text(result.words)}\t{line_of(result.path)}")

    def _say(self, line: str) -> None:
        (self._pipe or sys.stdout).write(f"{line}\n")

    def _say_json(self, result: Result) -> None:
        import msgspec

        from linernotes.fingerprint.batch import Failed

        if isinstance(result, Failed):
            row = {"path": text_of(result.path), "error": text_of(result.error.message), "hint": result.error.hint}
        else:
            row = self._row(result)
        self._say(msgspec.json.encode(row).decode())

    def _row(self, result: Fingerprinted) -> dict[str, Any]:
        value = result.words.tolist() if self._raw else self._text(result.words)
        row = {"path": text_of(result.path), "duration": round(result.duration, 3), "fingerprint": value}
        return row | ({"warnings": list(map(text_of, result.warnings))} if result.warnings else {})

    def _text(self, words: Words) -> str:
        from linernotes.fingerprint import codec

        return ",".join(map(str, words.tolist())) if self._raw else codec.encode(words)


def _complain(path: Path, error: LinernotesError) -> None:
    hint = f" ({error.hint})" if error.hint else ""
    _warn(f"error: {line_of(path)}: {line_of(error.message)}{hint}")


def _warn(line: str) -> None:
    # Not click's: a progress bar keeps clear of what is written to standard error as it finds it there.
    sys.stderr.write(f"{line}\n")


def text_of(name: str | Path) -> str:
    """Return a path, or a message with one in it, as text that can be written whatever its bytes are."""
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def line_of(name: str | Path) -> str:
    """Return such a text on one line, without tabs and whatever else a terminal obeys."""
    return text_of(name).translate(_ESCAPES)
