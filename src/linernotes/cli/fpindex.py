"""`linernotes fpindex`: fpindex's own command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.fpcalc import Verbatim
from linernotes.domain.errors import Invalid

if TYPE_CHECKING:
    from linernotes.app.fpindex import FpindexOptions

LATER = {"--coordinator", "--coordinator-url", "--peers"}


# The options are declared for the help alone; `read_options` reads them as fpindex does.
@click.command(name="fpindex", cls=Verbatim, add_help_option=False)
@click.option("--dir", metavar="PATH", help="Data folder, made if it is missing. Default: data.")
@click.option("--host", metavar="ADDRESS", help="Where to listen, in numbers. Default: 127.0.0.1.")
@click.option("--port", metavar="N", help="Port for HTTP. Default: 8080.")
@click.option(
    "--legacy-port", metavar="N", help="Port of the line protocol; it also makes the index main. Default: none."
)
@click.option(
    "--checkpoint-threshold", metavar="N", help="Hashes in memory that are written as a segment. Default: 500000."
)
@click.option(
    "--checkpoint-age-ms", metavar="N", help="Age at which they are written anyhow; 0 is never. Default: 60000."
)
@click.option(
    "--frequency-cap",
    metavar="N",
    help="Documents of a hash in a segment beyond which it only adds to scores; 0 is no cap. Default: 256.",
)
@click.option("--load-concurrency", metavar="N", help="Accepted without effect: opening reads no segments.")
def command(args: tuple[str, ...]) -> None:
    """Stand in for AcoustID's index server fpindex: its options, its HTTP API, its line protocol.

    There is one option more, --frequency-cap. A value is the next word. What is unknown is warned about and ignored.
    SIGTERM and SIGINT end the server.
    """
    if args in {("--help",), ("-h",)}:
        context = click.get_current_context()
        click.echo(context.command.get_help(context))
        return
    options = read_options(args, warn=lambda text: click.echo(f"warning: {text}", err=True))
    from linernotes.app.fpindex import serve

    serve(options)


def read_options(args: Sequence[str], *, warn: Callable[[str], None]) -> FpindexOptions:
    """Return what the arguments say. Raises `Invalid` for a value that is missing, no number, or not supported."""
    from linernotes.app.fpindex import FpindexOptions

    found: dict[str, Any] = {}
    known = _fields()
    words = iter(args)
    for word in words:
        if word in LATER:
            raise Invalid(f"{word} is not supported yet", hint="Start it without; it serves its own indexes alone.")
        if word not in known:
            name, equals, value = word.partition("=")
            meant = f"; write {name} {value}" if equals and name in known else ""
            warn(f"unknown argument {word} is ignored{meant}")
            continue
        given = next(words, None)
        if given is None:
            raise Invalid(f"{word} needs a value", hint="Write it as the next word.")
        field, read = known[word]
        if field is not None:
            found[field] = read(word, given)
        else:
            read(word, given)
    return FpindexOptions(**found)


def _fields() -> dict[str, tuple[str | None, Callable[[str, str], Any]]]:
    from pathlib import Path

    return {
        "--dir": ("folder", lambda _, value: Path(value)),
        "--host": ("host", lambda _, value: value),
        "--port": ("port", _port),
        "--legacy-port": ("legacy_port", _port),
        "--checkpoint-threshold": ("checkpoint_threshold", _number),
        "--checkpoint-age-ms": ("checkpoint_age_ms", _number),
        "--frequency-cap": ("frequency_cap", _number),
        "--load-concurrency": (None, _number),
        "--bootstrap-timeout-ms": (None, _number),
    }


def _number(option: str, value: str, highest: int = (1 << 64) - 1) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 20) or int(value) > highest:
        raise Invalid(f"{option} {value} is no number that it can be", hint=f"Give one from 0 to {highest}.")
    return int(value)


def _port(option: str, value: str) -> int:
    return _number(option, value, 65535)
