"""A process that fingerprints one file after the other, as it is told through a pipe."""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from linernotes.domain.errors import LinernotesError, Unavailable
from linernotes.fingerprint.sources import readable
from linernotes.fingerprint.values import Words


class Fingerprinted(msgspec.Struct, frozen=True, eq=False):
    """A file's fingerprint, its duration in seconds, and what was wrong with it nevertheless."""

    path: Path
    words: Words
    duration: float
    warnings: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, eq=False):
    """A file that has no fingerprint, and why."""

    path: Path
    error: LinernotesError


Result = Fingerprinted | Failed


Read = Callable[[Path, float], Result]


def serve(pipe: Connection, read: Read, length: float) -> None:
    """Answer each path with its result until nobody is left to answer."""
    # Whoever interrupts the program interrupts its parent, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            pipe.send(read(pipe.recv(), length))
    except (EOFError, BrokenPipeError):
        return


def read_file(path: Path, length: float) -> Result:
    """Fingerprint so many seconds of one file (0 = all); whatever is wrong with it is a result too."""
    from linernotes.fingerprint.extract import extract  # noqa: PLC0415 - the parent needs no decoder

    try:
        with readable(path) as source:
            found = extract(source, length=length)
    except LinernotesError as error:
        return Failed(path, error)
    except MemoryError:
        return Failed(path, Unavailable("There is not enough memory to read this file."))
    return Fingerprinted(path, found.words, found.duration, found.warnings)
