"""`linernotes import`: a MusicBrainz dump becomes the live catalogue."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.config import Settings
    from linernotes.app.importing.plan import ImportPlan
    from linernotes.domain.catalogue import BuildInfo
    from linernotes.ports.progress import Progress


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--derived/--no-derived", default=None, help="Take in tags, genres and ratings (CC BY-NC-SA).")
@click.option("--cover-art/--no-cover-art", default=None, help="Take in the list of cover images (CC BY-NC-SA).")
@click.option("--memory", "memory_mb", type=int, help="Memory in MB for the whole import.")
@click.option("--threads", type=int, help="Threads; 0 uses every core.")
@data_option
@click.option("--database", metavar="URL", help="PostgreSQL that takes the catalogue in (database).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output at the end.")
@click.option("--dry-run", is_flag=True, help="Look at the dump and the disk, and write nothing.")
@click.pass_obj
def command(
    state: CliState, /, paths: tuple[Path, ...], database: str | None, as_json: bool, dry_run: bool, **flags: object
) -> None:
    """Build the catalogue from a MusicBrainz dump and make it live.

    PATHS are archives (mbdump.tar.bz2 alone is enough), a folder of them, or an extracted mbdump/ folder. A server
    that is running takes the new catalogue over by itself; until then, and whatever goes wrong, the old one serves.
    """
    from linernotes.app.importing.plan import plan_import
    from linernotes.cli.progress import shown_progress

    settings = state.settings({"database": database, **{f"import.{name}": value for name, value in flags.items()}})
    data = settings.data_dir
    plan = plan_import(list(paths), data, settings.import_)
    if dry_run:
        plan.check_disk()
        _tell_plan(plan, settings, as_json=as_json)
        return
    started = time.monotonic()
    with shown_progress(quiet=as_json) as progress:
        info = _import(settings, plan, progress)
    _tell_result(info, _place(settings), time.monotonic() - started, as_json=as_json)


def _import(settings: Settings, plan: ImportPlan, progress: Progress) -> BuildInfo:
    from linernotes.app.importing.run import Importer
    from linernotes.app.stores import open_stores, state_place
    from linernotes.stores.sql.revisions import current_revision

    # Raises for a state that could not take the import in at its end: better said before the work than after it.
    if settings.database:
        open_stores(settings).close()  # a server's schema may have to be upgraded first, by hand
    else:
        current_revision(state_place(settings))
    importer = Importer(
        data=settings.data_dir,
        settings=settings.import_,
        search=settings.search,
        history=lambda: closing(open_stores(settings)),
        progress=progress,
        database=settings.database,
    )
    return importer.run(plan)


def _place(settings: Settings) -> str:
    if not settings.database:
        return str(settings.data_dir)
    from linernotes.stores.postgres.faults import place_of

    return f"PostgreSQL at {place_of(settings.database)}"


def _tell_plan(plan: ImportPlan, settings: Settings, *, as_json: bool) -> None:
    import msgspec

    from linernotes.app.importing.plan import size_text

    layers = sorted(layer.value for layer in plan.layers)
    place = _place(settings)
    told = {
        "sources": [source.name for source in plan.sources],
        "dump_timestamp": plan.facts.timestamp,
        "schema_sequence": plan.facts.schema_sequence,
        "replication_sequence": plan.facts.replication_sequence,
        "layers": layers,
        "data_dir": str(settings.data_dir),
        "into": place,
        "disk_needed": plan.disk_needed,
        "disk_free": plan.disk_free,
    }
    if as_json:
        click.echo(msgspec.json.encode(told))
        return
    click.echo(f"Would import the dump of {plan.facts.timestamp}, schema sequence {plan.facts.schema_sequence}, from")
    for source in plan.sources:
        click.echo(f"  {source.name} ({source.size / 1e6:,.1f} MB)")
    click.echo(f"into {place}, with the layers {', '.join(layers)} where the dump has them.")
    click.echo(f"About {size_text(plan.disk_needed)} of disk for a while; {size_text(plan.disk_free)} are free.")


def _tell_result(info: BuildInfo, place: str, seconds: float, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(info), "counts": dict(info.counts), "seconds": seconds}))
        return
    held = ", ".join(f"{count:,} {kind}s" for kind, count in info.counts if kind in ("artist", "release", "recording"))
    click.echo(f"Imported {held} in {seconds:,.0f} s into {place}; the catalogue is live.")
    click.echo("Next: `linernotes serve`, or `linernotes search NAME`.")
