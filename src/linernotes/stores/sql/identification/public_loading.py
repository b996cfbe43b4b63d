"""Takes rows of public data in, all inside the caller's transaction: what is here already decides what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from linernotes.domain.errors import Conflict
from linernotes.ports.public_data import FingerprintRow, Loaded, MetaRow, PlaceRow, TrackRow
from linernotes.stores.sql.identification.public_counts import COUNTED, TAKEN, found, settled
from linernotes.stores.sql.identification.sessions import Session
from linernotes.stores.sql.identification.values import check_uuid, uuid_text

Row = TypeVar("Row", bound=TrackRow | MetaRow | FingerprintRow | PlaceRow)

TRACKS = "SELECT id, coalesce(updated, created) FROM acoustid_track WHERE id {among}"
GIDS = "SELECT gid, id FROM acoustid_track WHERE gid {among}"
METADATA = "SELECT id, created FROM acoustid_meta WHERE id {among}"
SAYING = "SELECT gid, id FROM acoustid_meta WHERE gid {among}"
WORDS = "SELECT id, created, words FROM acoustid_fingerprint WHERE id {among} AND words IS NOT NULL"
PLACES = f"SELECT id, {COUNTED} FROM acoustid_fingerprint WHERE id {{among}} AND track IS NOT NULL"
CHANGED = "INSERT INTO acoustid_fingerprint_change (fingerprint) VALUES (?)"


def upsert(table: str, columns: Sequence[str], *, new: str = "", values: str = "") -> str:
    """Return the statement that writes an id and columns; those in ``new`` have ``values`` where the id is new."""
    names = ", ".join(["id", *columns, *filter(None, [new])])
    places = ", ".join(["?"] * (len(columns) + 1) + [*filter(None, [values])])
    replaced = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {replaced}"


PUT_TRACK = upsert("acoustid_track", ("gid", "new_id", "created", "updated"))
PUT_META = upsert(
    "acoustid_meta",
    ("gid", "track", "artist", "album", "album_artist", "track_no", "disc_no", "year", "created"),
)
PUT_WORDS = upsert(
    "acoustid_fingerprint", ("duration", "created", "words"), new="submission_count, format", values="0, ''"
)
PUT_PLACE = upsert("acoustid_fingerprint", ("track", *TAKEN), new="format", values="''")


def load_tracks(session: Session, rows: Sequence[TrackRow]) -> Loaded:
    """Take tracks in. Raises Conflict for a UUID that another track has."""
    here = dict(_known(session, TRACKS, rows))
    chosen = _newer(rows, here, lambda row: row.updated or row.created)
    gids = [check_uuid(row.gid) for row in chosen]
    owners = {bytes(gid): id_ for gid, id_ in session.ask_among(GIDS, gids)}
    for row, gid in zip(chosen, gids, strict=True):
        if owners.setdefault(gid, row.id) != row.id:
            raise Conflict(f"tracks {owners[gid]} and {row.id} have one UUID, {uuid_text(gid)}")
    session.tell_all(
        PUT_TRACK,
        [(row.id, gid, row.merged_into, row.created, row.updated) for row, gid in zip(chosen, gids, strict=True)],
    )
    return Loaded(len(chosen), len(rows) - len(chosen))


def load_meta(session: Session, rows: Sequence[MetaRow]) -> Loaded:
    """Take metadata in. Of rows that say the same, one is found by its UUID: the first that came."""
    here = dict(_known(session, METADATA, rows))
    chosen = _newer(rows, here, lambda row: row.created)
    gids = [row.said.gid.bytes for row in chosen]
    owners = {bytes(gid): id_ for gid, id_ in session.ask_among(SAYING, gids)}
    values = []
    for row, gid in zip(chosen, gids, strict=True):
        said = row.said
        own = gid if owners.setdefault(gid, row.id) == row.id else None
        texts = said.track, said.artist, said.album, said.album_artist
        values.append((row.id, own, *texts, said.track_no, said.disc_no, said.year, row.created))
    session.tell_all(PUT_META, values)
    return Loaded(len(chosen), len(rows) - len(chosen))


def load_fingerprints(session: Session, rows: Sequence[FingerprintRow]) -> Loaded:
    """Take words in, with a line in the change log for each fingerprint whose words are new or others."""
    words = {id_: (created, bytes(packed)) for id_, created, packed in _known(session, WORDS, rows)}
    chosen = _newer(rows, {id_: created for id_, (created, _) in words.items()}, lambda row: row.created)
    session.tell_all(PUT_WORDS, [(row.id, row.duration, row.created, row.packed) for row in chosen])
    changed = [(row.id,) for row in chosen if row.id not in words or words[row.id][1] != row.packed]
    session.tell_all(CHANGED, changed)
    return Loaded(len(chosen), len(rows) - len(chosen))


def load_places(session: Session, rows: Sequence[PlaceRow], *, own: bool) -> Loaded:
    """Take in which tracks fingerprints belong to; one whose words are not here yet waits for them."""
    places = {id_: found(id_, *counted) for id_, *counted in _known(session, PLACES, rows)}
    counts: dict[int, tuple[object, ...]] = {}
    for row in rows:
        here = places.get(row.id)
        if here is None or not here.is_after(row, own=own):
            places[row.id] = taken = settled(row, here, own=own)
            counts[row.id] = (row.id, row.track, *taken.values(row))
    session.tell_all(PUT_PLACE, list(counts.values()))
    return Loaded(len(counts), len(rows) - len(counts))


def _known(session: Session, text: str, rows: Iterable[Row]) -> list[Any]:
    """Return what is here of the rows' ids, the id first."""
    return session.ask_among(text, [row.id for row in rows])


def _newer(rows: Iterable[Row], here: dict[int, int], stamp: Callable[[Row], int]) -> list[Row]:
    """Return of each id the row with the latest stamp, of equal ones the last, unless what is here is later."""
    found: dict[int, Row] = {}
    stamps = dict(here)
    for row in rows:
        own = stamp(row)
        if own >= stamps.get(row.id, -1):
            stamps[row.id] = own
            found[row.id] = row
    return list(found.values())
