"""Look-ups by the names that others give: ISRC, barcode, catalogue number, disc id, URL, track."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5

import msgspec

from linernotes.domain.entities import Artist, Label, Link, ReleaseGroup
from linernotes.domain.errors import Corrupt
from linernotes.domain.ids import MBID, EntityRef, Kind
from linernotes.stores.sqlite.codec.mbids import WIDTH, unpack
from linernotes.stores.sqlite.connection import Connection
from linernotes.stores.sqlite.recordings import read_recording, read_release

_ISRC = "SELECT recording FROM isrc WHERE code = ? ORDER BY recording"
_RELEASES_BY = {
    name: f'SELECT substr(r.mbids, 1, {WIDTH}) FROM {name} n JOIN "release" r ON r.id = n."release" WHERE n.code = ?'
    for name in ("barcode", "catalog_number", "disc_id")
}
_TRACK = f"""
SELECT substr(r.mbids, 1, {WIDTH}) FROM track t JOIN "release" r ON r.id = t."release" WHERE t.mbid = ?
"""
_URL = "SELECT kind, id FROM url WHERE key = ?"
_RECORDING_URL = "SELECT recording FROM recording_url WHERE key = ?"
_BY_ROW: dict[Kind, tuple[str, str, Callable[[bytes], Artist | ReleaseGroup | Label]]] = {
    Kind.ARTIST: ("artist", "SELECT doc FROM artist WHERE id = ?", msgspec.msgpack.Decoder(Artist).decode),
    Kind.RELEASE_GROUP: (
        "release_group",
        "SELECT doc FROM release_group WHERE id = ?",
        msgspec.msgpack.Decoder(ReleaseGroup).decode,
    ),
    Kind.LABEL: ("label", "SELECT doc FROM label WHERE id = ?", msgspec.msgpack.Decoder(Label).decode),
}


def by_isrc(con: Connection, isrc: str) -> tuple[MBID, ...]:
    """Return the recordings with an ISRC, by MBID."""
    return tuple(unpack(row[0])[0] for row in con.all(_ISRC, isrc))


def releases_by(con: Connection, table: str, code: str) -> tuple[MBID, ...]:
    """Return the releases with a barcode, catalogue number key or disc id, by MBID."""
    return tuple(sorted(unpack(row[0])[0] for row in con.all(_RELEASES_BY[table], code)))


def by_track(con: Connection, mbid: bytes) -> MBID | None:
    """Return the release that holds a track."""
    row = con.one(_TRACK, mbid)
    return None if row is None else unpack(row[0])[0]


def url_key(url: str) -> int:
    """Return a URL's key: the low half of its MD5 sum, little endian, moved into the signed range."""
    return int.from_bytes(md5(url.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[8:], "little") - (
        1 << 63
    )


def by_url(con: Connection, url: str) -> tuple[EntityRef, ...]:
    """Return the entities that link to exactly this URL, by kind then MBID."""
    key = url_key(url)
    refs = [_linked(con, Kind(kind), row, url) for kind, row in con.all(_URL, key)]
    refs += [_linked_recording(con, row[0], url) for row in con.all(_RECORDING_URL, key)]
    return tuple(sorted(ref for ref in refs if ref))


def _linked(con: Connection, kind: Kind, row: int, url: str) -> EntityRef | None:
    """Return the entity if it really has the URL: two URLs may share a key."""
    if kind is Kind.RELEASE:
        release = read_release(con, row)
        return _ref(kind, release.mbid, release.links, url)
    name, sql, decode = _BY_ROW[kind]
    found = con.one(sql, row)
    if found is None:
        raise Corrupt(f"the catalogue names {kind} {row} but does not hold it")
    try:
        entity = decode(con.document(name, found[0]))
    except msgspec.MsgspecError as exc:
        raise Corrupt(f"a stored {kind} cannot be read: {exc}") from exc
    return _ref(kind, entity.mbid, entity.links, url)


def _linked_recording(con: Connection, mbid: bytes, url: str) -> EntityRef | None:
    recording = read_recording(con, mbid)
    return None if recording is None else _ref(Kind.RECORDING, recording.mbid, recording.links, url)


def _ref(kind: Kind, mbid: MBID, links: tuple[Link, ...], url: str) -> EntityRef | None:
    return EntityRef(kind, mbid) if any(link.url == url for link in links) else None
