"""Telling what changed: the server compares digests of content with those of the build before."""

from __future__ import annotations

from typing import Literal, LiteralString

from psycopg import sql

from linernotes.stores.postgres.compile.loading import Loader
from linernotes.stores.postgres.schema import table

_CHANGED: LiteralString = """
INSERT INTO {new_change} (mbid, changed_at)
SELECT n.mbid, CASE WHEN o.digest = n.digest THEN c.changed_at ELSE %s END
FROM {new} n LEFT JOIN {old} o ON o.mbid = n.mbid LEFT JOIN {old_change} c ON c.mbid = n.mbid
WHERE o.digest IS DISTINCT FROM n.digest OR c.changed_at IS NOT NULL
"""
# Whoever knows an entity by the MBID that was merged has to hear of it, once.
_MERGED: LiteralString = """
INSERT INTO {new_change} (mbid, changed_at)
SELECT old, changed_at FROM (
    SELECT n.old, CASE WHEN coalesce(o.mbid, om.mbid) = coalesce(t.mbid, tm.mbid) THEN c.changed_at ELSE %s END
        AS changed_at
    FROM {new_merged} n
    LEFT JOIN {old} o ON o.mbid = n.old LEFT JOIN {old_merged} om ON om.old = n.old
    LEFT JOIN {old} t ON t.mbid = n.mbid LEFT JOIN {old_merged} tm ON tm.old = n.mbid
    LEFT JOIN {old_change} c ON c.mbid = n.old
) dated WHERE changed_at IS NOT NULL
"""


def date_changes(loader: Loader, kind: Literal["artist", "release_group"]) -> None:
    """Fill a kind's table of changes. Without a build before, nothing has changed."""
    target = loader.target
    if target.previous is None:
        return
    names = {
        f"{age}{part}": table(schema, f"{kind}{part}")
        for age, schema in (("new", target.schema), ("old", target.previous))
        for part in ("", "_merged", "_change")
    }
    for statement in (_CHANGED, _MERGED):
        loader.run(sql.SQL(statement).format(**names), [target.now])
