"""`linernotes db`: the state database's schema and its backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState

if TYPE_CHECKING:
    from linernotes.stores.sql.location import Location

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

    where = _where(state)
    revision = current_revision(where)
    _tell(
        {"path": _named(where), "revision": revision, "head": HEAD, "pending": pending(revision)},
        f"{_named(where)}: {revision or 'none yet'} (newest is {HEAD})",
        as_json=as_json,
    )


@command.command()
@click.option(
    "--only",
    type=click.Choice(["pre", "post"]),
    help="Only what may run before the new version starts (pre), or after the last of the old has stopped (post).",
)
@as_json_option
@dry_run_option
@click.pass_obj
def upgrade(state: CliState, only: str | None, as_json: bool, dry_run: bool) -> None:
    """Bring the state database to the newest schema; make it where there is none."""
    from linernotes.stores.sql.opening import upgrade as apply
    from linernotes.stores.sql.revisions import current_revision, pending

    where = _where(state)
    revisions = pending(current_revision(where), only) if dry_run else apply(where, only=only)
    done = "would apply" if dry_run else "applied"
    applied = f"{done} {', '.join(revisions)}"
    nothing = f"nothing labelled {only} is left" if only else "up to date"
    _tell(
        {"path": _named(where), "dry_run": dry_run, "applied": revisions},
        f"{_named(where)}: {applied if revisions else nothing}",
        as_json=as_json,
    )


@command.command(name="downgrade-check")
@click.argument("version", required=False)
@as_json_option
@click.pass_context
def downgrade_check(ctx: click.Context, version: str | None, as_json: bool) -> None:
    """Say whether VERSION of linernotes, by default this one, can run on the present schema.

    Exits with 1 when it cannot.
    """
    from linernotes import __version__
    from linernotes.domain.errors import Conflict
    from linernotes.stores.sql.revisions import check_program, current_revision

    where = _where(ctx.obj)
    revision = current_revision(where)
    told = {"path": _named(where), "revision": revision, "version": version or __version__}
    try:
        sentence = check_program(where, revision, version or __version__)
    except Conflict:
        if not as_json:
            raise
        _tell(told | {"runs": False}, "", as_json=True)
        ctx.exit(1)
    _tell(told | {"runs": True}, sentence, as_json=as_json)


@command.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@as_json_option
@dry_run_option
@click.pass_obj
def backup(state: CliState, target: Path, as_json: bool, dry_run: bool) -> None:
    """Copy the state database to TARGET while it is in use; nothing is overwritten.

    For SQLite only: a database on a PostgreSQL server is saved by pg_dump.
    """
    from linernotes.stores.sql.backup import back_up

    source = _file(state)
    size = back_up(source, target, dry_run=dry_run)
    done = "would copy" if dry_run else "copied"
    _tell(
        {"source": str(source), "target": str(target), "bytes": size, "dry_run": dry_run},
        f"{done} {source} to {target} ({size:,} bytes)",
        as_json=as_json,
    )


def _where(state: CliState) -> Location:
    from linernotes.stores.sql.location import state_location

    settings = state.settings()
    return state_location(settings.data_dir, settings.database)


def _named(where: Location) -> str:
    from linernotes.stores.sql.location import name_of

    return name_of(where)


def _file(state: CliState) -> Path:
    from linernotes.domain.errors import Conflict
    from linernotes.stores.sql.location import SCHEMA, is_server, name_of

    where = _where(state)
    if is_server(where):
        raise Conflict(
            f"{name_of(where)} is a PostgreSQL database, which has its own program for this",
            hint=f"Run pg_dump --schema={SCHEMA} --format=custom --file=TARGET with its URL.",
        )
    return Path(where)


def _tell(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    import msgspec

    click.echo(msgspec.json.encode(document).decode() if as_json else sentence)
