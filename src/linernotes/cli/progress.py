"""Progress on a terminal: a bar per phase with rate and time left; plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from linernotes.ports.progress import NoProgress, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Give a progress that shows itself on standard error as well as that can."""
    if quiet:
        yield NoProgress()
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _BarProgress(bars)
    else:
        yield _LineProgress()


class _LineProgress:
    """One line when a phase ends."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[float, int, str]] = {}

    def start(self, phase: str, *, total: int, unit: str) -> None:
        self._begun[phase] = (time.monotonic(), total, unit)

    def advance(self, phase: str, amount: int) -> None:
        pass

    def finish(self, phase: str) -> None:
        begun, total, unit = self._begun.pop(phase)
        seconds = time.monotonic() - begun
        rate = rate_text(total / max(seconds, 0.001), unit)
        click.echo(f"{phase}: {total:,} {unit} in {seconds:,.1f} s ({rate})", err=True)


class _BarProgress:
    """A bar per phase."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, phase: str, *, total: int, unit: str) -> None:
        self._tasks[phase] = self._bars.add_task(phase, total=total, unit=unit)

    def advance(self, phase: str, amount: int) -> None:
        self._bars.advance(self._tasks[phase], amount)

    def finish(self, phase: str) -> None:
        task = self._tasks[phase]
        self._bars.update(task, completed=next(t.total for t in self._bars.tasks if t.id == task))


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.table import Column
    from rich.text import Text

    class Rate(ProgressColumn):
        """Units per second."""

        def render(self, task: Task) -> Text:
            return Text(rate_text(task.finished_speed or task.speed, str(task.fields["unit"])), style="cyan")

    return Bars(
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", max_width=30)),
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4)),
        TextColumn("{task.percentage:>3.0f} %", table_column=Column(no_wrap=True)),
        Rate(table_column=Column(no_wrap=True, justify="right")),
        TimeRemainingColumn(elapsed_when_finished=True, table_column=Column(no_wrap=True)),
        expand=True,
        console=Console(stderr=True),
    )


def rate_text(speed: float | None, unit: str) -> str:
    """Say how fast: bytes in MB, anything else as it is."""
    if not speed:
        return ""
    return f"{speed / 1e6:,.1f} MB/s" if unit == "bytes" else f"{speed:,.0f} {unit}/s"
