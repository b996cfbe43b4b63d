"""Artists with their discographies, labels and series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from linernotes.domain.entities import Label, Link, Series
from linernotes.domain.ids import Kind
from linernotes.ports.ingest import ArtistEntry, StagedCatalogue, StagedIdentifiers
from linernotes.ports.progress import Progress
from linernotes.stores.postgres import schema
from linernotes.stores.postgres.arrays import raw
from linernotes.stores.postgres.catalogue import url_key
from linernotes.stores.postgres.compile.changes import date_changes
from linernotes.stores.postgres.compile.loading import Loader, Target, loading
from linernotes.stores.postgres.compile.merged import OwnMbids, merged
from linernotes.stores.postgres.database import Row
from linernotes.stores.postgres.documents import Packer, digest

PHASE, INDEXES = "artists", "artists: indexes"
_BATCH = 20_000
_encode = msgspec.msgpack.Encoder().encode


def compile_artists(
    staged: StagedCatalogue, identifiers: StagedIdentifiers, target: Target, progress: Progress
) -> dict[str, int]:
    """Write the part and return the rows by kind."""
    with loading(target, schema.ARTISTS) as loader:
        writer = _Writer(loader)
        progress.start(PHASE, total=staged.sizes().artists, unit="rows")
        for low, high in staged.artist_ranges():
            progress.advance(PHASE, writer.write(staged.artists(low, high)))
        labels = writer.write_plain("label", staged.labels())
        series = writer.write_plain("series", staged.series())
        for kind, own in writer.own.items():
            loader.copy(f"{kind}_merged", merged(identifiers.keys(Kind(kind)), own))
        date_changes(loader, "artist")
        progress.finish(PHASE)
        loader.finish(INDEXES, progress)
    return {"artist": writer.artists, "label": labels, "series": series}


class _Writer:
    """Encodes and appends, some thousand at a time."""

    def __init__(self, loader: Loader) -> None:
        self.artists = 0
        self.own = {"artist": OwnMbids(), "label": OwnMbids(), "series": OwnMbids()}
        self._loader = loader
        self._packer = Packer()

    def write(self, entries: Iterator[ArtistEntry]) -> int:
        artists: list[Row] = []
        discographies: list[Row] = []
        urls: list[Row] = []
        for entry in entries:
            mbid = raw(entry.artist.mbid)
            artist, albums = _encode(entry.artist), _encode(entry.discography)
            self.own["artist"][entry.row] = mbid
            artists.append((mbid, digest(artist, albums), self._packer.pack(artist)))
            discographies.append((mbid, self._packer.pack(albums)))
            urls += url_rows(entry.artist.links, mbid)
        self._loader.copy("artist", artists)
        self._loader.copy("discography", discographies)
        self._loader.copy("artist_url", urls)
        self.artists += len(artists)
        return len(artists)

    def write_plain(self, kind: str, entities: Iterator[tuple[int, Label]] | Iterator[tuple[int, Series]]) -> int:
        count = 0
        waiting: Iterator[tuple[int, Label | Series]] = iter(entities)
        while batch := list(islice(waiting, _BATCH)):
            rows = [(number, raw(entity.mbid), entity) for number, entity in batch]
            for number, mbid, _ in rows:
                self.own[kind][number] = mbid
            self._loader.copy(kind, ((mbid, self._packer(entity)) for _, mbid, entity in rows))
            if kind == "label":
                links = [(entity.links, mbid) for _, mbid, entity in rows if isinstance(entity, Label)]
                self._loader.copy("label_url", (row for some, mbid in links for row in url_rows(some, mbid)))
            count += len(rows)
        return count


def url_rows(links: Iterable[Link], mbid: bytes) -> Iterator[Row]:
    """Return the look-up rows for the URLs of an entity, each once."""
    return ((key, mbid) for key in {url_key(link.url): None for link in links})
