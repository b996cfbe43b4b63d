"""What the parts of a build do in each store. Only the part that is run is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from linernotes.app.importing.places import Place, Store
from linernotes.domain.names import NameRecord
from linernotes.domain.secret import Secret
from linernotes.dumps.staged import StagedDump
from linernotes.ports.progress import Progress
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.sqlite.previous import Previous

if TYPE_CHECKING:
    from linernotes.stores.postgres.compile.loading import Target

_TOLD_EVERY = 5000


class Job(msgspec.Struct, frozen=True):
    """One part: which, from what, into what. ``now`` is unix milliseconds."""

    name: str
    staged: str
    place: Place
    memory_mb: int
    now: int
    search: SearchSettings


class Part(msgspec.Struct, frozen=True):
    """A part, and the part that has to be there before it."""

    run: Callable[[Job, Progress], dict[str, int]]
    after: str = ""


def _albums(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.albums import compile_albums

    return compile_albums(_staged(job), Path(job.place.folder), _previous(job, "albums"), progress)


def _artists(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.artists import compile_artists

    staged = _staged(job)
    return compile_artists(staged, staged, Path(job.place.folder), _previous(job, "artists"), progress)


def _recordings(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.sqlite.compile.recordings import compile_recordings

    staged = _staged(job)
    return compile_recordings(staged, staged, Path(job.place.folder), progress)


def _names(job: Job, progress: Progress) -> dict[str, int]:
    return _index(job, lambda records: records, progress)


def _albums_by_copy(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.postgres.compile.albums import compile_albums

    staged = _staged(job)
    return compile_albums(staged, staged, _target(job), progress)


def _artists_by_copy(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.postgres.compile.artists import compile_artists

    staged = _staged(job)
    return compile_artists(staged, staged, _target(job), progress)


def _recordings_by_copy(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.postgres.compile.recordings import compile_recordings

    staged = _staged(job)
    return compile_recordings(staged, staged, _target(job), progress)


def _names_by_copy(job: Job, progress: Progress) -> dict[str, int]:
    from linernotes.stores.postgres.compile.names import keep_names

    return _index(job, lambda records: keep_names(records, _target(job)), progress)


def _index(
    job: Job, through: Callable[[Iterator[NameRecord]], Iterator[NameRecord]], progress: Progress
) -> dict[str, int]:
    from linernotes.searchers.tantivy import TantivyNamesWriter

    staged = _staged(job)
    sizes = staged.sizes()
    progress.start("names", total=sizes.artists + sizes.release_groups, unit="rows")
    writer = TantivyNamesWriter(Path(job.place.folder) / "names", settings=job.search)
    count = writer.add(_counted(through(staged.names()), progress))
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
    before = job.place.previous
    return Previous(Path(before) if before else None, file, now=job.now)


def _target(job: Job) -> Target:
    from linernotes.stores.postgres.compile.loading import Target

    return Target(Secret(job.place.database), job.place.schema, job.place.previous, job.now)


PARTS: dict[Store, dict[str, Part]] = {
    "sqlite": {
        "albums": Part(_albums),
        "recordings": Part(_recordings),
        "names": Part(_names),
        "artists": Part(_artists),
    },
    "postgres": {
        "albums": Part(_albums_by_copy),
        "artists": Part(_artists_by_copy),
        "names": Part(_names_by_copy),
        # It reads back which release has which number in the dump.
        "recordings": Part(_recordings_by_copy, after="albums"),
    },
}
"""Longest first, so that two processes end at about the same time."""
