"""Takes links of public data in: one row links a track to a target, whoever numbered it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linernotes.domain.identification import FIRST_LOCAL_ID
from linernotes.ports.public_data import LinkRow, Loaded
from linernotes.stores.sql.identification.public_loading import STAMP, upsert
from linernotes.stores.sql.identification.sessions import Session
from linernotes.stores.sql.identification.values import check_uuid

MBIDS = "acoustid_track_mbid"
COLUMNS = ("track", "value", "submission_count", "disabled", "created", "updated")
FOLLOW = "UPDATE acoustid_track_mbid_change SET track_mbid = ? WHERE track_mbid = ?"
Pair = tuple[int, bytes | int]
"""Track and target, as the table has it."""


class _Kept(msgspec.Struct, frozen=True, gc=False):
    """What counts of a link that is here, or is about to be."""

    pair: Pair
    sources: int
    disabled: bool
    stamp: int


class Links:
    """The links that rows are about, in one of the tables of links: as they are, and as they are to be."""

    def __init__(self, session: Session, table: str) -> None:
        """Write into the table, in the transaction of a session."""
        self._session = session
        self._table = table
        self._holders: dict[Pair, int] = {}
        self._kept: dict[int, _Kept] = {}
        self._values: dict[int, tuple[object, ...]] = {}
        self._gone: dict[int, int | None] = {}

    def load(self, rows: Sequence[LinkRow]) -> Loaded:
        """Take links in. A row of the same pair gives way, with its sources if it was made here."""
        self._read({row.id for row in rows}, {_pair(row) for row in rows})
        taken = sum(self._take(row) for row in rows)
        self._write()
        return Loaded(taken, len(rows) - taken)

    def _take(self, row: LinkRow) -> bool:
        """Decide about a row; return whether it counts."""
        pair, stamp = _pair(row), row.updated or row.created
        own, other = self._kept.get(row.id), self._holders.get(pair, row.id)
        if own is not None and stamp < own.stamp:
            return False
        sources, disabled = row.sources, row.disabled
        if own is not None and stamp == own.stamp:
            sources = max(sources, own.sources)  # the same row once more: what it took over from one made here stays
        if other != row.id:
            if self._stays(other, row.id, stamp):
                return False
            gone = self._drop(other, into=row.id)
            if _is_local(other) and not _is_local(row.id):
                sources, disabled = sources + gone.sources, disabled or gone.disabled
        if own is not None and own.pair != pair:
            self._drop(row.id, into=None)  # written anew, so that another may have its old pair, whichever comes first
        self._kept[row.id] = _Kept(pair, sources, disabled, stamp)
        self._holders[pair] = row.id
        self._values[row.id] = (row.id, *pair, sources, disabled, row.created, row.updated)
        return True

    def _stays(self, other: int, id_: int, stamp: int) -> bool:
        """Whether another row of the same pair stays: AcoustID's beside one made here, else the later."""
        if _is_local(other) != _is_local(id_):
            return _is_local(id_)
        return stamp < self._kept[other].stamp

    def _drop(self, id_: int, *, into: int | None) -> _Kept:
        gone = self._kept.pop(id_)
        if self._holders.get(gone.pair) == id_:
            del self._holders[gone.pair]
        self._values.pop(id_, None)
        self._gone[id_] = into
        return gone

    def _write(self) -> None:
        self._session.tell_all(f"DELETE FROM {self._table} WHERE id = ?", [(id_,) for id_ in self._gone])
        self._session.tell_all(upsert(self._table, COLUMNS), list(self._values.values()))
        if self._table == MBIDS:
            self._session.tell_all(FOLLOW, [(into, id_) for id_, into in self._gone.items() if into is not None])

    def _read(self, ids: set[int], pairs: set[Pair]) -> None:
        # By track alone: SQLite uses no index for a list of pairs.
        text = f"SELECT track, value, id FROM {self._table} WHERE track {{among}}"
        for track, value, id_ in self._session.ask_among(text, sorted({track for track, _ in pairs})):
            if (track, value) in pairs:
                self._holders[track, value] = id_
        text = f"SELECT id, track, value, submission_count, disabled, {STAMP} FROM {self._table} WHERE id {{among}}"
        for id_, track, value, sources, disabled, stamp in self._session.ask_among(
            text, sorted({*ids, *self._holders.values()})
        ):
            self._kept[id_] = _Kept((track, value), sources, bool(disabled), stamp)


def _pair(row: LinkRow) -> Pair:
    return row.track, check_uuid(row.target) if isinstance(row.target, str) else row.target


def _is_local(id_: int) -> bool:
    return id_ >= FIRST_LOCAL_ID
