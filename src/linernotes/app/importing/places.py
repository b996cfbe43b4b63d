"""Where a build goes: into the data folder, or into PostgreSQL with its name index in the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from linernotes.domain.catalogue import BuildInfo
from linernotes.stores.sqlite.builds import BuildFolder

Store = Literal["sqlite", "postgres"]


class Place(msgspec.Struct, frozen=True):
    """Where the parts of one build are written: ``folder`` for files, ``schema`` of ``database`` for tables.

    ``previous`` is the build that this one is compared with: its folder, or its schema.
    """

    store: Store
    folder: str
    previous: str | None
    schema: str = ""
    database: str = ""


class Hold(Protocol):
    """A place that nobody else imports into as long as it is held."""

    work: Path
    previous: BuildInfo | None

    def begin(self, build_id: str) -> Place:
        """Prepare for a build."""
        ...

    def publish(self, info: BuildInfo) -> None:
        """Make the build live; until then the one before is untouched."""
        ...


@contextmanager
def held_folder(data: Path) -> Iterator[Hold]:
    """Hold the data folder. Raises ``Conflict`` while another import is running there."""
    builds = BuildFolder(data)
    with builds.locked() as work:
        yield _HeldFolder(builds, work)


class _HeldFolder:
    def __init__(self, builds: BuildFolder, work: Path) -> None:
        self.work = work
        self._builds = builds
        live = builds.usable()
        self.previous = live[1] if live else None
        self._live = live[0] if live else None

    def begin(self, _: str) -> Place:
        folder = self.work / "build"
        folder.mkdir()
        return Place("sqlite", str(folder), str(self._live) if self._live else None)

    def publish(self, info: BuildInfo) -> None:
        self._builds.publish(self.work / "build", info)
