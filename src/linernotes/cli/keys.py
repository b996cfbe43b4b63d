"""`linernotes keys`: who may ask the native API, and what."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.domain.keys import ApiKey
    from linernotes.ports.keys import KeyStore

# Written out so that --help imports nothing; a test compares them with the scopes there are.
SCOPES = ("read", "submit", "admin")
as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.group(name="keys")
def command() -> None:
    """Make, list and revoke keys for the API."""


@command.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, default=["read"], show_default=True,
    help="What the key allows; may be given several times, and none brings another.",
)  # fmt: skip
@as_json_option
@data_option
@click.pass_obj
def create(state: CliState, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key for NAME and show it, this once.

    The key alone goes to standard output, so that a script can take it.
    """
    from linernotes.domain.keys import Scope, new_key

    key, text = new_key(name=name, scopes=tuple(map(Scope, scopes)), now=_now())
    with _keys(state) as keys:
        keys.add(key)
    if as_json:
        _tell({**_document(key), "key": text})
    else:
        click.echo(text)
        click.echo("Keep it: only its hash is stored, and it cannot be shown again.", err=True)


@command.command(name="list")
@as_json_option
@data_option
@click.pass_obj
def show(state: CliState, as_json: bool) -> None:
    """List all keys, the oldest first, and when each was made and revoked.

    Lines of id, name, scopes, time of creation and of revocation, with tabs between them; a table on a terminal.
    """
    with _keys(state) as keys:
        found = keys.keys()
    if as_json:
        _tell({"keys": [_document(key) for key in found]})
    elif not found:
        click.echo("there are no keys", err=True)
    elif sys.stdout.isatty():
        _print_table(found)
    else:
        click.echo("\n".join("\t".join(_cells(key)) for key in found))


@command.command()
@click.argument("key_id", metavar="ID")
@as_json_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@data_option
@click.pass_obj
def revoke(state: CliState, key_id: str, as_json: bool, dry_run: bool) -> None:
    """Let the key with this ID fit no more; running servers refuse it within five seconds.

    The key itself may be given instead of its id. Revoking a key twice is no failure.
    """
    from linernotes.domain.errors import NotFound
    from linernotes.domain.keys import read_key_id

    wanted = read_key_id(key_id) or key_id
    with _keys(state) as keys:
        key = keys.get(wanted)
        if key is None:
            raise NotFound("there is no such key", hint="`linernotes keys list` shows the ids.")
        news = key.revoked_at is None and (dry_run or keys.revoke(wanted, now=_now()))
    if as_json:
        _tell({"id": key.id, "name": key.name, "revoked": news, "dry_run": dry_run})
    elif news:
        click.echo(f"{'would revoke' if dry_run else 'revoked'} {key.id} ({key.name})")
    else:
        click.echo(f"{key.id} ({key.name}) was revoked already")


@contextmanager
def _keys(state: CliState) -> Iterator[KeyStore]:
    from linernotes.stores.sql import open_state, state_location

    settings = state.settings()
    with closing(open_state(state_location(settings.data_dir, settings.database))) as opened:
        yield opened.keys


def _document(key: ApiKey) -> dict[str, Any]:
    """Return what may be shown of a key, which its hash is not."""
    return {
        "id": key.id, "name": key.name, "scopes": key.scopes, "created_at": _time(key.created_at),
        "revoked_at": None if key.revoked_at is None else _time(key.revoked_at),
    }  # fmt: skip


def _cells(key: ApiKey) -> tuple[str, ...]:
    shown = _document(key)
    return key.id, " ".join(key.name.split()), ",".join(key.scopes), shown["created_at"], shown["revoked_at"] or ""


def _print_table(found: list[ApiKey]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("id", "name", "scopes", "created", "revoked"):
        table.add_column(title, overflow="fold", no_wrap=title == "id")
    for key in found:
        table.add_row(*(Text(cell, style="dim" if key.revoked_at is not None else "") for cell in _cells(key)))
    Console().print(table)


def _tell(document: dict[str, Any]) -> None:
    import msgspec

    click.echo(msgspec.json.encode(document).decode())


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _now() -> int:
    return time.time_ns() // 1_000_000
