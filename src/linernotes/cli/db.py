"""`linernotes db`: the state database's schema and its backups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from linernotes.cli.state import CliState

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@click.group(name="db")
def command() -> None:
    """Upgrade, inspect and back up the state database."""


@command.command()
@as_json_option
@click.pass_obj
def current(state: CliState, as_json: bool) -> None:
    """Say which schema the state database has, and which it should have."""
    from linernotes.stores.sql.revisions import HEAD, current_revision, pending

    path = _state_file(state)
    revision = current_revision(path)
    _tell(
        {"path": str(path), "revision": revision, "head": HEAD, "pending": pending(revision)},
        f"{path}: {revision or 'none yet'} (newest is {HEAD})",
        as_json=as_json,
    )


@command.command()
@as_json_option
@dry_run_option
@click.pass_obj
def upgrade(state: CliState, as_json: bool, dry_run: bool) -> None:
    """Bring the state database to the newest schema; make it where there is none."""
    from linernotes.stores.sql.opening import upgrade as apply
    from linernotes.stores.sql.revisions import current_revision, pending

    path = _state_file(state)
    revisions = pending(current_revision(path)) if dry_run else apply(path)
    done = "would apply" if dry_run else "applied"
    _tell(
        {"path": str(path), "dry_run": dry_run, "applied": revisions},
        f"{path}: {done} {', '.join(revisions)}" if revisions else f"{path}: up to date",
        as_json=as_json,
    )


@command.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@as_json_option
@dry_run_option
@click.pass_obj
def backup(state: CliState, target: Path, as_json: bool, dry_run: bool) -> None:
    """Copy the state database to TARGET while it is in use; nothing is overwritten."""
    from linernotes.stores.sql.backup import back_up

    source = _state_file(state)
    size = back_up(source, target, dry_run=dry_run)
    done = "would copy" if dry_run else "copied"
    _tell(
        {"source": str(source), "target": str(target), "bytes": size, "dry_run": dry_run},
        f"{done} {source} to {target} ({size:,} bytes)",
        as_json=as_json,
    )


def _state_file(state: CliState) -> Path:
    from linernotes.stores.sql.opening import STATE_FILE

    return state.settings().data_dir / STATE_FILE


def _tell(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    import msgspec

    click.echo(msgspec.json.encode(document).decode() if as_json else sentence)
