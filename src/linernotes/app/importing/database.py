"""Builds in PostgreSQL as an import makes them: tables there, the work folder and a name index in the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from linernotes.app.importing.names import keep_only, names_folder, take_in
from linernotes.app.importing.places import Hold, Place
from linernotes.domain.catalogue import BuildInfo
from linernotes.domain.secret import Secret
from linernotes.stores.postgres.builds import LiveRow, PostgresBuilds
from linernotes.stores.postgres.publishing import Publication
from linernotes.stores.sqlite.builds import BuildFolder


@contextmanager
def held_database(data: Path, url: Secret) -> Iterator[Hold]:
    """Hold database and data folder. Raises ``Conflict`` while another import is running in either."""
    with (
        BuildFolder(data).locked() as work,
        closing(PostgresBuilds(url, connections=1)) as builds,
        builds.importing() as publication,
    ):
        yield _HeldDatabase(data=data, url=url, work=work, publication=publication, live=builds.usable())


class _HeldDatabase:
    def __init__(self, *, data: Path, url: Secret, work: Path, publication: Publication, live: LiveRow | None) -> None:
        self.work = work
        self.previous = live.info if live else None
        self._data = data
        self._url = url
        self._publication = publication
        self._live = live

    def begin(self, build_id: str) -> Place:
        folder = self.work / "build"
        folder.mkdir()
        schema = self._publication.begin(build_id)
        return Place("postgres", str(folder), self._live.schema if self._live else None, schema, self._url.reveal())

    def publish(self, info: BuildInfo) -> None:
        # The index first: whoever sees the build live on this machine finds it here.
        take_in(self.work / "build" / "names", names_folder(self._data, info.build_id))
        self._publication.publish(info)
        keep_only(self._data, {info.build_id, *([self._live.build_id] if self._live else [])})
