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


@click.command(name="fpindex", cls=Verbatim, add_help_option=False, options_metavar="[FPINDEX'S OPTIONS]")
@click.argument("args", nargs=-1, metavar="")
def command(args: tuple[str, ...]) -> None:
    """Stand in for the AcoustID index server fpindex: its options, its HTTP API, its legacy line protocol.

    A value is the next word. What is unknown is warned about and ignored. SIGTERM and SIGINT end the server.

    \b
    --dir PATH                 data folder, made if it is missing (data)
    --host ADDRESS             where to listen, in numbers (127.0.0.1)
    --port N                   for HTTP (8080)
    --legacy-port N            for the line protocol; also makes the index main (0: none)
    --checkpoint-threshold N   hashes in memory that are written as a segment (2000000)
    --checkpoint-age-ms N      age at which they are written anyhow (60000; 0: never)
    --load-concurrency N       accepted without effect: opening reads no segments
    """  # noqa: D301 - the character \b keeps the lines that follow as they are
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
            warn(f"unknown argument {word} is ignored")
            continue
        value = next(words, None)
        if value is None:
            raise Invalid(f"{word} needs a value", hint="Write it as the next word.")
        name, read = known[word]
        given = read(word, value)
        if name is not None:
            found[name] = given
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
        "--load-concurrency": (None, _number),
        "--bootstrap-timeout-ms": (None, _number),
    }


def _number(option: str, value: str, highest: int = (1 << 64) - 1) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 20) or int(value) > highest:
        raise Invalid(f"{option} {value} is no number that it can be", hint=f"Give one from 0 to {highest}.")
    return int(value)


def _port(option: str, value: str) -> int:
    return _number(option, value, 65535)
