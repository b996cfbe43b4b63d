"""A build on PostgreSQL, read: one statement for each question, however many entities it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import md5
from typing import TypeVar

import msgspec

from linernotes.domain.catalogue import BuildInfo, Change
from linernotes.domain.entities import (
    AlbumSummary,
    Artist,
    Label,
    Recording,
    Release,
    ReleaseGroup,
    ReleaseMatch,
    Series,
)
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.domain.names import NameRecord
from linernotes.stores.postgres.arrays import mbid_array
from linernotes.stores.postgres.database import Database
from linernotes.stores.postgres.documents import Unpacker
from linernotes.stores.postgres.recordings import compose_recording, decode_facts
from linernotes.stores.postgres.statements import KINDS, Statements

T = TypeVar("T")
Decode = Callable[[bytes], T]
Linked = Artist | ReleaseGroup | Release | Recording | Label

_artist: Decode[Artist] = msgspec.msgpack.Decoder(Artist).decode
_group: Decode[ReleaseGroup] = msgspec.msgpack.Decoder(ReleaseGroup).decode
_release: Decode[Release] = msgspec.msgpack.Decoder(Release).decode
_label: Decode[Label] = msgspec.msgpack.Decoder(Label).decode
_series: Decode[Series] = msgspec.msgpack.Decoder(Series).decode
_albums: Decode[tuple[AlbumSummary, ...]] = msgspec.msgpack.Decoder(tuple[AlbumSummary, ...]).decode
_names: Decode[list[NameRecord]] = msgspec.msgpack.Decoder(list[NameRecord]).decode


class PostgresCatalogue:
    """Implements ``ports.catalog.CatalogueSnapshot``. The connections are the database's and outlive it."""

    def __init__(self, *, database: Database, schema: str, info: BuildInfo) -> None:
        """Read nothing yet."""
        self._info = info
        self._rows = database.rows
        self._sql = Statements(schema)
        self._unpack = Unpacker()

    def close(self) -> None:
        """Do nothing: connections are shared, and the build stays until an import removes it."""

    def info(self) -> BuildInfo:
        """Return where this build comes from."""
        return self._info

    def changed_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        """Return changes found between builds, newest first, then by MBID."""
        statement = self._sql.changes.get(kind.value.replace("-", "_"))
        rows = self._rows(statement, since, limit) if statement else []
        return [Change(kind, mbid, changed_at) for mbid, changed_at in rows]

    def artists(self, mbids: Sequence[MBID]) -> list[Artist | None]:
        """Return artists."""
        return self._documents(self._sql.documents["artist"], mbids, _artist)

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        """Return release groups."""
        return self._documents(self._sql.documents["release_group"], mbids, _group)

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        """Return releases."""
        return self._documents(self._sql.documents["release"], mbids, _release)

    def labels(self, mbids: Sequence[MBID]) -> list[Label | None]:
        """Return labels."""
        return self._documents(self._sql.documents["label"], mbids, _label)

    def series(self, mbids: Sequence[MBID]) -> list[Series | None]:
        """Return series."""
        return self._documents(self._sql.documents["series"], mbids, _series)

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        """Return recordings; each of their first releases is read once."""
        if not mbids:
            return []
        rows = self._rows(self._sql.recordings, mbid_array(mbids))
        unpack = self._unpack
        releases = {mbid: unpack(_release, doc) for n, mbid, _, doc in rows if n is None}
        found: list[Recording | None] = [None] * len(mbids)
        for n, mbid, places, doc in rows:
            if n is not None:
                facts = None if doc is None else unpack(decode_facts, doc)
                found[n - 1] = compose_recording(mbid, places, facts, releases)
        return found

    def discography(self, artist: MBID) -> tuple[AlbumSummary, ...] | None:
        """Return an artist's release groups by MBID; linear in their number."""
        return self._documents(self._sql.discography, (artist,), _albums)[0]

    def releases_of(self, release_groups: Sequence[MBID]) -> list[tuple[Release, ...] | None]:
        """Return the releases of groups."""
        if not release_groups:
            return []
        found: list[list[Release] | None] = [None] * len(release_groups)
        for n, doc in self._rows(self._sql.releases_of, mbid_array(release_groups)):
            releases = found[n - 1]
            if releases is None:
                releases = found[n - 1] = []
            if doc is not None:
                releases.append(self._unpack(_release, doc))
        return [None if releases is None else tuple(releases) for releases in found]

    def releases_with(self, recordings: Sequence[MBID]) -> list[ReleaseMatch]:
        """Return the releases that hold any of the recordings."""
        if not recordings:
            return []
        return [ReleaseMatch(*row) for row in self._rows(self._sql.releases_with, mbid_array(recordings))]

    def by_isrc(self, isrc: str) -> tuple[MBID, ...]:
        """Return recordings."""
        return self._by_code("isrc", isrc)

    def by_barcode(self, barcode: str) -> tuple[MBID, ...]:
        """Return releases."""
        return self._by_code("barcode", barcode)

    def by_catalog_number(self, key: str) -> tuple[MBID, ...]:
        """Return releases."""
        return self._by_code("catalog_number", key)

    def by_disc_id(self, disc_id: str) -> tuple[MBID, ...]:
        """Return releases."""
        return self._by_code("disc_id", disc_id)

    def by_track(self, track: MBID) -> MBID | None:
        """Return the release that holds a track."""
        rows = self._rows(self._sql.track, track)
        return rows[0][0] if rows else None

    def by_url(self, urls: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        """Return entities linked to each URL. Two URLs may share a key, so each entity is asked whether it has it."""
        if not urls:
            return []
        keys = list({url_key(url) for url in urls})
        rows = self._rows(self._sql.urls, *(keys for _ in KINDS))
        refs = [EntityRef(Kind(kind.replace("_", "-")), mbid) for kind, mbid in rows]
        linked = {ref: {link.url for link in entity.links} for ref, entity in self._entities(refs) if entity}
        return [tuple(sorted(ref for ref, links in linked.items() if url in links)) for url in urls]

    def name_records(self) -> Iterator[NameRecord]:
        """Yield what is searchable in this build, in the order of the dump, a part at a time."""
        part = 0
        while rows := self._rows(self._sql.names, part):
            yield from self._unpack(_names, rows[0][0])
            part += 1

    def _by_code(self, name: str, code: str) -> tuple[MBID, ...]:
        return tuple([row[0] for row in self._rows(self._sql.codes[name], code)])

    def _documents(self, statement: bytes, mbids: Sequence[MBID], decode: Decode[T]) -> list[T | None]:
        if not mbids:
            return []
        found: list[T | None] = [None] * len(mbids)
        for n, doc in self._rows(statement, mbid_array(mbids)):
            found[n - 1] = self._unpack(decode, doc)
        return found

    def _entities(self, refs: Sequence[EntityRef]) -> Iterator[tuple[EntityRef, Linked | None]]:
        readers: dict[Kind, Callable[[Sequence[MBID]], Sequence[Linked | None]]] = {
            Kind.ARTIST: self.artists,
            Kind.RELEASE_GROUP: self.release_groups,
            Kind.RELEASE: self.releases,
            Kind.RECORDING: self.recordings,
            Kind.LABEL: self.labels,
        }
        for kind, read in readers.items():
            mine = [ref for ref in refs if ref.kind is kind]
            yield from zip(mine, read([ref.mbid for ref in mine]), strict=True)


def url_key(url: str) -> int:
    """Return a URL's key as ``ports.ingest`` defines it."""
    found = md5(url.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(found[8:], "little") - (1 << 63)
