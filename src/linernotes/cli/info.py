"""`linernotes info`: which catalogue is live, what is in it and under which licences."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.absent import no_catalogue
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.app.config import Settings
    from linernotes.domain.catalogue import BuildInfo


@click.command(name="info")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_option
@click.pass_obj
def command(state: CliState, as_json: bool) -> None:
    """Say what the data folder holds.

    Exits with 1 when there is no catalogue yet.
    """
    import msgspec

    settings = state.settings()
    document = _document(settings, _live_build(settings))
    click.echo(msgspec.json.encode(document).decode() if as_json else "\n".join(_lines(document)))


def _live_build(settings: Settings) -> BuildInfo:
    from linernotes.app.builds import builds_of

    with closing(builds_of(settings)) as builds:
        info = builds.info()
        if info is None:
            raise no_catalogue(settings, builds.place)
    return info


def _document(settings: Settings, info: BuildInfo) -> dict[str, Any]:
    from linernotes.app.stores import state_place
    from linernotes.stores.sql.location import name_of
    from linernotes.stores.sql.opening import STATE_FILE
    from linernotes.stores.sql.revisions import current_revision
    from linernotes.stores.sqlite.builds import BuildFolder

    data_dir, state = settings.data_dir, state_place(settings)
    return {
        "data_dir": str(data_dir),
        "database": name_of(state) if settings.database else None,
        "build": info.build_id,
        "imported": _time(info.built_at),
        "dump": info.dump_timestamp,
        "schema_sequence": info.schema_sequence,
        "replication_sequence": info.replication_sequence,
        "changes_known_since": _time(info.history_since),
        "layers": {layer.value: layer.licence for layer in info.layers},
        "counts": dict(info.counts),
        "catalogue_bytes": None if settings.database else _size(BuildFolder(data_dir).catalogue / info.build_id),
        "state_bytes": None if settings.database else _size(data_dir / STATE_FILE),
        "state_revision": current_revision(state),
    }


def _lines(document: dict[str, Any]) -> list[str]:
    layers = [f"{layer} ({licence})" for layer, licence in document["layers"].items()]
    replication = document["replication_sequence"]
    sequences = f"schema sequence {document['schema_sequence']}"
    sequences += f", replication sequence {replication}" if replication is not None else ""
    return [
        f"data folder  {document['data_dir']}",
        *([f"database     {document['database']}"] if document["database"] else []),
        f"catalogue    {document['build']}{_megabytes(document['catalogue_bytes'])}",
        f"imported     {document['imported']}",
        f"dump         {document['dump']} ({sequences})",
        f"licences     {', '.join(layers)}",
        *(f"{count:>14,}  {kind}" for kind, count in document["counts"].items()),
        f"state        schema {document['state_revision'] or 'none yet'}{_megabytes(document['state_bytes'])}",
    ]


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _megabytes(count: int | None) -> str:
    """Say how much it is; what is in a database is not measured."""
    return "" if count is None else f", {count / 1e6:,.1f} MB"
