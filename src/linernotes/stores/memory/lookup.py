"""The tables of the memory store: plain dicts, built once and only read after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from linernotes.domain.ids import MBID


class Entity(Protocol):
    """What every entity has: its MBID and those that were merged into it."""

    @property
    def mbid(self) -> MBID: ...

    @property
    def old_mbids(self) -> tuple[MBID, ...]: ...


E = TypeVar("E", bound=Entity)
K = TypeVar("K")
V = TypeVar("V")


class ByMbid(Generic[E]):
    """Entities of one kind under every MBID that leads to them."""

    def __init__(self, entities: Iterable[E]) -> None:
        """Index the entities; one that exists comes before one that is merely named as merged."""
        self.all = tuple(sorted(entities, key=lambda entity: entity.mbid))
        self._table = {old: entity for entity in self.all for old in entity.old_mbids}
        self._table.update((entity.mbid, entity) for entity in self.all)

    def get(self, mbid: MBID) -> E | None:
        """Return the entity, or None."""
        return self._table.get(mbid)

    def many(self, mbids: Sequence[MBID]) -> list[E | None]:
        """Return one answer for each MBID, in the order asked."""
        return [self._table.get(mbid) for mbid in mbids]

    def canonical(self, mbid: MBID) -> MBID:
        """Return the MBID of the entity that this one leads to, or the same MBID if it leads nowhere."""
        entity = self._table.get(mbid)
        return mbid if entity is None else entity.mbid


def grouped(pairs: Iterable[tuple[K, V]], order: Callable[[V], object]) -> Mapping[K, tuple[V, ...]]:
    """Collect the distinct values of each key, in order."""
    sets: dict[K, set[V]] = defaultdict(set)
    for key, value in pairs:
        sets[key].add(value)
    return {key: tuple(sorted(values, key=order)) for key, values in sets.items()}  # type: ignore[arg-type]
