"""`linernotes acoustid export`: what is here, in the form in which AcoustID publishes its data."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linernotes.cli.acoustid.place import as_json_option, many, opened_state, tell_json
from linernotes.cli.progress import shown_progress
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.ports.progress import Progress
    from linernotes.ports.public_data import PublicReading, Span

FIRST_DAY = date(1970, 1, 1)
day_type = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder, made if it is missing."
)
@click.option("--since", type=day_type, metavar="DATE", help="First day, as 2026-11-21 (UTC).")
@click.option("--until", type=day_type, metavar="DATE", help="Last day.")
@click.option("--own", is_flag=True, help="Only what was made here, and not what came from AcoustID.")
@as_json_option
@data_option
@click.pass_obj
def export(
    state: CliState, out: Path, since: datetime | None, until: datetime | None, own: bool, as_json: bool
) -> None:
    """Write tracks, fingerprints and links as AcoustID publishes them: gzip files of JSON lines by day and stream.

    A file has the rows that were made or last changed on its day. Equal data makes equal files. Files of the same name
    are replaced; others, such as those of earlier exports, stay.
    """
    from linernotes.domain.identification import FIRST_LOCAL_ID
    from linernotes.ports.public_data import Span

    first, last = _day(since, FIRST_DAY), _day(until, date.max)
    if first > last:
        raise click.UsageError("--since is after --until.")
    span = Span(first, last, FIRST_LOCAL_ID if own else 1)
    with (
        opened_state(state) as opened,
        opened.public_data.reading() as reading,
        shown_progress(quiet=as_json) as progress,
    ):
        files, rows = _write(reading, span, out, progress)
    size = sum(file.stat().st_size for file in files)
    if as_json:
        tell_json({"out": str(out), "files": len(files), "bytes": size, "rows": rows})
    else:
        click.echo(f"exported {many(sum(rows.values()), 'row')} to {many(len(files), 'file')} in {out}")


def _day(time: datetime | None, default: date) -> int:
    return ((time.date() if time is not None else default) - FIRST_DAY).days


def _write(reading: PublicReading, span: Span, out: Path, progress: Progress) -> tuple[list[Path], dict[str, int]]:
    """Write all streams; return the files and how many rows each stream has."""
    from linernotes.dumps.acoustid.writing import write_days, write_listing
    from linernotes.ports.public_data import Stream

    files: list[Path] = []
    counts: dict[str, int] = {}
    for stream in Stream:
        counts[stream.value] = reading.count(stream, span)
        progress.start(stream.value, total=counts[stream.value], unit="rows")
        written = write_days(
            out,
            stream,
            reading.days(stream, span),
            advance=lambda done, phase=stream.value: progress.advance(phase, done),  # type: ignore[misc]
        )
        files += written
        progress.finish(stream.value)
    for folder in sorted({file.parent for file in files}):
        write_listing(folder)
    return files, counts
