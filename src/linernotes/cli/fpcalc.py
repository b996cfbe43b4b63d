"""`linernotes fpcalc`: fpcalc's own command line; the program `linernotes-fpcalc` is the same and starts faster."""

from __future__ import annotations

import click


class Verbatim(click.Command):
    """A command that reads its arguments itself: fpcalc's options are none that click could know."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hand over the arguments as they came."""
        ctx.params["args"] = tuple(args)
        return []


@click.command(name="fpcalc", cls=Verbatim, add_help_option=False, options_metavar="[FPCALC'S OPTIONS]")
@click.argument("args", nargs=-1, metavar="FILE...")
def command(args: tuple[str, ...]) -> int:
    """Stand in for Chromaprint's fpcalc: its options, its output.

    The options are -format, -rate, -channels, -length, -chunk, -overlap, -algorithm, -ts, -raw, -signed, -json, -text,
    -plain, -ignore-errors, -version and -h. Taggers start the program linernotes-fpcalc, which is the same.
    """
    from linernotes.fingerprint.fpcalc import run

    return run(list(args), program="linernotes fpcalc")
