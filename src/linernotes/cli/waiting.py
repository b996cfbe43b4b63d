"""Progress for what is often over before anybody could look at a bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from linernotes.cli.progress import shown_progress
from linernotes.ports.progress import Progress

AFTER_SECONDS = 2.0


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
    """Give a function that hears how much is done; a progress shows itself once that has taken ``after`` seconds."""
    begun, done = clock(), 0
    with ExitStack() as stack:
        shown: Progress | None = None

        def advance(amount: int) -> None:
            nonlocal shown, done
            done += amount
            if shown is None and clock() - begun >= after and done < total:
                shown = stack.enter_context(shown_progress(quiet=quiet))
                shown.start(phase, total=total, unit=unit)
                amount = done
            if shown is not None:
                shown.advance(phase, amount)

        yield advance
        if shown is not None:
            shown.finish(phase)
