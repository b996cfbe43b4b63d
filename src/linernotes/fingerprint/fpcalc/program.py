"""The run of the stand-in: files in their order, one result each (or one per chunk), and how it ends.

As with fpcalc, the first file that fails ends the run. What differs, on purpose: a file that ends before `-length` is
no error (fpcalc 1.5 reports one for each), nor is a damaged end, as long as there is a fingerprint of what comes before
it (a tagger would throw that away); and only algorithm 2 is available.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from linernotes import __version__
from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.fingerprint.fpcalc.options import HELP, Options, WrongUsage, parse
from linernotes.fingerprint.fpcalc.printing import result, whole_milliseconds
from linernotes.fingerprint.sources import readable

if TYPE_CHECKING:
    from linernotes.fingerprint.extract import Chunk

# The release of Chromaprint whose output this is.
STANDS_FOR = "1.6.1"
FAILED = 2
INTERRUPTED = 130


def main() -> None:
    """Run as a program: arguments from the command line, the exit code to the system."""
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def run(args: list[str], *, program: str = "linernotes-fpcalc") -> int:
    """Do what fpcalc does and return its exit code: 0, or 2 where something failed."""
    try:
        options = parse(args)
    except WrongUsage as error:
        _complain(str(error))
        return FAILED
    if options.ask == "help":
        sys.stdout.write(HELP.format(program=program))
    elif options.ask == "version":
        sys.stdout.write(f"fpcalc version {STANDS_FOR} (linernotes {__version__})\n")
    for name in options.files if not options.ask else []:
        code = _process(name, options)
        if code:
            return code
    return 0


def _process(name: str, options: Options) -> int:
    """Print the fingerprints of one file; return the exit code that it asks for, 0 to go on."""
    begun = time.time()
    warnings: list[str] = []
    printed = False
    try:
        for part in _fingerprints(name, options, warnings.append):
            if part.words.size:
                timestamp = begun if options.timestamps else part.start
                text = result(part.words, options, duration=part.duration, timestamp=timestamp, first=not printed)
                sys.stdout.write(text)
                sys.stdout.flush()
                begun, printed = time.time(), True
        if not printed:
            raise Invalid("Empty fingerprint")
    except LinernotesError as error:
        _complain(error.message)
        return FAILED
    for warning in warnings:
        _complain(warning, level="WARNING")
    return 0


def _fingerprints(name: str, options: Options, warn: Callable[[str], None]) -> Iterator[Chunk]:
    """Give the file's fingerprint with the duration of the whole file, or those of its chunks with theirs."""
    if name == "-":
        yield from _extracted(sys.stdin.buffer, options, warn)
        return
    with readable(Path(name), pipes=True) as source:
        yield from _extracted(source, options, warn)


def _extracted(source: Path | BinaryIO, options: Options, warn: Callable[[str], None]) -> Iterator[Chunk]:
    from linernotes.fingerprint import extract  # noqa: PLC0415 - --help and wrong usage need no decoder

    reading = extract.Options(
        format=options.format or "",
        rate=options.rate,
        channels=options.channels,
        ignore_errors=options.ignore_errors,
    )
    if options.chunk:
        yield from extract.chunks(
            source,
            length=options.length,
            chunk=options.chunk,
            overlap=options.overlap,
            options=reading,
            on_warning=warn,
        )
    else:
        found = extract.extract(source, length=options.length, options=reading, on_warning=warn)
        yield extract.Chunk(found.words, 0.0, whole_milliseconds(found.duration))


def _complain(text: str, *, level: str = "ERROR") -> None:
    sys.stderr.write(f"{level}: {' '.join(text.split())}\n")
