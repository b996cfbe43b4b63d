"""The options of fpcalc, read the way it reads them.

Options may stand after files, a number is read as far as it goes (`30s` is 30, `x` is 0), an option without its value
is an unknown option, and the last of several wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

HELP = """\
Usage: {program} [OPTIONS] FILE [FILE...]

Generate fingerprints from audio files/streams.

Options:
  -format NAME   Read the input as this format, without looking
  -rate NUM      Sample rate of raw input, in Hz
  -channels NUM  Number of channels of raw input
  -length SECS   Use at most this much of the audio (default 120, 0 = all)
  -chunk SECS    One fingerprint for every so many seconds
  -algorithm NUM Algorithm; 2, the default, is the one there is
  -overlap       Let chunks overlap, so that nothing at their edges is lost
  -ts            Print when each result was begun, as UNIX time
  -raw           Print the words of the fingerprint as numbers
  -signed        Print these numbers signed
  -json          Print JSON
  -text          Print lines of NAME=VALUE (default)
  -plain         Print the fingerprint only
  -ignore-errors Leave out what is damaged, and go on after it
  -version       Print the version
"""

Form = Literal["text", "json", "plain"]

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))")
_WHOLE = re.compile(r"\s*([+-]?\d+)")
_SHORT = {"-f": "-format", "-c": "-channels", "-r": "-rate", "-t": "-length", "-a": "-algorithm"}


@dataclass(kw_only=True)
class Options:
    """What was asked for: seconds, and Hz; 0 stands for all of it, no chunks, and whatever the file says."""

    files: list[str] = field(default_factory=list)
    form: Form = "text"
    length: float = 120.0
    chunk: float = 0.0
    overlap: bool = False
    timestamps: bool = False
    raw: bool = False
    signed: bool = False
    ignore_errors: bool = False
    algorithm: int = 2
    format: str | None = None
    rate: int = 0
    channels: int = 0
    ask: Literal["", "help", "version"] = ""


class WrongUsage(Exception):
    """An option that fpcalc would refuse; the text is what it says."""


def parse(args: list[str]) -> Options:
    """Read the command line; `ask` ends the reading, as it ends fpcalc."""
    options = Options()
    rest = list(reversed(args))
    while rest and not options.ask:
        arg = rest.pop()
        name = _SHORT.get(arg, arg)
        if arg == "--":
            options.files += reversed(rest)
            break
        if name in _VALUES and rest:
            _VALUES[name](options, arg, rest.pop())
        elif name in _FLAGS:
            _FLAGS[name](options)
        elif len(arg) > 1 and arg.startswith("-"):
            raise WrongUsage(f"Unknown option {arg}")
        else:
            options.files.append(arg)
    if not options.files and not options.ask:
        raise WrongUsage("No input files")
    return options


def _seconds(arg: str, text: str) -> float:
    found = _NUMBER.match(text)
    value = float(found[1]) if found else 0.0
    if not 0 <= value < float("inf"):
        raise WrongUsage(f"The argument for {arg} must be a positive number")
    return value


def _whole(text: str) -> int:
    found = _WHOLE.match(text)
    return int(found[1]) if found else 0


def _length(options: Options, arg: str, text: str) -> None:
    options.length = _seconds(arg, text)


def _chunk(options: Options, arg: str, text: str) -> None:
    options.chunk = _seconds(arg, text)


def _rate(options: Options, arg: str, text: str) -> None:
    options.rate = _whole(text)
    if options.rate < 0:
        raise WrongUsage(f"The argument for {arg} must be a positive number")


def _channels(options: Options, arg: str, text: str) -> None:
    options.channels = _whole(text)
    if options.channels <= 0:
        raise WrongUsage(f"The argument for {arg} must be a non-zero positive number")


def _algorithm(options: Options, arg: str, text: str) -> None:
    options.algorithm = _whole(text)
    if not 1 <= options.algorithm <= 5:
        raise WrongUsage(f"The argument for {arg} must be 1 - 5")
    if options.algorithm != 2:
        raise WrongUsage("Only algorithm 2 is available, the one that AcoustID uses")


def _format(options: Options, _: str, text: str) -> None:
    options.format = text


_VALUES: dict[str, Callable[[Options, str, str], None]] = {
    "-format": _format,
    "-rate": _rate,
    "-channels": _channels,
    "-length": _length,
    "-chunk": _chunk,
    "-algorithm": _algorithm,
}


def _flag(name: str, value: object) -> Callable[[Options], None]:
    def set_flag(options: Options) -> None:
        setattr(options, name, value)

    return set_flag


_FLAGS: dict[str, Callable[[Options], None]] = {
    "-text": _flag("form", "text"),
    "-json": _flag("form", "json"),
    "-plain": _flag("form", "plain"),
    "-overlap": _flag("overlap", True),
    "-ts": _flag("timestamps", True),
    "-raw": _flag("raw", True),
    "-signed": _flag("signed", True),
    "-ignore-errors": _flag("ignore_errors", True),
    "-v": _flag("ask", "version"),
    "-version": _flag("ask", "version"),
    "-h": _flag("ask", "help"),
    "-help": _flag("ask", "help"),
    "--help": _flag("ask", "help"),
}
