"""What the build before this one knew: content digests and times of change, so that a change can be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from linernotes.domain.ids import Kind
from linernotes.stores.sqlite.schema import RECORDINGS, uri_of

_DIGESTS = {
    Kind.ARTIST: "SELECT a.digest FROM artist_key k JOIN artist a ON a.id = k.id WHERE k.mbid = ?",
    Kind.RELEASE_GROUP: "SELECT g.digest FROM keys.release_group_key k JOIN release_group g ON g.id = k.id"
    " WHERE k.mbid = ?",
}

_CHANGED = "SELECT changed_at FROM main.change WHERE mbid = ? AND kind = ?"
_ROWS = {
    Kind.ARTIST: "SELECT id FROM artist_key WHERE mbid = ?",
    Kind.RELEASE_GROUP: "SELECT id FROM keys.release_group_key WHERE mbid = ?",
}


class ChangeTimes(Protocol):
    """Tells when an entity last changed."""

    def changed_at(self, kind: Kind, mbid: bytes, digest: bytes) -> int | None:
        """Return unix milliseconds for the entity as it is now, None if it never changed since the first build."""
        ...

    def merged_at(self, kind: Kind, old: bytes, into: bytes) -> int | None:
        """Return when one MBID began to lead to another, None if it did already in the first build."""
        ...


class Previous:
    """Decides ``changed_at`` for the entities of one file. Without an earlier build, nothing has changed.

    An earlier build that is damaged cannot tell, and must not be in the way of a new one: all has changed then.
    """

    def __init__(self, build: Path | None, file: str, *, now: int) -> None:
        """Open the earlier build's file; ``now`` (unix ms) is when what differs is said to have changed."""
        self._now = now
        self._con: sqlite3.Connection | None = None
        if build:
            with suppress(sqlite3.DatabaseError):
                self._con = sqlite3.connect(uri_of(build, file), uri=True)
                self._con.execute("ATTACH ? AS keys", [uri_of(build, RECORDINGS)])

    def changed_at(self, kind: Kind, mbid: bytes, digest: bytes) -> int | None:
        """Return when the entity last changed, None if it has not since the first build. O(log n)."""
        if self._con is None:
            return None
        return self._known(kind, mbid) if self._one(_DIGESTS[kind], mbid) == digest else self._now

    def merged_at(self, kind: Kind, old: bytes, into: bytes) -> int | None:
        """Return when one MBID began to lead to another. Whoever knows an entity by the old one has to hear of it."""
        if self._con is None:
            return None
        row = self._one(_ROWS[kind], old)
        same = row is not None and row == self._one(_ROWS[kind], into)
        return self._known(kind, old) if same else self._now

    def _known(self, kind: Kind, mbid: bytes) -> int | None:
        found = self._one(_CHANGED, mbid, kind.value)
        return found if isinstance(found, int) else None

    def _one(self, sql: str, *parameters: object) -> object:
        if self._con is None:
            return None
        try:
            row = self._con.execute(sql, parameters).fetchone()
        except sqlite3.DatabaseError:
            return None
        return row and row[0]


def changes_of(times: ChangeTimes, kind: Kind, mbids: Sequence[bytes], digest: bytes) -> list[tuple[str, int, bytes]]:
    """Return the rows of the change table for an entity; ``mbids`` are its own and those merged into it."""
    own, *merged = mbids
    dated = [(own, times.changed_at(kind, own, digest)), *((old, times.merged_at(kind, old, own)) for old in merged)]
    return [(kind.value, at, mbid) for mbid, at in dated if at is not None]
