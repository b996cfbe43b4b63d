"""Several workers, one file each at a time; one that takes too long or dies is replaced."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.batch.worker import Failed, Fingerprinted, Read, Result, read_file, serve

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["Failed", "Fingerprinted", "fingerprint_files"]


def fingerprint_files(
    paths: Sequence[Path], *, length: float, jobs: int, seconds: float, read: Read = read_file
) -> Generator[Result]:
    """Give one result for each path, in their order.

    `length` is the audio used of each file in seconds (0 = all), `jobs` the number of processes, `seconds` the time
    that one file may take, and `read`, a function that can be pickled, how it is read. The iterator's `close` stops the
    processes.
    """
    waiting = deque(enumerate(paths))
    done: dict[int, Result] = {}
    crew = [_Worker(read, length) for _ in range(min(jobs, len(paths)))]
    try:
        for index in range(len(paths)):
            while index not in done:
                _hand_out(crew, waiting, seconds)
                done.update(_collect(crew))
            yield done.pop(index)
    finally:
        for worker in crew:
            worker.stop()


def _hand_out(crew: list[_Worker], waiting: deque[tuple[int, Path]], seconds: float) -> None:
    for worker in crew:
        if worker.task is None and waiting:
            worker.begin(*waiting.popleft(), seconds)


def _collect(crew: list[_Worker]) -> Iterator[tuple[int, Result]]:
    """Wait until something happens to those that are at work, and give what came of it."""
    busy = [worker for worker in crew if worker.task is not None]
    until = min(worker.deadline for worker in busy)
    ready = set(wait([worker.pipe for worker in busy], timeout=max(0.0, until - time.monotonic())))
    for worker in busy:
        if worker.pipe in ready or worker.deadline <= time.monotonic():
            yield worker.end(answered=worker.pipe in ready)


class _Worker:
    """A process of ours and the file that it reads."""

    def __init__(self, read: Read, length: float) -> None:
        self._arguments = (read, length)
        self.task: tuple[int, Path] | None = None
        self.deadline = 0.0
        self._seconds = 0.0
        self.pipe, self._process = self._start()

    def begin(self, index: int, path: Path, seconds: float) -> None:
        self.task = (index, path)
        self._seconds = seconds
        self.deadline = time.monotonic() + seconds
        try:
            self.pipe.send(path)
        except BrokenPipeError:
            # It died before it could be asked; `end` finds its pipe at its end and says so.
            return

    def end(self, *, answered: bool) -> tuple[int, Result]:
        """Return what came of the task; a process that cannot go on is replaced."""
        if self.task is None:
            raise AssertionError
        index, path = self.task
        self.task = None
        if answered:
            try:
                result: Result = self.pipe.recv()
            except (EOFError, ConnectionResetError):
                self._replace()
                return index, Failed(path, Corrupt("The file makes the decoder crash."))
            return index, result
        self._replace()
        hint = "Allow more time with --timeout, or use less of the file with --length."
        return index, Failed(path, Unavailable(f"The file took longer than {self._seconds:g} s.", hint=hint))

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()

    def _replace(self) -> None:
        self.stop()
        self.pipe, self._process = self._start()

    def _start(self) -> tuple[Connection, SpawnProcess]:
        # Spawned, not forked: a fork would copy threads of the parent in whatever state they are.
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, *self._arguments), daemon=True)
        process.start()
        theirs.close()
        return ours, process
