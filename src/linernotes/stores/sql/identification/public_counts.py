"""Sources of rows that AcoustID numbered: what it counted comes anew with each load, what was counted here is added.

So such a row has two times: its stamp, which is AcoustID's own and decides between loads, and when it was last changed.
"""

from __future__ import annotations

import msgspec

from linernotes.domain.identification import FIRST_LOCAL_ID
from linernotes.ports.public_data import LinkRow, PlaceRow

COUNTED = "created, updated, stamp, submission_count, loaded_count"
"""What `found` takes after the id."""
TAKEN = ("submission_count", "created", "updated", "stamp", "loaded_count")
"""The columns of what `Counted.values` returns."""


class Counted(msgspec.Struct, frozen=True, gc=False):
    """The sources of a row, how many of them its last load had, its stamp, and when it was last changed by anybody."""

    stamp: int
    changed: int
    sources: int
    loaded: int

    @property
    def ours(self) -> int:
        """Return how many sources were counted here; all of them for a row that was made here."""
        return self.sources - self.loaded

    def is_after(self, row: PlaceRow | LinkRow, *, own: bool) -> bool:
        """Return whether a row of a file is older than this: its stamp alone counts, in an own file all changes."""
        return stamp_of(row) < (self.changed if own else self.stamp)

    def joined(self, gone: Counted) -> Counted:
        """Return this with what was counted here for a row that gives way."""
        changed = max(self.changed, gone.changed) if gone.ours else self.changed
        return msgspec.structs.replace(self, changed=changed, sources=self.sources + gone.ours)

    def values(self, row: PlaceRow | LinkRow) -> tuple[int | None, ...]:
        """Return what is to be written for a row of a file that became this."""
        updated = row.updated if self.changed == stamp_of(row) else self.changed
        origin = (None, None) if is_local(row.id) else (self.stamp, self.loaded)
        return self.sources, row.created, updated, *origin


def found(id_: int, created: int, updated: int | None, stamp: int | None, sources: int, loaded: int | None) -> Counted:
    """Return what the table says of a row."""
    changed = created if updated is None else updated
    if stamp is None:
        stamp = changed if is_local(id_) else created
    return Counted(stamp, changed, sources, loaded or 0)


def settled(row: PlaceRow | LinkRow, here: Counted | None, *, own: bool) -> Counted:
    """Return what a row of a file is to become, which is not older than what is here of it."""
    stamp = stamp_of(row)
    if is_local(row.id):
        return Counted(stamp, stamp, row.sources, 0)
    if here is not None and (stamp, row.sources) == (here.changed, here.sources):
        return here  # its own export that comes back
    if here is None or own or not here.ours:
        return Counted(stamp, stamp, row.sources, row.sources)
    return Counted(stamp, max(stamp, here.changed), row.sources + here.ours, row.sources)


def stamp_of(row: PlaceRow | LinkRow) -> int:
    """Return when a row was last changed where its file is from."""
    return row.created if row.updated is None else row.updated


def is_local(id_: int) -> bool:
    """Return whether a row was made here."""
    return id_ >= FIRST_LOCAL_ID
