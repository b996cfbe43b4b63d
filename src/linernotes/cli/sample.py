"""`linernotes sample`: a synthetic catalogue in MusicBrainz's export format, to try and measure things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linernotes.dumps.sample.plan import LARGEST_SCALE, SMALLEST_SCALE

if TYPE_CHECKING:
    from linernotes.dumps.sample.generate import Summary


@click.command(name="sample")
@click.option(
    "--scale",
    type=click.FloatRange(SMALLEST_SCALE, LARGEST_SCALE),
    default=0.001,
    show_default=True,
    help="Size; 1 is all of MusicBrainz.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and scale give the same bytes.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the archives.")
@click.option("--evolve", type=click.IntRange(0), default=0, show_default=True, help="Apply this many sets of edits.")
@click.option("--force", is_flag=True, help="Overwrite archives that are there.")
@click.option("--dry-run", is_flag=True, help="Say how many rows would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output at the end.")
def command(*, scale: float, seed: int, out: Path, evolve: int, force: bool, dry_run: bool, as_json: bool) -> None:
    """Write a made-up dump to try things on.

    Every artist, title and identifier in it is invented; its shape and its awkward cases are those of MusicBrainz.
    """
    from linernotes.dumps.sample.generate import Wanted, plan_sample, write_sample

    wanted = Wanted(scale=scale, seed=seed, evolve=evolve)
    if dry_run:
        _tell_plan(plan_sample(wanted), out, as_json=as_json)
        return
    from linernotes.cli.progress import shown_progress

    with shown_progress(quiet=as_json) as progress:
        summary = write_sample(out, wanted, force=force, progress=progress)
    _tell(summary, out, as_json=as_json)


def _tell_plan(rows: dict[str, int], out: Path, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode({"rows": sum(rows.values()), "tables": rows}))
        return
    for table, count in rows.items():
        click.echo(f"{count:>12,}  {table}")
    click.echo(f"{sum(rows.values()):>12,}  rows in {len(rows)} tables would be written to {out}.")


def _tell(summary: Summary, out: Path, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode(summary))
        return
    size = sum(summary.files.values())
    click.echo(f"Wrote {summary.rows:,} rows ({size / 1e6:,.1f} MB) to {out} in {summary.seconds:,.1f} s.")
    click.echo(f"Next: `linernotes import {out}`.")
