"""`linernotes acoustid application` and `account`: the keys of programs that ask, and of users who submit."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from linernotes.cli.acoustid.place import as_json_option, opened_state, tell_json
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from linernotes.domain.identification import Account, Application
    from linernotes.usecases.identify.clients import Keyring

T = TypeVar("T")
KEEP = "Keep it: only its hash is stored, and it cannot be shown again."
id_argument = click.argument("id_", type=click.IntRange(1), metavar="ID")


@click.group()
def application() -> None:
    """Make, list and switch the programs that may look up and submit (the parameter client)."""


@click.group()
def account() -> None:
    """Make and list the users who may submit (the parameter user)."""


@application.command(name="add")
@click.argument("name")
@click.option("--version", default="", help="Version of the program.")
@click.option("--email", default="", help="Whom to write to about it.")
@click.option("--website", default="", help="Where to read about it.")
@as_json_option
@data_option
@click.pass_obj
def add_application(state: CliState, name: str, version: str, email: str, website: str, as_json: bool) -> None:
    """Make a key for the program NAME and show it, this once.

    The key alone goes to standard output, so that a script can take it.
    """
    said = {"name": name, "version": version, "email": email, "website": website}
    made, key = _run(state, lambda keyring: keyring.new_application(account=None, **said))
    _tell_key(key, _application(made), as_json=as_json)


@application.command(name="list")
@as_json_option
@data_option
@click.pass_obj
def list_applications(state: CliState, as_json: bool) -> None:
    """List programs by id, without their keys.

    Lines of id, name, version, whether it is switched on, and time of creation, with tabs between them; a table on a
    terminal.
    """
    found = [_application(one) for one in _run(state, lambda keyring: keyring.applications())]
    shown = ("id", "name", "version", "active", "created_at")
    _tell_all("applications", found, shown, as_json=as_json)


@application.command()
@id_argument
@as_json_option
@data_option
@click.pass_obj
def enable(state: CliState, id_: int, as_json: bool) -> None:
    """Let the program with this ID ask again."""
    _switch(state, id_, active=True, as_json=as_json)


@application.command()
@id_argument
@as_json_option
@data_option
@click.pass_obj
def disable(state: CliState, id_: int, as_json: bool) -> None:
    """Refuse the program with this ID; running servers do within a minute."""
    _switch(state, id_, active=False, as_json=as_json)


@application.command(name="new-key")
@id_argument
@as_json_option
@data_option
@click.pass_obj
def renew_application(state: CliState, id_: int, as_json: bool) -> None:
    """Give the program with this ID another key and show it, this once; the old one fits no more within a minute."""
    with _named("application"):
        key = _run(state, lambda keyring: keyring.renew_application(id_))
    _tell_key(key, {"id": id_}, as_json=as_json)


@account.command(name="add")
@click.argument("name")
@as_json_option
@data_option
@click.pass_obj
def add_account(state: CliState, name: str, as_json: bool) -> None:
    """Make a key for the user NAME and show it, this once.

    The key alone goes to standard output, so that a script can take it.
    """
    made, key = _run(state, lambda keyring: keyring.new_account(name=name))
    _tell_key(key, _account(made), as_json=as_json)


@account.command(name="list")
@as_json_option
@data_option
@click.pass_obj
def list_accounts(state: CliState, as_json: bool) -> None:
    """List users by id, without their keys.

    Lines of id, name, name at MusicBrainz, number of submissions and time of creation, with tabs between them; a table
    on a terminal.
    """
    found = [_account(one) for one in _run(state, lambda keyring: keyring.accounts())]
    _tell_all("accounts", found, ("id", "name", "user", "submissions", "created_at"), as_json=as_json)


@account.command(name="new-key")
@id_argument
@as_json_option
@data_option
@click.pass_obj
def renew_account(state: CliState, id_: int, as_json: bool) -> None:
    """Give the user with this ID another key and show it, this once; the old one fits no more within a minute."""
    with _named("account"):
        key = _run(state, lambda keyring: keyring.renew_account(id_))
    _tell_key(key, {"id": id_}, as_json=as_json)


def _run(state: CliState, ask: Callable[[Keyring], Coroutine[Any, Any, T]]) -> T:
    """Ask the keys of the database, with nobody else on the event loop to wait for."""
    import asyncio

    from linernotes.usecases.identify.clients import Keyring

    with opened_state(state) as opened:
        keyring = Keyring(
            clients=opened.clients,
            offload=_at_once,
            now=lambda: time.time_ns() // 1_000_000,
            any_client=False,
            clock=time.monotonic,
        )
        return asyncio.run(ask(keyring))


def _at_once(work: Callable[[], T], /) -> Awaitable[T]:
    async def done() -> T:
        return work()

    return done()


def _switch(state: CliState, id_: int, *, active: bool, as_json: bool) -> None:
    from linernotes.domain.errors import NotFound

    with _named("application"):
        if not _run(state, lambda keyring: keyring.set_active(id_, active=active)):
            raise NotFound
    if as_json:
        tell_json({"id": id_, "active": active})
    else:
        click.echo(f"switched {'on' if active else 'off'} {id_}")


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Say what it is that there is none of."""
    from linernotes.domain.errors import NotFound

    try:
        yield
    except NotFound as exc:
        raise NotFound(f"there is no such {what}", hint=f"`linernotes acoustid {what} list` shows the ids.") from exc


def _application(one: Application) -> dict[str, Any]:
    """Return what may be shown of a program."""
    return {
        "id": one.id,
        "name": one.name,
        "version": one.version,
        "account": one.account,
        "active": one.active,
        "email": one.email,
        "website": one.website,
        "created_at": _time(one.created_at),
    }


def _account(one: Account) -> dict[str, Any]:
    """Return what may be shown of a user."""
    return {
        "id": one.id,
        "name": one.name,
        "user": one.user,
        "anonymous": one.anonymous,
        "submissions": one.submissions,
        "created_at": _time(one.created_at),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _tell_key(key: str, document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        tell_json({**document, "key": key})
    else:
        click.echo(key)
        click.echo(KEEP, err=True)


def _tell_all(what: str, found: Sequence[dict[str, Any]], shown: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        tell_json({what: found})
    elif not found:
        click.echo(f"there are no {what}", err=True)
    elif sys.stdout.isatty():
        _print_table(found, shown)
    else:
        for one in found:
            click.echo("\t".join(_cells(one, shown)))


def _cells(one: dict[str, Any], shown: Sequence[str]) -> list[str]:
    words = {True: "yes", False: "no", None: ""}
    values = [words[one[name]] if isinstance(one[name], bool | None) else str(one[name]) for name in shown]
    return [" ".join(value.split()) for value in values]


def _print_table(found: Sequence[dict[str, Any]], shown: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in shown:
        table.add_column(name, overflow="fold", no_wrap=name == "id")
    for one in found:
        table.add_row(*map(Text, _cells(one, shown)))
    Console().print(table)
