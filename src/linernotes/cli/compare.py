"""`linernotes compare`: how alike two recordings are, where in them, and a picture of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linernotes.cli.fingerprint import line_of, text_of

if TYPE_CHECKING:
    from linernotes.fingerprint.compared import Compared, Side

WIDEST = 120
# Bits of 32 that differ: up to the first the sound is the same, from the second on nothing is.
ALIKE, APART = 5, 11


@click.command(name="compare")
@click.argument("a")
@click.argument("b")
@click.option("--length", type=click.FloatRange(0), default=120, show_default=True, help="Seconds used; 0 is all.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture to this PNG file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(a: str, b: str, length: float, plot: Path | None, as_json: bool) -> None:
    """Say how alike two recordings are, and where.

    A and B are audio files, or fingerprints as fpcalc prints them, compressed or as numbers with commas. Of files, as
    many seconds are used as --length says: take 0 where one is a clip from anywhere in the other. That they are not
    alike is no failure: the exit code is 0.
    """
    from linernotes.fingerprint.compared import compare, side

    found = compare(side(a, length=length), side(b, length=length))
    for one in (found.a, found.b):
        for warning in one.warnings:
            click.echo(f"warning: {_name(one)}: {line_of(warning)}", err=True)
    if plot:
        from linernotes.fingerprint.picture.image import save

        title = f"A: {_name(found.a)}   B: {_name(found.b)}"
        save(found.course, plot, title=title, parts=[(part.start_a, part.end_a) for part in found.parts])
    if as_json:
        _print_json(found)
    else:
        _print(found)
        if plot is None:
            _print_picture(found)


def _print(found: Compared) -> None:
    for label, one in (("A", found.a), ("B", found.b)):
        click.echo(f"{label}        {_name(one)}, {_clock(one.seconds)}")
    click.echo(f"scores   {found.score:.3f} (as AcoustID decides), {found.lookup_score:.3f} (as its look-ups say)")
    click.echo(f"offset   {_offset(found)}")
    for part in found.parts:
        in_a, in_b = _span(part.start_a, part.end_a), _span(part.start_b, part.end_b)
        click.echo(f"in both  A {in_a}, B {in_b}, {part.bits:.1f} of 32 bits differ")
    if not found.parts:
        click.echo("in both  nothing")


def _name(one: Side) -> str:
    return line_of(one.path) if one.path else "fingerprint"


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def _span(start: float, end: float) -> str:
    return f"{_clock(start)}-{_clock(end)}"


def _offset(found: Compared) -> str:
    if found.offset is None:
        return "none that can be told"
    if not found.offset:
        return "0.0 s"
    return f"B begins {abs(found.offset):.1f} s {'after' if found.offset > 0 else 'before'} A"


def _print_picture(found: Compared) -> None:
    """Draw where they agree: low is alike, high is not; in colours on a terminal."""
    from linernotes.fingerprint.picture import BLOCKS, MARGIN, PLAIN, columns, draw

    width = min(shutil.get_terminal_size().columns if sys.stdout.isatty() else 80, WIDEST) - MARGIN
    shown = columns(found.course, max(width, 10))
    if not shown:
        return
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo("\nbits of 32 that differ, over the time in A")
    for line in draw(shown, blocks=BLOCKS if unicode else PLAIN, paint=_paint if sys.stdout.isatty() else None):
        click.echo(line)


def _paint(cell: str, bits: float) -> str:
    return click.style(cell, fg="green" if bits <= ALIKE else "yellow" if bits < APART else "red")


def _print_json(found: Compared) -> None:
    import msgspec

    document: dict[str, Any] = {
        "a": _described(found.a),
        "b": _described(found.b),
        "score": round(found.score, 6),
        "lookup_score": round(found.lookup_score, 6),
        "offset": None if found.offset is None else round(found.offset, 3),
        "parts": found.parts,
    }
    click.echo(msgspec.json.encode(document).decode())


def _described(one: Side) -> dict[str, Any]:
    return {
        "path": text_of(one.path) if one.path else None,
        "seconds": round(one.seconds, 3),
        "words": one.words.size,
        "warnings": list(map(text_of, one.warnings)),
    }
