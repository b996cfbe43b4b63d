"""Takes links of public data in: one row links a track to a target, whoever numbered it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linernotes.ports.public_data import LinkRow, Loaded
from linernotes.stores.sql.identification.public_counts import COUNTED, TAKEN, Counted, found, is_local, settled
from linernotes.stores.sql.identification.public_loading import upsert
from linernotes.stores.sql.identification.sessions import Session
from linernotes.stores.sql.identification.values import check_uuid

MBIDS = "acoustid_track_mbid"
COLUMNS = ("track", "value", "disabled", *TAKEN)
FOLLOW = "UPDATE acoustid_track_mbid_change SET track_mbid = ? WHERE track_mbid = ?"
Pair = tuple[int, bytes | int]
"""Track and target, as the table has it."""


class _Kept(msgspec.Struct, frozen=True, gc=False):
    """What counts of a link that is here, or is about to be."""

    pair: Pair
    disabled: bool
    counted: Counted


class Links:
    """The links that rows are about, in one of the tables of links: as they are, and as they are to be."""

    def __init__(self, session: Session, table: str, *, own: bool) -> None:
        """Write into the table, in the transaction of a session; ``own`` as for `SqlPublicData.load`."""
        self._session = session
        self._table = table
        self._own = own
        self._holders: dict[Pair, int] = {}
        self._kept: dict[int, _Kept] = {}
        self._values: dict[int, tuple[object, ...]] = {}
        self._gone: dict[int, int | None] = {}

    def load(self, rows: Sequence[LinkRow]) -> Loaded:
        """Take links in. A row of the same pair gives way, with the sources that were counted here."""
        self._read({row.id for row in rows}, {_pair(row) for row in rows})
        taken = sum(self._take(row) for row in rows)
        self._write()
        return Loaded(taken, len(rows) - taken)

    def _take(self, row: LinkRow) -> bool:
        """Decide about a row; return whether it counts."""
        pair, own = _pair(row), self._kept.get(row.id)
        if own is not None and own.counted.is_after(row, own=self._own):
            return False
        other = self._holders.get(pair, row.id)
        counted, disabled = settled(row, own.counted if own else None, own=self._own), row.disabled
        if other != row.id:
            if self._stays(other, row):
                return False
            gone = self._drop(other, into=row.id)
            if not (is_local(row.id) or self._own):  # an own file has them already
                counted = counted.joined(gone.counted)
                disabled = disabled or (is_local(other) and gone.disabled)
        if own is not None and own.pair != pair:
            self._drop(row.id, into=None)  # written anew, so that another may have its old pair, whichever comes first
        self._kept[row.id] = _Kept(pair, disabled, counted)
        self._holders[pair] = row.id
        self._values[row.id] = (row.id, *pair, disabled, *counted.values(row))
        return True

    def _stays(self, other: int, row: LinkRow) -> bool:
        """Whether another row of the same pair stays: AcoustID's beside one made here, else the later."""
        if is_local(other) != is_local(row.id):
            return is_local(row.id)
        return self._kept[other].counted.is_after(row, own=self._own)

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
        text = f"SELECT track, value, disabled, id, {COUNTED} FROM {self._table} WHERE id {{among}}"
        for track, value, disabled, id_, *counted in self._session.ask_among(
            text, sorted({*ids, *self._holders.values()})
        ):
            self._kept[id_] = _Kept((track, value), bool(disabled), found(id_, *counted))


def _pair(row: LinkRow) -> Pair:
    return row.track, check_uuid(row.target) if isinstance(row.target, str) else row.target
