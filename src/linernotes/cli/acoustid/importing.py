"""`linernotes acoustid import`: the files that AcoustID publishes every day become ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.acoustid.place import as_json_option, many, opened_state, tell_json
from linernotes.cli.progress import shown_progress
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.importing.acoustid import Loading, Plan
    from linernotes.domain.errors import Invalid
    from linernotes.dumps.acoustid.files import DataFile, Found
    from linernotes.ports.public_data import PublicData

COMPLAINTS = 20


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--own", is_flag=True, help="The files are this server's own export: take what was made here, too.")
@click.option("--skip-bad", is_flag=True, help="Pass over lines that are no rows; the exit code is 1 then.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, and write nothing.")
@as_json_option
@data_option
@click.pass_obj
def import_(state: CliState, paths: tuple[Path, ...], own: bool, skip_bad: bool, dry_run: bool, as_json: bool) -> int:
    """Load AcoustID's public data: tracks, fingerprints, and what they are linked to.

    PATHS are files, as 2026-11-21-track-update.jsonl.gz, or folders with such files in or below them, in any number.
    They are loaded by day. When this was stopped, run it again: it goes on where it ended, and what is loaded whole is
    passed over. A server may run meanwhile, and finds what is loaded as it comes.
    """
    from linernotes.app.importing.acoustid import Loading, plan_import
    from linernotes.dumps.acoustid.files import find_files

    found = find_files(paths)
    for path in found.unknown:
        click.echo(f"passed over, as this stream is not known: {path}", err=True)
    complaints = _Complaints()
    started = time.monotonic()
    with _public_data(state, wanted=not dry_run) as data, shown_progress(quiet=as_json) as progress:
        plan = plan_import(found.files, data)
        loading = Loading(data=data, progress=progress, own=own, complain=complaints.hear if skip_bad else None)
        if plan.files:
            loading.run(plan)
    _tell(found, plan, loading, time.monotonic() - started, dry_run=dry_run, as_json=as_json)
    return 1 if complaints.count else 0


@contextmanager
def _public_data(state: CliState, *, wanted: bool) -> Iterator[PublicData | None]:
    if not wanted:
        yield None
        return
    with opened_state(state) as opened:
        yield opened.public_data


class _Complaints:
    """Says which lines were passed over: the first ones each, of the others the number."""

    def __init__(self) -> None:
        self.count = 0

    def hear(self, file: DataFile, number: int, fault: Invalid) -> None:
        self.count += 1
        if self.count <= COMPLAINTS:
            click.echo(f"error: {file.path}: line {number}: {fault.message}", err=True)
        elif self.count == COMPLAINTS + 1:
            click.echo("error: further lines like this are only counted", err=True)


def _tell(found: Found, plan: Plan, loading: Loading, seconds: float, *, dry_run: bool, as_json: bool) -> None:
    tallies = {stream: tally for stream, tally in loading.tallies.items() if tally.rows or tally.bad}
    if as_json:
        streams: dict[str, Any] = {
            stream.value: {"rows": tally.rows, "taken": tally.taken, "older": tally.older, "bad_lines": tally.bad}
            for stream, tally in tallies.items()
        }
        files = {"files": len(plan.files), "files_loaded_before": plan.loaded}
        unknown = [str(path) for path in found.unknown]
        tell_json({"dry_run": dry_run, **files, "unknown": unknown, "streams": streams, "seconds": seconds})
        return
    for stream, tally in tallies.items():
        said = f"{stream.value.removesuffix('-update')}: {many(tally.rows, 'row')}"
        said += f", {tally.older:,} of them older than what is here" if tally.older else ""
        click.echo(said + (f", {many(tally.bad, 'bad line')} passed over" if tally.bad else ""))
    done = "would load" if dry_run else "loaded"
    before = f"; {many(plan.loaded, 'file')} loaded before" if plan.loaded else ""
    click.echo(f"{done} {many(len(plan.files), 'file')} in {seconds:,.0f} s{before}")
