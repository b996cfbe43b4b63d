"""Search artists and albums by name."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit
from linernotes.ports.names import NameSearch


def search_names(names: NameSearch, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
    """Return at most ``limit`` hits of each kind, best first; among equals by the order of ``kinds``."""
    hits = names.search(text, kinds, limit=limit)
    return sorted(hits, key=lambda hit: (-hit.score, kinds.index(hit.kind)))


def search_albums(names: NameSearch, title: str, *, artist: str, limit: int) -> list[NameHit]:
    """Return at most ``limit`` release groups by title, by this artist if one is given, best first."""
    if artist.strip():
        return names.search_album(title, artist, limit=limit)
    return search_names(names, title, [Kind.RELEASE_GROUP], limit=limit)
