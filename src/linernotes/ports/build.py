"""The live build: a catalogue and its name index, swapped together while requests keep the one they began with."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.names import NameSearch


class Build(NamedTuple):
    """One complete build: what a request uses from its first read to its last."""

    catalogue: CatalogueSnapshot
    names: NameSearch


class LiveBuild(Protocol):
    """Gives the newest complete build."""

    def current(self) -> Build:
        """Return the live build: the same object until another one is published. ``Unavailable`` if there is none."""
        ...
