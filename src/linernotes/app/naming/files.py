"""Files to names: as they are fingerprinted they are asked for, several at once, and given in their order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator

import msgspec

from linernotes.app.naming.unnamed import why_unnamed
from linernotes.app.naming.values import Named, Namer
from linernotes.domain.errors import Invalid
from linernotes.fingerprint.batch import Failed, Fingerprinted
from linernotes.usecases.identify.values import Query

PATIENCE_SECONDS = 1.0
"""So long a file waits for others to be asked for with it."""


class FileNamed(msgspec.Struct, frozen=True, eq=False):
    """A file, what it was asked for with, and what it may be, best first; else why it is nothing (``unnamed``)."""

    file: Fingerprinted
    query: Query
    found: tuple[Named, ...]
    unnamed: str = ""


def name_files(
    results: Iterable[Fingerprinted | Failed],
    *,
    namer: Namer,
    runner: asyncio.Runner,
    least: float,
    clip: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[FileNamed | Failed]:
    """Give one result for each file. What the namer cannot be asked for fails by itself; other errors are raised."""
    waiting: list[Fingerprinted | Failed] = []
    since = 0.0
    for result in results:
        since = since if waiting else clock()
        waiting.append(result)
        if len(waiting) >= namer.batch or clock() - since >= PATIENCE_SECONDS:
            yield from _named(waiting, namer, runner, least, clip=clip)
            waiting = []
    yield from _named(waiting, namer, runner, least, clip=clip)


def _named(
    waiting: list[Fingerprinted | Failed], namer: Namer, runner: asyncio.Runner, least: float, *, clip: bool
) -> Iterator[FileNamed | Failed]:
    # Whole seconds, as every client of AcoustID counts them.
    queries = {
        number: Query(file.words, int(file.duration), clip=clip)
        for number, file in enumerate(waiting)
        if isinstance(file, Fingerprinted)
    }
    asked = list(queries.values())
    answers = dict(zip(queries, runner.run(_ask(asked, namer, least)), strict=True)) if asked else {}
    for number, file in enumerate(waiting):
        if isinstance(file, Failed):
            yield file
            continue
        answer = answers[number]
        if isinstance(answer, Invalid):
            yield Failed(file.path, answer)
        else:
            unnamed = "" if answer else why_unnamed(queries[number], clips=namer.clips)
            yield FileNamed(file, queries[number], answer, unnamed)


async def _ask(queries: list[Query], namer: Namer, least: float) -> list[tuple[Named, ...] | Invalid]:
    """Ask for all at once, and for each by itself when one of them spoils that."""
    try:
        return list(await namer.name(queries, least=least))
    except Invalid as exc:
        if len(queries) == 1:
            return [exc]
    return [one for query in queries for one in await _ask([query], namer, least)]
