"""`linernotes sample`: a synthetic catalogue in MusicBrainz's export format, and songs of it, to try things on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.dumps.sample.plan import LARGEST_SCALE, SMALLEST_SCALE

if TYPE_CHECKING:
    from linernotes.dumps.sample.audio.writing import Planned, Written
    from linernotes.dumps.sample.generate import Summary, Wanted

MUSIC = "music"
"""The folder of the songs, below the one of the archives."""


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
@click.option(
    "--audio", type=click.IntRange(1, 10_000), metavar="N", help=f"Write N songs too, into the folder's {MUSIC}/."
)
@click.option(
    "--seconds",
    type=click.FloatRange(5, 600),
    default=150,
    show_default=True,
    help="Cut songs that are longer than this.",
)
@click.option("--dump/--no-dump", default=True, help="Write the archives, or the songs alone.")
@click.option("--force", is_flag=True, help="Overwrite archives and songs that are there.")
@click.option("--dry-run", is_flag=True, help="Say how many rows and which songs would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output at the end.")
def command(
    *,
    out: Path,
    audio: int | None,
    seconds: float,
    dump: bool,
    force: bool,
    dry_run: bool,
    as_json: bool,
    **sample: Any,
) -> None:
    """Write a made-up dump to try things on.

    Every artist, title and identifier in it is invented; its shape and its awkward cases are those of MusicBrainz.
    With --audio, songs are made up for some of its recordings: FLAC files with tags, as Artist/Album/NN Title.flac.
    """
    from linernotes.dumps.sample.generate import Wanted, plan_sample

    if not (dump or audio):
        raise click.UsageError("With --no-dump, say with --audio how many songs to write.")
    wanted = Wanted(**sample)
    planned = _plan_songs(wanted, audio, seconds)
    if dry_run:
        _tell_plan(plan_sample(wanted) if dump else None, planned, out, as_json=as_json)
        return
    summary, songs = _write(out, wanted if dump else None, planned, force=force, quiet=as_json)
    _tell(summary, songs, wanted, out, as_json=as_json)


def _plan_songs(wanted: Wanted, count: int | None, seconds: float) -> Sequence[Planned]:
    if not count:
        return ()
    from linernotes.dumps.sample.audio.writing import plan_songs

    return plan_songs(wanted, count, longest=seconds)


def _write(
    out: Path, dump: Wanted | None, planned: Sequence[Planned], *, force: bool, quiet: bool
) -> tuple[Summary | None, Written | None]:
    """Write what is wanted, after a look at whether all of it may be written."""
    from linernotes.cli.progress import shown_progress
    from linernotes.dumps.sample.audio.writing import refuse_existing, write_songs
    from linernotes.dumps.sample.generate import write_sample

    if not force:
        refuse_existing(out / MUSIC, planned)
    with shown_progress(quiet=quiet) as progress:
        summary = write_sample(out, dump, force=force, progress=progress) if dump else None
        songs = write_songs(out / MUSIC, planned, force=force, progress=progress) if planned else None
    return summary, songs


def _tell_plan(rows: dict[str, int] | None, planned: Sequence[Planned], out: Path, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        told = {} if rows is None else {"rows": sum(rows.values()), "tables": rows}
        click.echo(msgspec.json.encode(told | ({"songs": planned} if planned else {})))
        return
    if rows is not None:
        for table, count in rows.items():
            click.echo(f"{count:>12,}  {table}")
        click.echo(f"{sum(rows.values()):>12,}  rows in {len(rows)} tables would be written to {out}.")
    for song in planned:
        click.echo(f"{song.seconds:>10,.0f} s  {song.path}")
    if planned:
        click.echo(f"{len(planned):>12,}  songs would be written to {out / MUSIC}.")


def _tell(summary: Summary | None, songs: Written | None, wanted: Wanted, out: Path, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        told = msgspec.to_builtins(summary or wanted)
        click.echo(msgspec.json.encode(told | ({"songs": songs} if songs else {})))
        return
    if summary:
        size = sum(summary.files.values())
        click.echo(f"Wrote {summary.rows:,} rows ({size / 1e6:,.1f} MB) to {out} in {summary.seconds:,.1f} s.")
    if songs:
        count = len(songs.files)
        click.echo(f"Wrote {count:,} songs ({songs.bytes / 1e6:,.1f} MB) to {songs.folder} in {songs.seconds:,.1f} s.")
    if summary:
        click.echo(f"Next: `linernotes import {out}`.")
