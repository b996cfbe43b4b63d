"""How each store is built from the values of a world; a store that is added here is under the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from psycopg import sql

from linernotes.domain.ids import Kind
from linernotes.domain.secret import Secret
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.progress import NoProgress
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.postgres.builds import PostgresBuilds
from linernotes.stores.postgres.compile.albums import compile_albums as compile_albums_by_copy
from linernotes.stores.postgres.compile.artists import compile_artists as compile_artists_by_copy
from linernotes.stores.postgres.compile.loading import Target
from linernotes.stores.postgres.compile.recordings import compile_recordings as compile_recordings_by_copy
from linernotes.stores.postgres.schema import table
from linernotes.stores.sqlite.catalogue import open_catalogue
from linernotes.stores.sqlite.compile.albums import compile_albums
from linernotes.stores.sqlite.compile.artists import compile_artists
from linernotes.stores.sqlite.compile.recordings import compile_recordings
from linernotes.stores.sqlite.schema import FORMAT, FORMAT_FILE, INFO_FILE
from tests.contracts.staged_world import StagedWorld, raw
from tests.contracts.world import World
from tests.services import PostgresServer, fresh_database


def memory(world: World, _: Path) -> MemoryCatalogue:
    """Return the store that is only values."""
    return MemoryCatalogue(
        info=world.info,
        artists=world.artists,
        release_groups=world.release_groups,
        releases=world.releases,
        recordings=world.recordings,
        labels=world.labels,
        series=world.series,
        changed_at=world.changed_at,
    )


class ToldChanges:
    """Says when entities changed as the world has it."""

    def __init__(self, world: World) -> None:
        """Index by raw MBID."""
        self._times = {(ref.kind, raw(ref.mbid)): time for ref, time in world.changed_at.items()}

    def changed_at(self, kind: Kind, mbid: bytes, _: bytes) -> int | None:
        """Return the time that was told."""
        return self._times.get((kind, mbid))

    def merged_at(self, kind: Kind, old: bytes, _: bytes) -> int | None:
        """Say that nothing was merged since."""
        return self._times.get((kind, old))


def sqlite(world: World, folder: Path) -> CatalogueSnapshot:
    """Compile a world as an import would."""
    staged = StagedWorld(world, memory(world, folder))
    compile_albums(staged, folder, ToldChanges(world), NoProgress())
    compile_artists(staged, staged, folder, ToldChanges(world), NoProgress())
    compile_recordings(staged, staged, folder, NoProgress())
    (folder / INFO_FILE).write_bytes(msgspec.json.encode(world.info))
    (folder / FORMAT_FILE).write_text(str(FORMAT))
    return open_catalogue(folder)


def fill_postgres(world: World, folder: Path, url: str) -> PostgresBuilds:
    """Compile a world into a database as an import would, and make it live."""
    builds = PostgresBuilds(Secret(url))
    staged = StagedWorld(world, memory(world, folder))
    with builds.importing() as publication:
        target = Target(Secret(url), publication.begin(world.info.build_id), None, 0)
        compile_albums_by_copy(staged, staged, target, NoProgress())
        compile_artists_by_copy(staged, staged, target, NoProgress())
        compile_recordings_by_copy(staged, staged, target, NoProgress())
        with builds.database.connection() as connection:
            for ref, time in world.changed_at.items():
                name = f"{ref.kind.value.replace('-', '_')}_change"
                statement = sql.SQL("INSERT INTO {} VALUES (%s::uuid, %s)").format(table(target.schema, name))
                connection.execute(statement, [ref.mbid, time])
        publication.publish(world.info)
    return builds


@contextmanager
def opened(name: str, world: World, folder: Path, request: pytest.FixtureRequest) -> Iterator[CatalogueSnapshot]:
    """Build a world with a store, open it, and close it at the end; skips where the store's server is not there."""
    if name != "postgres":
        with closing(BUILDERS[name](world, folder)) as snapshot:
            yield snapshot
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with (
        fresh_database(server) as url,
        closing(fill_postgres(world, folder, url)) as builds,
        closing(builds.open(world.info.build_id)) as snapshot,
    ):
        yield snapshot


BUILDERS: dict[str, Callable[[World, Path], CatalogueSnapshot]] = {"memory": memory, "sqlite": sqlite}
STORES = (*sorted(BUILDERS), "postgres")
