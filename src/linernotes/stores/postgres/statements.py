"""The statements that read a build. Each answers a whole batch; merged MBIDs are resolved on the way."""

from __future__ import annotations

from typing import LiteralString

from psycopg import sql

from linernotes.stores.postgres.schema import table

KINDS = ("artist", "release_group", "release", "recording", "label")

# n numbers what was asked, from 1. Nothing leads from an MBID that is an entity's own to another.
_ASKED: LiteralString = """
unnest(%s::uuid[]) WITH ORDINALITY AS a (mbid, n) LEFT JOIN {merged} m ON m.old = a.mbid
"""
_DOCUMENTS: LiteralString = f"""
SELECT a.n, d.doc FROM {_ASKED} JOIN {{own}} d ON d.mbid = coalesce(m.mbid, a.mbid)
"""
_RELEASES_OF: LiteralString = f"""
SELECT a.n, r.doc FROM {_ASKED} JOIN {{own}} g ON g.mbid = coalesce(m.mbid, a.mbid)
LEFT JOIN {{release}} r ON r.release_group = g.mbid ORDER BY a.n, r.ordinal
"""
# The first release of each recording comes once, however many of its recordings were asked for.
_RECORDINGS: LiteralString = f"""
WITH found AS (
    SELECT a.n, d.mbid, d.releases, d.doc FROM {_ASKED} JOIN {{own}} d ON d.mbid = coalesce(m.mbid, a.mbid)
)
SELECT n, mbid::text, releases::text[], doc FROM found
UNION ALL
SELECT NULL, r.mbid::text, NULL, r.doc FROM (SELECT DISTINCT releases[1] AS mbid FROM found) f
JOIN {{release}} r ON r.mbid = f.mbid
"""
_RELEASES_WITH: LiteralString = f"""
SELECT r.mbid::text, r.release_group::text, p.matched, r.tracks FROM (
    SELECT u.mbid, count(*)::integer AS matched FROM (
        SELECT DISTINCT ON (d.mbid) d.releases FROM {_ASKED} JOIN {{own}} d ON d.mbid = coalesce(m.mbid, a.mbid)
    ) one, unnest(one.releases) AS u (mbid) GROUP BY u.mbid
) p JOIN {{release}} r ON r.mbid = p.mbid ORDER BY r.mbid
"""
_TRACK: LiteralString = "SELECT release::text FROM {own} WHERE mbid = %s::uuid"
_CHANGES: LiteralString = """
SELECT mbid::text, changed_at FROM {own} WHERE changed_at > %s::bigint
ORDER BY changed_at DESC, mbid LIMIT %s::bigint
"""
_CODE: dict[str, LiteralString] = {
    "isrc": "SELECT recording::text FROM {own} WHERE code = %s::text ORDER BY recording",
    "barcode": "SELECT release::text FROM {own} WHERE code = %s::text ORDER BY release",
    "catalog_number": "SELECT DISTINCT release::text FROM {own} WHERE code = %s::text ORDER BY 1",
    "disc_id": "SELECT release::text FROM {own} WHERE code = %s::text ORDER BY release",
}
_URLS: LiteralString = """
SELECT DISTINCT {kind}, u.mbid::text FROM {own} u WHERE u.key = ANY(%s::bigint[])
"""


class Statements:
    """All statements of one build, ready to be sent."""

    def __init__(self, schema: str) -> None:
        """Put the schema's name in."""
        self._schema = schema
        kinds = (*KINDS, "series")
        self.documents = {kind: self._made(_DOCUMENTS, kind) for kind in kinds if kind != "recording"}
        self.discography = self._made(_DOCUMENTS, "discography", "artist")
        self.releases_of = self._made(_RELEASES_OF, "release_group")
        self.recordings = self._made(_RECORDINGS, "recording")
        self.releases_with = self._made(_RELEASES_WITH, "recording")
        self.track = self._made(_TRACK, "track")
        self.codes = {name: self._made(text, name) for name, text in _CODE.items()}
        self.changes = {kind: self._made(_CHANGES, f"{kind}_change") for kind in ("artist", "release_group")}
        self.urls = b" UNION ALL ".join(self._made(_URLS, f"{kind}_url", kind) for kind in KINDS)
        self.names = self._made("SELECT doc FROM {own} WHERE part = %s::integer", "name")

    def _made(self, text: LiteralString, own: str, kind: str = "") -> bytes:
        names = {
            "own": table(self._schema, own),
            "merged": table(self._schema, f"{kind or own}_merged"),
            "release": table(self._schema, "release"),
            "kind": sql.Literal(kind),
        }
        return sql.SQL(text).format(**names).as_bytes(None)
