"""Every entry is compared with every query: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from linernotes.domain.errors import Conflict
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameHit, NameRecord
from linernotes.searchers.folding import Chunk, artist_words, chunks, compact, entry_keys, entry_words, fold, needed
from linernotes.searchers.ranking import Asked, Found, Stage, best_first, distance, read

_KINDS = (Kind.ARTIST, Kind.RELEASE_GROUP)


class _Entry(msgspec.Struct, frozen=True):
    kind: Kind
    found: Found
    keys: tuple[str, ...]
    words: frozenset[str]
    artist: frozenset[str]


class MemoryNames:
    """Names that were given when it was made."""

    def __init__(self, records: Iterable[NameRecord] = ()) -> None:
        self._entries = [_entry(record) for record in records if record.kind in _KINDS]

    def search(self, text: str, kinds: Sequence[Kind], *, limit: int) -> list[NameHit]:
        """Find by name, as the port says."""
        asked = read(text)
        if not asked.keys or limit < 1:
            return []
        return _find(asked, self._entries, kinds, limit)

    def search_album(self, title: str, artist: str, *, limit: int) -> list[NameHit]:
        """Find release groups of an artist by title; the artist's name may be partial or misspelt."""
        by = fold(artist)
        if not compact(by):
            return self.search(title, [Kind.RELEASE_GROUP], limit=limit)
        asked = read(title, artist=compact(by))
        if not asked.keys or limit < 1:
            return []
        return _find(asked, self._by_artist(chunks(by)), [Kind.RELEASE_GROUP], limit)

    def _by_artist(self, by: list[Chunk]) -> list[_Entry]:
        for test in (_has_all_unfinished, _has_all_misspelt, _has_most):
            if entries := [entry for entry in self._entries if entry.artist and test(entry.artist, by)]:
                return entries
        return []


class MemoryNamesWriter:
    """Collects records; ``names`` can be searched once it is finished."""

    def __init__(self) -> None:
        self.names = MemoryNames()
        self._records: list[NameRecord] | None = []

    def add(self, records: Iterable[NameRecord]) -> int:
        """Index records; return how many."""
        if self._records is None:
            raise Conflict("The name index is finished.")
        before = len(self._records)
        self._records.extend(records)
        return len(self._records) - before

    def finish(self) -> None:
        """Make what was added searchable. Nothing may be added after."""
        self.names = MemoryNames(self._records or ())
        self._records = None


def _entry(record: NameRecord) -> _Entry:
    found = Found(record.mbid, record.name, record.artist, record.disambiguation, record.popularity)
    artist = frozenset(artist_words(record) if record.kind is Kind.RELEASE_GROUP else ())
    return _Entry(record.kind, found, tuple(entry_keys(record)), frozenset(entry_words(record)), artist)


def _find(asked: Asked, entries: list[_Entry], kinds: Sequence[Kind], limit: int) -> list[NameHit]:
    asked_for = [entry for entry in entries if entry.kind in kinds]
    found = [(entry.kind, stage, entry.found) for entry in asked_for if (stage := _stage(asked, entry))]
    if not found:
        found = [(entry.kind, Stage.TYPO, entry.found) for entry in asked_for if _is_far_off(asked, entry)]
    return [
        hit
        for kind in kinds
        for hit in best_first(kind, asked, [(stage, entry) for of, stage, entry in found if of is kind], limit)
    ]


def _stage(asked: Asked, entry: _Entry) -> Stage | None:
    if not set(asked.keys).isdisjoint(entry.keys):
        return Stage.EXACT
    if any(key.startswith(asked.keys[0]) for key in entry.keys):
        return Stage.PREFIX
    if _has_all_unfinished(entry.words, asked.chunks):
        return Stage.WORDS
    if len(asked.keys[0]) >= 3 and any(distance(asked.keys[0], key, 1) <= 1 for key in entry.keys):
        return Stage.TYPO
    return Stage.TYPO if len(asked.chunks) > 1 and _has_all_misspelt(entry.words, asked.chunks) else None


def _is_far_off(asked: Asked, entry: _Entry) -> bool:
    key = asked.keys[0]
    if len(key) >= 6 and any(distance(key, other, 2) <= 2 for other in entry.keys):
        return True
    return _has_most(entry.words, asked.chunks)


def _has_all_unfinished(words: frozenset[str], parts: Sequence[Chunk]) -> bool:
    *before, last = needed(parts)
    if not all(_has(chunk, words.__contains__) for chunk in before):
        return False
    end = last.parts[-1]
    return _has(last, words.__contains__) or (len(end) >= 3 and any(word.startswith(end) for word in words))


def _has_all_misspelt(words: frozenset[str], parts: Sequence[Chunk]) -> bool:
    def like(text: str) -> bool:
        return text in words or (len(text) >= 3 and any(distance(text, word, 1) <= 1 for word in words))

    return all(_has(chunk, like) for chunk in needed(parts))


def _has_most(words: frozenset[str], parts: Sequence[Chunk]) -> bool:
    required = needed(parts)
    return len(required) > 1 and 2 * sum(_has(chunk, words.__contains__) for chunk in required) >= len(required)


def _has(chunk: Chunk, known: Callable[[str], bool]) -> bool:
    return all(known(part) for part in chunk.parts) or any(known(whole) for whole in chunk.wholes)
