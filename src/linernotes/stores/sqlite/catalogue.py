"""A compiled catalogue, read: every look-up is a key, a row and at most a few documents, whatever the catalogue's size.

SQLite is in this process, so a batch of point reads is as good as one large query, and needs no SQL made up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.stores.sqlite import identifiers, recordings, schema
from linernotes.stores.sqlite.codec.mbids import pack, unpack
from linernotes.stores.sqlite.codec.release import decode_release
from linernotes.stores.sqlite.connection import Connection, Connections

T = TypeVar("T")

_DOCUMENT = {
    "artist": "SELECT d.doc FROM artist_key k JOIN artist d ON d.id = k.id WHERE k.mbid = ?",
    "release_group": "SELECT d.doc FROM release_group_key k JOIN release_group d ON d.id = k.id WHERE k.mbid = ?",
    "label": "SELECT d.doc FROM label_key k JOIN label d ON d.id = k.id WHERE k.mbid = ?",
    "series": "SELECT d.doc FROM series_key k JOIN series d ON d.id = k.id WHERE k.mbid = ?",
}
_ARTIST_ROW = "SELECT id FROM artist_key WHERE mbid = ?"
_DISCOGRAPHY = "SELECT doc FROM discography WHERE id >= ? AND id < ? ORDER BY id"
_GROUP_SPAN = """
SELECT g.mbid, g.first, g.releases FROM release_group_key k JOIN release_group g ON g.id = k.id WHERE k.mbid = ?
"""
_RELEASES = 'SELECT mbids, doc FROM "release" WHERE id >= ? AND id < ? ORDER BY id'
_RELEASE = """
SELECT r.mbids, r.doc, g.mbid FROM release_key k JOIN "release" r ON r.id = k.id
JOIN release_group g ON g.id = r.release_group WHERE k.mbid = ?
"""
_CHANGES = {
    Kind.ARTIST: "SELECT mbid, changed_at FROM artists.change WHERE kind = ? AND changed_at > ?"
    " ORDER BY changed_at DESC, mbid LIMIT ?",
    Kind.RELEASE_GROUP: "SELECT mbid, changed_at FROM main.change WHERE kind = ? AND changed_at > ?"
    " ORDER BY changed_at DESC, mbid LIMIT ?",
}


def open_catalogue(build: Path) -> SqliteCatalogue:
    """Open a build. Raises ``Unavailable`` when it is not there or of another format, ``Corrupt`` when damaged."""
    try:
        said = (build / schema.FORMAT_FILE).read_text("ascii").strip()
        info = msgspec.json.decode((build / schema.INFO_FILE).read_bytes(), type=BuildInfo)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as exc:
        raise Unavailable(f"no complete catalogue in {build}", hint="Run `linernotes import`.") from exc
    if said != str(schema.FORMAT):
        raise Unavailable(
            f"the catalogue in {build} has format {said[:10]}, this version reads {schema.FORMAT}",
            hint="Run `linernotes import` with this version.",
        )
    return SqliteCatalogue(build, info)


class SqliteCatalogue:
    """Implements ``ports.catalog.CatalogueSnapshot``."""

    def __init__(self, build: Path, info: BuildInfo) -> None:
        """Open the build's files."""
        self._info = info
        self._connections = Connections(build)
        self._decode_artist = msgspec.msgpack.Decoder(Artist).decode
        self._decode_group = msgspec.msgpack.Decoder(ReleaseGroup).decode
        self._decode_label = msgspec.msgpack.Decoder(Label).decode
        self._decode_series = msgspec.msgpack.Decoder(Series).decode
        self._decode_albums = msgspec.msgpack.Decoder(tuple[AlbumSummary, ...]).decode

    def close(self) -> None:
        """Close all files."""
        self._connections.close()

    def info(self) -> BuildInfo:
        """Return where this build comes from."""
        return self._info

    def changed_since(self, kind: Kind, since: int, limit: int) -> list[Change]:
        """Return changes found between builds, newest first, then by MBID."""
        rows = self._connections.get().all(_CHANGES[kind], kind.value, since, limit) if kind in _CHANGES else []
        return [Change(kind, unpack(mbid)[0], changed_at) for mbid, changed_at in rows]

    def artists(self, mbids: Sequence[MBID]) -> list[Artist | None]:
        """Return artists."""
        return self._documents("artist", mbids, self._decode_artist)

    def release_groups(self, mbids: Sequence[MBID]) -> list[ReleaseGroup | None]:
        """Return release groups."""
        return self._documents("release_group", mbids, self._decode_group)

    def labels(self, mbids: Sequence[MBID]) -> list[Label | None]:
        """Return labels."""
        return self._documents("label", mbids, self._decode_label)

    def series(self, mbids: Sequence[MBID]) -> list[Series | None]:
        """Return series."""
        return self._documents("series", mbids, self._decode_series)

    def releases(self, mbids: Sequence[MBID]) -> list[Release | None]:
        """Return releases."""
        con = self._connections.get()
        found = (con.one(_RELEASE, pack((mbid,))) for mbid in mbids)
        return [None if row is None else self._release(con, row[0], row[1], unpack(row[2])[0]) for row in found]

    def recordings(self, mbids: Sequence[MBID]) -> list[Recording | None]:
        """Return recordings."""
        con = self._connections.get()
        return [recordings.read_recording(con, pack((mbid,))) for mbid in mbids]

    def releases_with(self, recordings_: Sequence[MBID]) -> list[ReleaseMatch]:
        """Return the releases that hold any of the recordings."""
        return recordings.releases_with(self._connections.get(), [pack((mbid,)) for mbid in recordings_])

    def discography(self, artist: MBID) -> tuple[AlbumSummary, ...] | None:
        """Return an artist's release groups by MBID; linear in their number."""
        con = self._connections.get()
        row = con.one(_ARTIST_ROW, pack((artist,)))
        if row is None:
            return None
        first = row[0] << schema.PART_BITS
        parts = con.all(_DISCOGRAPHY, first, first + (1 << schema.PART_BITS))
        return tuple(album for (doc,) in parts for album in self._decode(con, "discography", doc, self._decode_albums))

    def releases_of(self, release_groups: Sequence[MBID]) -> list[tuple[Release, ...] | None]:
        """Return the releases of groups: neighbours in the table, read in one go per group."""
        con = self._connections.get()
        return [self._releases_of(con, mbid) for mbid in release_groups]

    def by_isrc(self, isrc: str) -> tuple[MBID, ...]:
        """Return recordings."""
        return identifiers.by_isrc(self._connections.get(), isrc)

    def by_barcode(self, barcode: str) -> tuple[MBID, ...]:
        """Return releases."""
        return identifiers.releases_by(self._connections.get(), "barcode", barcode)

    def by_catalog_number(self, key: str) -> tuple[MBID, ...]:
        """Return releases."""
        return identifiers.releases_by(self._connections.get(), "catalog_number", key)

    def by_disc_id(self, disc_id: str) -> tuple[MBID, ...]:
        """Return releases."""
        return identifiers.releases_by(self._connections.get(), "disc_id", disc_id)

    def by_url(self, urls: Sequence[str]) -> list[tuple[EntityRef, ...]]:
        """Return entities linked to each URL."""
        con = self._connections.get()
        return [identifiers.by_url(con, url) for url in urls]

    def by_track(self, track: MBID) -> MBID | None:
        """Return the release that holds a track."""
        return identifiers.by_track(self._connections.get(), pack((track,)))

    def _documents(self, kind: str, mbids: Sequence[MBID], decode: Callable[[bytes], T]) -> list[T | None]:
        con = self._connections.get()
        sql = _DOCUMENT[kind]
        found = (con.one(sql, pack((mbid,))) for mbid in mbids)
        return [None if row is None else self._decode(con, kind, row[0], decode) for row in found]

    def _decode(self, con: Connection, kind: str, packed: bytes, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(con.document(kind, packed))
        except msgspec.MsgspecError as exc:
            raise Corrupt(f"a stored {kind} cannot be read: {exc}") from exc

    def _releases_of(self, con: Connection, group: MBID) -> tuple[Release, ...] | None:
        span = con.one(_GROUP_SPAN, pack((group,)))
        if span is None:
            return None
        owner = unpack(span[0])[0]
        rows: list[tuple[Any, ...]] = con.all(_RELEASES, span[1], span[1] + span[2])
        return tuple([self._release(con, mbids, doc, owner) for mbids, doc in rows])

    def _release(self, con: Connection, mbids: bytes, packed: bytes, group: MBID) -> Release:
        return decode_release(mbids, con.document("release", packed), group, con.area)
