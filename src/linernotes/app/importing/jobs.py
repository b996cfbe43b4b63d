"""The parts of a build, each written by a process of its own, so that two cores are used and memory is given back.

A child tells its parent of progress, counts and errors as JSON lines over a pipe.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from linernotes.domain.errors import LinernotesError
from linernotes.domain.names import NameRecord
from linernotes.dumps.staged import StagedDump
from linernotes.ports.progress import Progress
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.sqlite.previous import Previous

_TOLD_EVERY = 5000


class Job(msgspec.Struct, frozen=True):
    """One part: which, from what, into what. ``now`` is unix milliseconds."""

    name: str
    staged: str
    build: str
    previous: str | None
    memory_mb: int
    now: int
    search: SearchSettings


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
        reporter.send(Message("done", counts=JOBS[job.name](job, reporter)))
    except LinernotesError as exc:
        reporter.send(Message("failed", error=type(exc).__name__, text=exc.message, hint=exc.hint))
    except MemoryError:
        reporter.send(Message("failed", error="Unavailable", text=f"{job.name}: out of memory", hint=_LESS))
    except Exception as exc:  # noqa: BLE001 - the parent raises it again
        reporter.send(Message("failed", error="LinernotesError", text=f"{job.name}: {type(exc).__name__}: {exc}"))
    finally:
        pipe.close()


def _albums(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.albums import compile_albums

    return compile_albums(_staged(job), Path(job.build), _previous(job, "albums"), progress)


def _artists(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.artists import compile_artists

    staged = _staged(job)
    return compile_artists(staged, staged, Path(job.build), _previous(job, "artists"), progress)


def _recordings(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.recordings import compile_recordings

    staged = _staged(job)
    return compile_recordings(staged, staged, Path(job.build), progress)


def _names(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.searchers.tantivy import TantivyNamesWriter

    staged = _staged(job)
    sizes = staged.sizes()
    progress.start("names", total=sizes.artists + sizes.release_groups, unit="rows")
    writer = TantivyNamesWriter(Path(job.build) / "names", settings=job.search)
    count = writer.add(_counted(staged.names(), progress))
    writer.finish()
    progress.finish("names")
    return {"name": count}


def _counted(records: Iterator[NameRecord], progress: Progress) -> Iterator[NameRecord]:
    for number, record in enumerate(records, 1):
        yield record
        if number % _TOLD_EVERY == 0:
            progress.advance("names", _TOLD_EVERY)


def _staged(job: Job) -> StagedDump:
    return StagedDump(Path(job.staged), memory_mb=job.memory_mb, threads=1)


def _previous(job: Job, file: str) -> Previous:
    return Previous(Path(job.previous) if job.previous else None, file, now=job.now)


JOBS: dict[str, Callable[[Job, Progress], dict[str, int]]] = {
    "albums": _albums,
    "recordings": _recordings,
    "names": _names,
    "artists": _artists,
}
"""Longest first, so that two processes end at about the same time."""

_LESS = "Raise import.memory_mb, or lower it so that less is done at once."
