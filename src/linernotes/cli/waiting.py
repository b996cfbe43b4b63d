"""Progress for what is often over before anybody could look at a bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from linernotes.cli.progress import shown_progress
from linernotes.ports.progress import Progress

AFTER_SECONDS = 2.0
T = TypeVar("T")


@contextmanager
def shown_when_long(
    phase: str,
    *,
    total: int,
    unit: str,
    quiet: bool,
    after: float = AFTER_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[int], None]]:
    """Give a function that hears how much is done.

    A progress shows itself once that has taken ``after`` seconds and seems to take as long again.
    """
    begun, done = clock(), 0
    with ExitStack() as stack:
        shown: Progress | None = None

        def advance(amount: int) -> None:
            nonlocal shown, done
            done += amount
            seconds = clock() - begun
            if shown is None and seconds >= after and seconds / done * (total - done) >= after:
                shown = stack.enter_context(shown_progress(quiet=quiet))
                shown.start(phase, total=total, unit=unit)
                amount = done
            if shown is not None:
                shown.advance(phase, amount)

        yield advance
        if shown is not None:
            shown.finish(phase)


def heard(some: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Give things as they come, and tell of each."""
    for one in some:
        advance(1)
        yield one


@contextmanager
def shown_when_much(*, quiet: bool, least: int) -> Iterator[Progress]:
    """Give a progress that shows itself with the first phase that has so many units at least."""
    with ExitStack() as stack:
        yield _WhenMuch(lambda: stack.enter_context(shown_progress(quiet=quiet)), least)


class _WhenMuch:
    """Hears of all phases, and tells of those that are long."""

    def __init__(self, show: Callable[[], Progress], least: int) -> None:
        self._show = show
        self._least = least
        self._shown: Progress | None = None
        self._phases: set[str] = set()

    def start(self, phase: str, *, total: int, unit: str) -> None:
        if total >= self._least:
            self._shown = self._shown or self._show()
            self._phases.add(phase)
            self._shown.start(phase, total=total, unit=unit)

    def advance(self, phase: str, amount: int) -> None:
        if self._shown is not None and phase in self._phases:
            self._shown.advance(phase, amount)

    def finish(self, phase: str) -> None:
        if self._shown is not None and phase in self._phases:
            self._phases.remove(phase)
            self._shown.finish(phase)
