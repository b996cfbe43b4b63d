"""The parts of a build, each written by a process of its own, so that two cores are used and memory is given back.

A child tells its parent of progress, counts and errors as JSON lines over a pipe.
"""

from __future__ import annotations

import gc
import signal
from multiprocessing.connection import Connection

import msgspec

from linernotes.app.importing.parts import PARTS, Job
from linernotes.domain.errors import LinernotesError

_LESS = "Raise import.memory_mb, or lower it so that less is done at once."


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line from a job. ``event`` is start, advance, finish, done or failed."""

    event: str
    phase: str = ""
    amount: int = 0
    unit: str = ""
    counts: dict[str, int] = {}
    error: str = ""
    text: str = ""
    hint: str = ""


class _Reporter:
    """Sends progress through the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def send(self, message: Message) -> None:
        self._pipe.send_bytes(msgspec.json.encode(message))

    def start(self, phase: str, *, total: int, unit: str) -> None:
        self.send(Message("start", phase, total, unit))

    def advance(self, phase: str, amount: int) -> None:
        self.send(Message("advance", phase, amount))

    def finish(self, phase: str) -> None:
        self.send(Message("finish", phase))


def run(encoded: bytes, pipe: Connection) -> None:
    """Do one job: the entry of a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its children
    gc.disable()  # rows come and go by the million and hold no cycles
    reporter = _Reporter(pipe)
    job = msgspec.json.decode(encoded, type=Job)
    try:
        reporter.send(Message("done", counts=PARTS[job.place.store][job.name].run(job, reporter)))
    except LinernotesError as exc:
        reporter.send(Message("failed", error=type(exc).__name__, text=exc.message, hint=exc.hint))
    except MemoryError:
        reporter.send(Message("failed", error="Unavailable", text=f"{job.name}: out of memory", hint=_LESS))
    except Exception as exc:  # noqa: BLE001 - the parent raises it again
        reporter.send(Message("failed", error="LinernotesError", text=f"{job.name}: {type(exc).__name__}: {exc}"))
    finally:
        pipe.close()
