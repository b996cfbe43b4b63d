"""Runs jobs in child processes, a bounded number at a time, and gathers what they say."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

import msgspec

from linernotes.app.importing.jobs import Message, run
from linernotes.app.importing.parts import PARTS, Job
from linernotes.domain import errors
from linernotes.domain.errors import LinernotesError, Unavailable

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from linernotes.ports.progress import Progress


def run_jobs(jobs: Sequence[Job], *, workers: int, progress: Progress) -> dict[str, int]:
    """Run all jobs, in order as far as one waits for another, and return their counts together.

    The first failure stops the others and is raised.
    """
    crew = _Crew(progress)
    waiting = list(jobs)
    try:
        while waiting or crew.running:
            while len(crew.running) < workers and (job := _ready(waiting, crew.done)):
                waiting.remove(job)
                crew.hire(job)
            crew.listen()
    finally:
        crew.dismiss()
    return crew.counts


def _ready(waiting: list[Job], done: set[str]) -> Job | None:
    after = ((job, PARTS[job.place.store][job.name].after) for job in waiting)
    return next((job for job, before in after if not before or before in done), None)


class _Crew:
    """The jobs at work."""

    def __init__(self, progress: Progress) -> None:
        self.counts: dict[str, int] = {}
        self.done: set[str] = set()
        self.running: dict[Connection, tuple[str, SpawnProcess]] = {}
        self._progress = progress
        self._context = multiprocessing.get_context("spawn")

    def hire(self, job: Job) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=run, args=(msgspec.json.encode(job), theirs), daemon=True)
        process.start()
        theirs.close()
        self.running[ours] = (job.name, process)

    def listen(self) -> None:
        for pipe in wait(list(self.running)):
            if isinstance(pipe, Connection):
                self._hear(pipe)

    def _hear(self, pipe: Connection) -> None:
        name, process = self.running[pipe]
        try:
            message = msgspec.json.decode(pipe.recv_bytes(), type=Message)
        except (EOFError, OSError) as exc:
            process.join()
            raise Unavailable(
                f"the import's part {name} was stopped (exit code {process.exitcode})",
                hint="If the system ran out of memory, lower import.memory_mb.",
            ) from exc
        if message.event == "done":
            self.counts.update(message.counts)
            self.done.add(name)
            del self.running[pipe]
            pipe.close()
            process.join()
        else:
            self._pass_on(message)

    def _pass_on(self, message: Message) -> None:
        if message.event == "failed":
            kind = getattr(errors, message.error, LinernotesError)
            raise kind(message.text, hint=message.hint)
        if message.event == "start":
            self._progress.start(message.phase, total=message.amount, unit=message.unit)
        elif message.event == "advance":
            self._progress.advance(message.phase, message.amount)
        else:
            self._progress.finish(message.phase)

    def dismiss(self) -> None:
        for pipe, (_, process) in self.running.items():
            process.terminate()
            process.join()
            pipe.close()
