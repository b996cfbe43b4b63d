"""Name search over a catalogue that grows: the index first, then what a source found for the same words."""

from __future__ import annotations

from collections.abc import Sequence

from linernotes.domain.facts import Aspect, Wanted, search_key
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit
from linernotes.ports.names import NameSearch
from linernotes.ports.overlay import Overlay
from linernotes.usecases.library.choosing import Chooser
from linernotes.usecases.library.lifetimes import Terms

SEARCHED = frozenset({Kind.ARTIST, Kind.RELEASE_GROUP})


class MergedNames:
    """Searches the index of a build; what finds nothing there is asked of a source."""

    def __init__(self, *, base: NameSearch, overlay: Overlay, terms: Terms) -> None:
        """Keep where to search."""
        self._base = base
        self._overlay = overlay
        self._choose = Chooser(terms=terms, data_time=0, partly=False)

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        hits = self._base.search(text, kinds, limit=limit)
        found = {hit.kind for hit in hits}
        told = {kind: self._told(search_key(kind, text), limit) for kind in kinds if kind not in found}
        return [hit for kind in kinds for hit in told.get(kind) or [own for own in hits if own.kind is kind]]

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        hits = self._base.search_album(title, artist, limit=limit)
        return hits or self._told(search_key(Kind.RELEASE_GROUP, title, artist), limit)

    def _told(self, key: str, limit: int) -> list[NameHit]:
        if not any(letter.isalnum() for letter in key.split("\t")[1]):
            return []
        asked = Wanted(Aspect.SEARCH, key)
        [fact] = self._overlay.read([asked])
        hits: tuple[NameHit, ...] = self._choose(asked, fact, None) or ()
        return list(hits[:limit])


class NoNames:
    """The index of an empty catalogue."""

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        return []

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        return []
