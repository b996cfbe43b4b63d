"""Searching a name index: cheap questions first, and further ones only while there are too few answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import tantivy
from tantivy import Query

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit
from linernotes.searchers.folding import Chunk, chunks, compact, fold
from linernotes.searchers.ranking import Asked, Stage, best_first, read
from linernotes.searchers.tantivy.hunt import Hunt
from linernotes.searchers.tantivy.queries import Queries
from linernotes.searchers.tantivy.schema import ARTIST_WORD, FORMAT, KINDS, MARKER
from linernotes.searchers.tantivy.settings import SearchSettings

# A query is compared with names; what goes beyond is a mistake or an attack.
_LONGEST_QUERY = 300
_MOST_CHUNKS = 16
_SHORTEST_TYPO = 3
_SHORTEST_TWO_TYPOS = 6
_SHORT = 8


def open_names(path: Path, *, settings: SearchSettings) -> TantivyNames:  # noqa: ARG001 - one shape for every searcher
    """Open the name index in a folder. It stays usable when the folder is removed.

    Raises ``Unavailable`` if there is none, ``Corrupt`` if it is damaged or of another version.
    """
    try:
        marker = msgspec.json.decode((path / MARKER).read_bytes(), type=dict[str, int])
    except FileNotFoundError as exc:
        raise Unavailable(f"There is no name index at {path}.", hint="Run `linernotes import`.") from exc
    except (OSError, msgspec.DecodeError) as exc:
        raise Corrupt(f"The name index at {path} cannot be read: {exc}") from exc
    if marker.get("format") != FORMAT:
        raise Corrupt(f"The name index at {path} is of another version.", hint="Run `linernotes import` again.")
    try:
        return TantivyNames(tantivy.Index.open(str(path)))
    except (ValueError, OSError) as exc:
        raise Corrupt(f"The name index at {path} cannot be read: {exc}") from exc


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what reading a damaged index raises into ``Corrupt``."""
    try:
        yield
    except (ValueError, OSError, msgspec.MsgspecError) as exc:
        raise _damaged(exc) from exc
    except BaseException as exc:
        # A panic in Rust is no Exception, and its class cannot be imported.
        if type(exc).__name__ == "PanicException":
            raise _damaged(exc) from exc
        raise


def _damaged(exc: BaseException) -> Corrupt:
    return Corrupt(f"The name index is damaged: {exc}", hint="Run `linernotes import` again.")


class TantivyNames:
    """An immutable index, opened for reading. Safe to share between threads."""

    def __init__(self, index: tantivy.Index) -> None:
        self._searcher = index.searcher()
        self._queries = {kind: Queries(index.schema, kind) for kind in KINDS}

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        """Find by name, as the port says."""
        asked = read(text[:_LONGEST_QUERY])
        if not asked.keys or limit < 1:
            return []
        with _translated():
            return self._hunt(asked, [Hunt(self._searcher, kind, limit) for kind in kinds if kind in KINDS])

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        """Find release groups of an artist by title; the artist's name may be partial or misspelt."""
        by = fold(artist[:_LONGEST_QUERY])
        if not compact(by):
            return self.search(title, [Kind.RELEASE_GROUP], limit=limit)
        asked = read(title[:_LONGEST_QUERY], artist=compact(by))
        if not asked.keys or limit < 1:
            return []
        with _translated():
            restriction = self._by_artist(chunks(by)[:_MOST_CHUNKS])
            if restriction is None:
                return []
            return self._hunt(asked, [Hunt(self._searcher, Kind.RELEASE_GROUP, limit, restriction)])

    def _hunt(self, asked: Asked, hunts: Sequence[Hunt]) -> list[NameHit]:
        for hunt in hunts:
            hunt.take(Stage.EXACT, self._queries[hunt.kind].exact(asked.keys))
        # What is somebody's exact name is spelt right; only a short name is often one slip from another.
        spelt = any(hunt.has(Stage.EXACT) for hunt in hunts)
        for hunt in hunts:
            self._complete(asked, hunt, self._queries[hunt.kind])
            if hunt.wants_more and not (spelt and len(asked.keys[0]) > _SHORT):
                self._forgive(asked, hunt, self._queries[hunt.kind], spelt=spelt)
        if all(hunt.empty for hunt in hunts):
            for hunt in hunts:
                self._guess(asked, hunt, self._queries[hunt.kind])
        return [hit for hunt in hunts for hit in best_first(hunt.kind, asked, hunt.found(), hunt.limit)]

    def _complete(self, asked: Asked, hunt: Hunt, ask: Queries) -> None:
        """Find what has the words of the query, or goes on where it ends."""
        words = asked.chunks[:_MOST_CHUNKS]
        # Even among ten exact names, a title and its artist together have their place.
        if hunt.wants_more or len(words) > 1:
            hunt.take(Stage.WORDS, ask.words(words))
        if hunt.wants_more:
            hunt.take(Stage.PREFIX, ask.prefix(asked.keys[0]))
        if hunt.wants_more and not hunt.has(Stage.EXACT):
            hunt.take(Stage.WORDS, ask.words(words, unfinished=True))

    def _forgive(self, asked: Asked, hunt: Hunt, ask: Queries, *, spelt: bool) -> None:
        """Find what is one slip away, as a whole or in every word."""
        key, words = asked.keys[0], asked.chunks[:_MOST_CHUNKS]
        if len(key) >= _SHORTEST_TYPO:
            hunt.take(Stage.TYPO, ask.typo(key, 1))
        if len(words) > 1 and not spelt and not hunt.has(Stage.WORDS):
            hunt.take(Stage.TYPO, ask.words(words, errors=1))

    def _guess(self, asked: Asked, hunt: Hunt, ask: Queries) -> None:
        """Find what is two slips away, or else has half of the words."""
        key, words = asked.keys[0], asked.chunks[:_MOST_CHUNKS]
        if len(key) >= _SHORTEST_TWO_TYPOS:
            hunt.take(Stage.TYPO, ask.typo(key, 2))
        if hunt.empty and len(words) > 1:
            hunt.take(Stage.TYPO, ask.most_words(words))

    def _by_artist(self, by: Sequence[Chunk]) -> Query | None:
        """Return the strictest restriction to the artist that leaves anything."""
        ask = self._queries[Kind.RELEASE_GROUP]
        ways = [
            ask.words(by, unfinished=True, field=ARTIST_WORD),
            ask.words(by, unfinished=True, errors=1, field=ARTIST_WORD),
        ]
        if len(by) > 1:
            ways.append(ask.most_words(by, field=ARTIST_WORD))
        return next((way for way in ways if self._searcher.search(way, 1, count=False).hits), None)
