"""Recordings and the look-up rows of everything, each stream sorted for the table that it fills."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from linernotes.domain.entities import ArtistCredit
from linernotes.domain.ids import Kind
from linernotes.dumps.compose.attributes import NO_RATING, Attributes, credits_of, read_attributes_of_recordings
from linernotes.dumps.compose.rows import Grouped, Row, Rows
from linernotes.ports.ingest import RecordingEntry, RecordingFacts

# One number orders a recording's tracks: release ordinal, medium, position.
_RECORDINGS = """
WITH mine AS (SELECT * FROM recording WHERE gid >= $low AND gid <= $high),
placed AS (
    SELECT t.recording, list_sort(list(t.ordinal)) AS places,
           arg_min({'name': t.name, 'credit': t.artist_credit, 'length': t.length},
                   t.ordinal::HUGEINT * 18446744073709551616 + t.medium::HUGEINT * 4294967296 + t.position) AS first
    FROM placed_track t WHERE t.recording IN (SELECT id FROM mine) GROUP BY t.recording
)
SELECT r.gid::BLOB, r.id, p.places,
       CASE WHEN p.first IS NULL OR p.first.name IS DISTINCT FROM r.name THEN r.name END,
       CASE WHEN p.first IS NULL OR p.first.credit IS DISTINCT FROM r.artist_credit THEN r.artist_credit END,
       p.first IS NULL OR p.first.length IS DISTINCT FROM r.length,
       r.length, r.comment, coalesce(r.video, false)
FROM mine r LEFT JOIN placed p ON p.recording = r.id
ORDER BY r.gid
"""
_CREDITS = """
SELECT c.artist_credit, c.gid::VARCHAR, c.name, c.join_phrase FROM credit c
WHERE c.artist_credit IN (SELECT artist_credit FROM recording WHERE gid >= $low AND gid <= $high)
ORDER BY c.artist_credit, c.position
"""
_ISRCS_OF = """
SELECT i.recording, i.isrc FROM isrc i
WHERE i.recording IN (SELECT id FROM recording WHERE gid >= $low AND gid <= $high) ORDER BY i.recording, i.isrc
"""

TRACKS = """
SELECT gid::BLOB, ordinal FROM (
    SELECT gid, ordinal, false AS merged FROM placed_track
    UNION ALL
    SELECT d.gid, t.ordinal, true FROM redirect d JOIN placed_track t ON t.id = d.owner WHERE d.kind = 'track'
) ORDER BY gid, merged
"""
MERGED_RECORDINGS = """
SELECT d.gid::BLOB, r.gid::BLOB FROM redirect d JOIN recording r ON r.id = d.owner
WHERE d.kind = 'recording' ORDER BY d.gid
"""
ISRCS = "SELECT DISTINCT i.isrc, r.gid::BLOB AS g FROM isrc i JOIN recording r ON r.id = i.recording ORDER BY i.isrc, g"
BARCODES = """
WITH digits AS (SELECT id, regexp_replace(barcode, '[ -]', '', 'g') AS code FROM release WHERE barcode <> '')
SELECT DISTINCT coalesce(nullif(ltrim(d.code, '0'), ''), '0') AS code, p.ordinal
FROM digits d JOIN place p ON p.release = d.id
WHERE regexp_full_match(d.code, '[0-9]{1,18}') ORDER BY code, p.ordinal
"""
CATALOG_NUMBERS = """
SELECT DISTINCT l.catalog_number, p.ordinal FROM release_label l JOIN place p ON p.release = l.release
WHERE l.catalog_number <> '' ORDER BY ALL
"""
DISC_IDS = """
SELECT DISTINCT d.discid, p.ordinal FROM medium_cdtoc mc JOIN cdtoc d ON d.id = mc.cdtoc
JOIN medium m ON m.id = mc.medium JOIN place p ON p.release = m.release ORDER BY ALL
"""
_URL_KEY = "CAST(md5_number_lower(url)::HUGEINT - 9223372036854775808 AS BIGINT)"
URLS = f"""
SELECT DISTINCT {_URL_KEY} AS key, kind, owner FROM entity_link WHERE kind <> 'recording' ORDER BY ALL
"""
RECORDING_URLS = f"""
SELECT DISTINCT {_URL_KEY} AS key, r.gid::BLOB AS g FROM entity_link e JOIN recording r ON r.id = e.owner
WHERE e.kind = 'recording' ORDER BY ALL
"""
KEYS = {
    Kind.ARTIST: "SELECT gid, id AS row FROM artist",
    Kind.RELEASE_GROUP: "SELECT gid, id AS row FROM release_group",
    Kind.RELEASE: "SELECT r.gid, p.ordinal AS row FROM release r JOIN place p ON p.release = r.id",
    Kind.LABEL: "SELECT gid, id AS row FROM label",
    Kind.SERIES: "SELECT gid, id AS row FROM series",
}
_WITH_MERGED = """
SELECT gid::BLOB, row FROM (
    SELECT gid, row, false AS merged FROM ({own}) UNION ALL SELECT gid, owner, true FROM redirect WHERE kind = $kind
) ORDER BY gid, merged, row
"""


def uuid_ranges(parts: int) -> list[tuple[str, str]]:
    """Cut all UUIDs into ``parts`` closed ranges of equal width, in order."""
    edges = [(part << 128) // parts for part in range(parts + 1)]
    return [(_uuid(low), _uuid(high - 1)) for low, high in pairwise(edges)]


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def compose_recordings(rows: Rows, parts: int) -> Iterator[RecordingEntry]:
    """Yield all recordings by raw MBID; ``parts`` bounds the memory."""
    for low, high in uuid_ranges(parts):
        where: dict[str, object] = {"low": low, "high": high}
        has = read_attributes_of_recordings(rows, low, high)
        credited = credits_of(rows, _CREDITS, where)
        isrcs = rows.grouped(_ISRCS_OF, where)
        for row in rows.stream(_RECORDINGS, where):
            yield RecordingEntry(row[0], row[2] or (), _facts(row, has, credited, isrcs))


def _facts(row: Row, has: Attributes, credited: dict[int, ArtistCredit], isrcs: Grouped) -> RecordingFacts | None:
    _, number, places, title, credit, length_differs, length, comment, video = row
    facts = RecordingFacts(
        title=title,
        credit=None if credit is None else credited.get(credit, ()),
        length=length if length_differs else None,
        length_differs=length_differs,
        disambiguation=comment,
        tags=has.tags(number),
        rating=has.rating(number),
        links=has.links(number),
        aliases=has.aliases(number),
    )
    if places:
        return None if facts == _NOTHING_OWN else facts
    return RecordingFacts(
        title=title,
        credit=facts.credit,
        length=length,
        length_differs=True,
        disambiguation=comment,
        video=video,
        isrcs=tuple(one[0] for one in isrcs.get(number, ())),
        tags=facts.tags,
        rating=facts.rating,
        links=facts.links,
        old_mbids=has.old_mbids(number),
        aliases=facts.aliases,
    )


_NOTHING_OWN = RecordingFacts(rating=NO_RATING)


def compose_keys(rows: Rows, kind: Kind) -> Iterator[tuple[bytes, int]]:
    """Yield the raw MBIDs of a kind, merged ones too, with the row that they lead to, by MBID.

    One that is an entity's own and is named as merged as well comes first as the entity's own.
    """
    return rows.stream(_WITH_MERGED.format(own=KEYS[kind]), {"kind": kind.value})
