"""Where builds are kept, as the settings say: in the data folder, or in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from linernotes.app.config.settings import Settings
from linernotes.app.live import Builds
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.ids import Kind
from linernotes.ports.build import Build
from linernotes.ports.names import NameSearch
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.stores.sqlite.builds import BuildFolder

if TYPE_CHECKING:
    from linernotes.stores.postgres.builds import PostgresBuilds


class FolderBuilds:
    """Builds in a data folder: ``catalogue/<build id>/``, and the text file ``catalogue/current`` that names one."""

    def __init__(
        self, *, folder: BuildFolder, open_build: Callable[[Path], Build], search: SearchSettings | None = None
    ) -> None:
        self._folder = folder
        self._open_build = open_build
        self._search = search or SearchSettings()

    @property
    def place(self) -> str:
        return str(self._folder.catalogue.parent)

    def stamp(self) -> Hashable | None:
        try:
            found = self._folder.pointer.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def live_id(self) -> str | None:
        return self._folder.live_id()

    def open(self, build_id: str) -> Build:
        return self._open_build(self._folder.catalogue / build_id)

    def open_names(self, build_id: str) -> NameSearch:
        from linernotes.searchers.tantivy import open_names

        return open_names(self._folder.catalogue / build_id / "names", settings=self._search)

    def info(self) -> BuildInfo | None:
        return self._folder.info()

    def close(self) -> None:
        """Do nothing: a folder is not held open."""


class DatabaseBuilds:
    """Builds in PostgreSQL, each with its name index in the data folder of every machine."""

    def __init__(self, *, builds: PostgresBuilds, settings: Settings) -> None:
        self._builds = builds
        self._settings = settings

    @property
    def place(self) -> str:
        return f"PostgreSQL at {self._builds.place}"

    def stamp(self) -> Hashable | None:
        return self._builds.live_id()

    def live_id(self) -> str | None:
        return self._builds.live_id()

    def open(self, build_id: str) -> Build:
        return checked(Build(self._builds.open(build_id), self.open_names(build_id), remote=True))

    def open_names(self, build_id: str) -> NameSearch:
        """Open a name index, which is made first where this machine does not have it yet."""
        from linernotes.app.importing.names import ensure_names
        from linernotes.searchers.tantivy import open_names

        search = self._settings.search
        records = self._builds.open(build_id).name_records
        return open_names(ensure_names(self._settings.data_dir, build_id, records, search), settings=search)

    def info(self) -> BuildInfo | None:
        live = self._builds.live()
        return None if live is None else live.info

    def close(self) -> None:
        self._builds.close()


def builds_of(settings: Settings) -> Builds:
    """Return where the settings say that builds are."""
    if not settings.database:
        folder = BuildFolder(settings.data_dir)
        return FolderBuilds(folder=folder, open_build=lambda path: open_build(path, settings), search=settings.search)
    from linernotes.stores.postgres.builds import PostgresBuilds

    return DatabaseBuilds(builds=PostgresBuilds(settings.database), settings=settings)


def open_build(folder: Path, settings: Settings) -> Build:
    """Open a build of the data folder and touch each part of it once."""
    from linernotes.searchers.tantivy import open_names
    from linernotes.stores.sqlite.catalogue import open_catalogue

    catalogue = open_catalogue(folder)
    try:
        return checked(Build(catalogue, open_names(folder / "names", settings=settings.search)))
    except BaseException:
        catalogue.close()
        raise


def checked(build: Build) -> Build:
    """Return a build after a read of each part of it."""
    build.catalogue.info()
    build.names.search("a", [Kind.ARTIST, Kind.RELEASE_GROUP], limit=1)
    return build
