"""The live build: a catalogue and its name index, swapped together while requests keep the one they began with."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.ports.names import NameSearch


class Build(NamedTuple):
    """One complete build: what a request uses from its first read to its last.

    ``catalogue`` answers with whole entities. ``partly`` is there where the catalogue grows from sources: it answers
    with what is here already, even where little more than a name is known, and nothing is asked for. ``remote`` says
    that a read waits for another program, so that it must not be done on the event loop.
    """

    catalogue: CatalogueSnapshot
    names: NameSearch
    partly: CatalogueSnapshot | None = None
    remote: bool = False

    @property
    def known(self) -> CatalogueSnapshot:
        """What to ask of whoever is only named: credited artists, hits of a search."""
        return self.catalogue if self.partly is None else self.partly


class LiveBuild(Protocol):
    """Gives the newest complete build."""

    def current(self) -> Build:
        """Return the live build: the same object until another one is published. ``Unavailable`` if there is none."""
        ...
