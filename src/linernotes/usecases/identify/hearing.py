"""A process that turns the bytes of sound files into fingerprints, one file at a time, as it is told through a pipe.

Decoders are native code that reads what strangers made: here they may crash, hang and ask for memory without harm to
whoever asks.
"""

from __future__ import annotations

import io
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.fingerprint.values import Words

READY = "ready"
ROOM_BYTES = 1 << 30
"""What reading a file may take of memory beside what the process has when it begins."""


class Sound(msgspec.Struct, frozen=True):
    """The bytes of a file, of which ``length`` seconds are listened to.

    ``kind`` is FFmpeg's name of its format, empty for whatever it is; ``rate`` and ``channels`` go with bare samples.
    """

    data: bytes
    length: float
    kind: str = ""
    rate: int = 0
    channels: int = 0


class Heard(msgspec.Struct, frozen=True, eq=False):
    """A file's fingerprint, and its duration in seconds: what its header says of all of it, else what was heard."""

    words: Words
    duration: float


Result = Heard | LinernotesError


def hear(sound: Sound) -> Result:
    """Listen to a file; whatever is wrong with it is a result too."""
    from linernotes.fingerprint.extract import Options, extract  # noqa: PLC0415 - whoever asks needs no decoder

    options = Options(format=sound.kind, rate=sound.rate, channels=sound.channels)
    try:
        found = extract(io.BytesIO(sound.data), length=sound.length, options=options)
    except Unavailable as error:
        # What lies in memory can be read: it is a file that asks for others.
        return Invalid("This is no file that can be listened to.", hint=error.message)
    except LinernotesError as error:
        return error
    except MemoryError:
        return Invalid("Reading this file takes too much memory.")
    except OverflowError:
        return Invalid("This file cannot be read.")
    return Heard(found.words, found.duration)


def serve(pipe: Connection) -> None:
    """Say that all is ready, then answer each sound with what was heard, until nobody is left to answer."""
    from linernotes.fingerprint import extract  # noqa: F401, PLC0415 - loaded before room is measured

    # Whoever interrupts the program interrupts its parent, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stay_small()
    try:
        pipe.send(READY)
        while True:
            pipe.send(hear(pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _stay_small() -> None:
    """Limit memory and leave no core behind, where the system can do that."""
    try:
        import resource  # noqa: PLC0415 - not on every system

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        room = pages * resource.getpagesize() + ROOM_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return
