"""`linernotes config`: what is set, whether it is right, and what could be set."""

from __future__ import annotations

import click

from linernotes.cli.state import CliState


@click.group(name="config")
def command() -> None:
    """Show and check the settings."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(state: CliState, as_json: bool) -> None:
    """Show every setting that is in force and where it comes from; secrets are masked."""
    import msgspec

    from linernotes.app.config.schema import read_schema
    from linernotes.app.config.values import show as shown
    from linernotes.app.config.values import to_plain

    loaded = state.loaded()
    rows = [(name, loaded.value(row), loaded.origin(name)) for name, row in read_schema().settings().items()]
    if as_json:
        document = {name: {"value": to_plain(value), "origin": origin} for name, value, origin in rows}
        click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
        return
    width = max(len(name) for name, _, _ in rows)
    for name, value, origin in rows:
        click.echo(f"{name:<{width}}  {shown(value)}  ({origin})")


@command.command()
@click.pass_obj
def check(state: CliState) -> None:
    """Read the settings as `serve` would; exit 1 and list every mistake if there is one."""
    loaded = state.loaded()
    sources = [str(loaded.file)] if loaded.file else []
    sources += ["environment"] if any(origin.startswith("LINERNOTES_") for origin in loaded.origins.values()) else []
    click.echo(f"ok: {len(loaded.origins)} set ({', '.join(sources) or 'all by default'})")


@command.command()
def example() -> None:
    """Print a linernotes.yaml with every setting at its default."""
    from linernotes.app.config.describe import example_file
    from linernotes.app.config.schema import read_schema

    click.echo(example_file(read_schema()), nl=False)


@command.command()
def schema() -> None:
    """Print the JSON schema of linernotes.yaml, for editors that complete and check it."""
    import msgspec

    from linernotes.app.config.describe import json_schema
    from linernotes.app.config.schema import read_schema

    click.echo(msgspec.json.format(msgspec.json.encode(json_schema(read_schema()))).decode())
