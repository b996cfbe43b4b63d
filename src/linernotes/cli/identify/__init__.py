"""`linernotes identify`: what the files of a folder are, by their sound."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.naming.values import Namer
    from linernotes.cli.identify.printing import Printer

NOTHING_READ = 3
PHASE = "identify"
MANY_LINES = 5000
"""An index that lacks so much, a second's work, is fed before somebody's eyes."""

_SERVER = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


def check_server(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Let an address pass, or an empty text."""
    if value and not _SERVER.fullmatch(value):
        raise click.BadParameter("write an address such as https://api.acoustid.org")
    return value


@click.command(name="identify")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each file, errors too.")
@click.option(
    "--server",
    metavar="URL",
    callback=check_server,
    help="Ask this AcoustID server, not the data folder (naming.server).",
)
@click.option("--client", metavar="KEY", help="The application's key at that server (naming.client).")
@click.option("--clip", is_flag=True, help="Files are excerpts from anywhere; needs identification.index full.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Least score of a recording."
)
@click.option("--limit", type=click.IntRange(1, 100), default=3, show_default=True, help="Recordings for each file.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Files read at once; without it, one for each processor.")
@click.option("--length", type=click.FloatRange(0), default=120, show_default=True, help="Seconds used; 0 is all.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=120, show_default=True, help="Seconds for each file."
)
@data_option
@click.pass_obj
def command(state: CliState, /, paths: tuple[Path, ...], **options: Any) -> int:
    """Say what audio files are, by their sound.

    For each file, those of folders too, the best recordings are told.

    Lines of score, artist, title, release, MBID, why, and path, with tabs between them, in the order of the files; a
    table on a terminal. A file that has no recording is a line of why, as far as that is known, and path alone. One
    that cannot be read is a line on standard error, and the others go on.

    It is asked for in the data folder, also while a server runs on it, or at any server that speaks AcoustID's
    protocol. The exit code is 0 when every file has a recording, 1 when some or all have none, and 3 when no file could
    be read.
    """
    from linernotes.app.naming.files import name_files
    from linernotes.cli.identify.printing import printer_for
    from linernotes.cli.waiting import heard, shown_when_long
    from linernotes.fingerprint.batch import Failed, audio_files, fingerprint_files

    asked = _Asked(**options)
    found = list(audio_files(paths))
    files = [entry for entry in found if isinstance(entry, Path)]
    printer = printer_for(as_json=asked.as_json, limit=asked.limit)
    for entry in found:
        if isinstance(entry, tuple):
            printer.show(Failed(*entry))
    results = fingerprint_files(files, length=asked.length, jobs=asked.jobs or processors(), seconds=asked.timeout)
    with (
        _namer(state, asked) as (namer, runner),
        closing(results),
        shown_when_long(PHASE, total=len(files), unit="files", quiet=not sys.stderr.isatty()) as advance,
    ):
        read = heard(results, advance)
        for one in name_files(read, namer=namer, runner=runner, least=asked.threshold, clip=asked.clip):
            printer.show(one)
    return _outcome(printer, total=len(found))


class _Asked(NamedTuple):
    as_json: bool
    server: str | None
    client: str | None
    clip: bool
    threshold: float
    limit: int
    jobs: int | None
    length: float
    timeout: float


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _namer(state: CliState, asked: _Asked) -> Iterator[tuple[Namer, asyncio.Runner]]:
    from linernotes.app.naming.opening import open_namer
    from linernotes.cli.waiting import shown_when_much

    settings = state.settings()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            with shown_when_much(quiet=not sys.stderr.isatty(), least=MANY_LINES) as progress:
                opening = open_namer(
                    settings, server=asked.server, client=asked.client, clip=asked.clip, progress=progress
                )
                namer = runner.run(stack.enter_async_context(opening))
            yield namer, runner
        finally:
            runner.run(stack.aclose())


def _outcome(printer: Printer, *, total: int) -> int:
    if total > 1 and printer.named < total:
        said = f"{printer.named} of {total} named"
        click.echo(said + (f", {printer.failed} could not be read" if printer.failed else ""), err=True)
    if printer.failed == total:
        return NOTHING_READ
    return 0 if printer.named == total else 1
