"""`linernotes search`: the same search that the server answers with, from the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from linernotes.cli.absent import no_catalogue
from linernotes.cli.state import CliState, data_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linernotes.domain.names import NameHit
    from linernotes.ports.names import NameSearch

MOST = 100


@click.command(name="search")
@click.argument("text", nargs=-1, required=True)
@click.option("--type", "kind", type=click.Choice(["artist", "album", "all"]), default="all", show_default=True)
@click.option("--limit", type=click.IntRange(1, MOST), default=10, show_default=True, help="Hits of each type.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_option
@click.pass_obj
def command(state: CliState, text: tuple[str, ...], kind: str, limit: int, as_json: bool) -> None:
    """Find artists and albums by name; an album also by its artist's name and its own together.

    Lines of score, type, MBID, name, artist and disambiguation, with tabs between them; a table on a terminal.
    Finding nothing is no failure: the exit code is 0.
    """
    import msgspec

    from linernotes.domain.ids import Kind

    kinds = {"artist": [Kind.ARTIST], "album": [Kind.RELEASE_GROUP]}.get(kind, [Kind.ARTIST, Kind.RELEASE_GROUP])
    query = " ".join(text)
    hits = _open(state).search(query, kinds, limit=limit)
    if as_json:
        click.echo(msgspec.json.encode({"query": query, "hits": hits}).decode())
    elif not hits:
        click.echo("nothing found", err=True)
    elif sys.stdout.isatty():
        _print_table(hits)
    else:
        click.echo("\n".join(_line(hit) for hit in hits))


def _open(state: CliState) -> NameSearch:
    from linernotes.app.builds import builds_of

    settings = state.settings()
    builds = builds_of(settings)
    build_id = builds.live_id()
    if build_id is None:
        raise no_catalogue(settings, builds.place)
    return builds.open_names(build_id)


def _type(hit: NameHit) -> str:
    return "artist" if hit.kind == "artist" else "album"


def _line(hit: NameHit) -> str:
    cells = (str(hit.score), _type(hit), hit.mbid, hit.name, hit.artist, hit.disambiguation)
    return "\t".join(" ".join(cell.split()) for cell in cells)


def _print_table(hits: Sequence[NameHit]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("score", justify="right")
    table.add_column("type")
    table.add_column("name", overflow="fold")
    table.add_column("artist", overflow="fold")
    table.add_column("MBID", no_wrap=True)
    for hit in hits:
        name = Text(hit.name)
        if hit.disambiguation:
            name.append(f" ({hit.disambiguation})", style="dim")
        table.add_row(str(hit.score), _type(hit), name, Text(hit.artist), Text(hit.mbid, style="dim"))
    Console().print(table)
