"""Where the commands of AcoustID's find their data, and how they answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.state import CliState

if TYPE_CHECKING:
    from linernotes.stores.sql import SqlState

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@contextmanager
def opened_state(state: CliState) -> Iterator[SqlState]:
    """Open the state that the settings say."""
    from linernotes.app.stores import open_stores

    with closing(open_stores(state.settings())) as opened:
        yield opened


def tell_json(document: dict[str, Any]) -> None:
    """Answer with a document."""
    import msgspec

    click.echo(msgspec.json.encode(document).decode())


def many(count: int, one: str) -> str:
    """Return a number with the word for what it counts."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
