"""Writing a name index once, in one go, into a folder of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import tantivy

from linernotes.domain.errors import Conflict, Unavailable
from linernotes.domain.ids import Kind
from linernotes.domain.names import NameRecord
from linernotes.searchers.folding import artist_words, entry_keys, entry_words
from linernotes.searchers.tantivy.schema import ARTIST_WORD, EDGES, ENTRY, FORMAT, KINDS, MARKER, WEIGHT, build_schema
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.searchers.tantivy.stored import encoder


class TantivyNamesWriter:
    """Builds a name index in a folder that is new or empty.

    One writing thread: it keeps up with what Python prepares, and leaves one segment where several would each have
    to be asked. Raises ``Conflict`` if there is an index already, ``Unavailable`` if it cannot be written.
    """

    def __init__(self, path: Path, *, settings: SearchSettings) -> None:
        if (path / "meta.json").exists():
            raise Conflict(f"{path} holds a name index already.")
        self._path = path
        self._count = 0
        self._encode = encoder()
        try:
            path.mkdir(parents=True, exist_ok=True)
            # Popular entities first: among equal hits, a query meets them before the others.
            index = tantivy.Index(build_schema(), str(path), sort_by_field=WEIGHT, sort_order=tantivy.Order.Desc)
            self._writer = index.writer(settings.heap_mb * 1_000_000, 1)
        except (ValueError, OSError) as exc:
            raise _unwritable(path, exc) from exc

    def add(self, records: Iterable[NameRecord]) -> int:
        """Index records; return how many."""
        count = 0
        write = self._writer.add_document
        for record in records:
            document = self._document(record)
            try:
                write(document)
            except (ValueError, OSError) as exc:
                raise _unwritable(self._path, exc) from exc
            count += 1
        self._count += count
        return count

    def finish(self) -> None:
        """Make everything durable. Nothing may be added after."""
        try:
            self._writer.commit()
            self._writer.wait_merging_threads()
            marker = msgspec.json.encode({"format": FORMAT, "entries": self._count})
            (self._path / MARKER).write_bytes(marker)
        except (ValueError, OSError) as exc:
            raise _unwritable(self._path, exc) from exc

    def _document(self, record: NameRecord) -> tantivy.Document:
        prefix = KINDS[record.kind]
        document = tantivy.Document()
        add = document.add_text
        keys = entry_keys(record)
        for key in keys:
            add(f"{prefix}_key", key)
        for edge in {key[:length] for key in keys for length in EDGES}:
            add(f"{prefix}_edge", edge)
        add(f"{prefix}_word", " ".join(entry_words(record)))
        if record.kind is Kind.RELEASE_GROUP:
            add(ARTIST_WORD, " ".join(artist_words(record)))
        document.add_unsigned(WEIGHT, record.popularity + 1)
        document.add_bytes(ENTRY, self._encode(record))
        return document


def _unwritable(path: Path, exc: Exception) -> Unavailable:
    return Unavailable(f"The name index at {path} cannot be written: {exc}", hint="Is the disk full?")
