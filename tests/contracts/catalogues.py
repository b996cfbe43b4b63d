"""How each store is built from the values of a world; a store that is added here is under the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from linernotes.domain.ids import Kind
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.progress import NoProgress
from linernotes.stores.memory.catalogue import MemoryCatalogue
from linernotes.stores.sqlite.catalogue import open_catalogue
from linernotes.stores.sqlite.compile.albums import compile_albums
from linernotes.stores.sqlite.compile.artists import compile_artists
from linernotes.stores.sqlite.compile.recordings import compile_recordings
from linernotes.stores.sqlite.schema import FORMAT, FORMAT_FILE, INFO_FILE
from tests.contracts.staged_world import StagedWorld, raw
from tests.contracts.world import World


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


BUILDERS: dict[str, Callable[[World, Path], CatalogueSnapshot]] = {"memory": memory, "sqlite": sqlite}
