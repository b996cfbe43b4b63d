"""Handing in the files of a library: what is known is passed over, the rest is fingerprinted and submitted.

Every batch is kept before it is remembered. A run that is stopped anywhere is therefore gone on with by the next, and
what is handed in twice for it counts once. One that is interrupted hands in what it has read, if that takes no time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from linernotes.app.naming.intake import Intake
from linernotes.app.naming.known import Stamp, stamp
from linernotes.app.naming.reading import Tagged, Unsaid
from linernotes.domain.errors import Invalid, LinernotesError, NotFound, Unavailable
from linernotes.fingerprint.batch import Failed, Fingerprinted

PATIENCE_SECONDS = 5.0
"""So long a file waits for others to be handed in with it."""

FAREWELL_SECONDS = 3.0
"""So long somebody who interrupts waits for what was read to be handed in."""


class Memory(Protocol):
    """Which files were handed in before."""

    def knows(self, file: Stamp, *, length: float) -> bool:
        """Whether a file was handed in as it is now."""
        ...

    def keep(self, files: Iterable[tuple[Stamp, int]], *, length: float) -> None:
        """Remember files with the numbers of their submissions, 0 for none."""
        ...


class Added(msgspec.Struct, frozen=True):
    """A file that was handed in, and its number there, 0 if it was not taken."""

    path: Path
    submission: int


def new_files(paths: Iterable[Path], *, known: Memory, length: float) -> tuple[dict[Path, Stamp], list[Failed], int]:
    """Return files that are not known as they are now, those that cannot be looked at, and how many are known."""
    new: dict[Path, Stamp] = {}
    failed: list[Failed] = []
    passed = 0
    for path in paths:
        try:
            found = stamp(path)
        except FileNotFoundError:
            failed.append(Failed(path, NotFound(f"There is no file {path}.")))
        except (OSError, ValueError) as exc:
            failed.append(Failed(path, Unavailable(f"It cannot be read: {getattr(exc, 'strerror', None) or exc}.")))
        else:
            if known.knows(found, length=length):
                passed += 1
            else:
                new[path] = found
    return new, failed, passed


def add_files(
    results: Iterable[Fingerprinted | Failed],
    *,
    stamps: Mapping[Path, Stamp],
    intake: Intake,
    known: Memory,
    runner: asyncio.Runner,
    length: float,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Added | Failed, None, None]:
    """Hand in what was read, and give what came of each file, in their order within a batch.

    What the intake refuses fails by itself; other errors are raised, and what was handed in before stays so. Close it
    when it is left early, so that what waits for others is handed in.
    """
    batch: list[Tagged] = []
    since = 0.0

    def hand_in(seconds: float | None = None) -> list[Added | Failed]:
        done = runner.run(asyncio.wait_for(_submitted(batch, intake), seconds))
        kept = [(stamps[one.path], one.submission) for one in done if isinstance(one, Added)]
        known.keep(kept, length=length)
        batch.clear()
        return done

    try:
        for result in results:
            if isinstance(result, Tagged):
                since = since if batch else clock()
                batch.append(result)
            elif isinstance(result, Failed):
                if isinstance(result, Unsaid):
                    known.keep([(stamps[result.path], 0)], length=length)
                yield result
            if batch and (len(batch) >= intake.batch or clock() - since >= PATIENCE_SECONDS):
                yield from hand_in()
        if batch:
            yield from hand_in()
    except (KeyboardInterrupt, GeneratorExit):
        if batch:
            with suppress(LinernotesError, TimeoutError):
                hand_in(FAREWELL_SECONDS)
        raise


async def _submitted(batch: list[Tagged], intake: Intake) -> list[Added | Failed]:
    try:
        numbers = await intake.submit(batch)
    except Invalid as exc:
        if len(batch) == 1:
            return [Failed(batch[0].path, exc)]
    else:
        return [Added(file.path, number) for file, number in zip(batch, numbers, strict=True)]
    return [one for file in batch for one in await _submitted([file], intake)]
