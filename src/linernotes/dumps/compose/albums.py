"""Release groups with their releases, from a staged dump: the bulk of a catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import msgspec

from linernotes.domain.entities import ArtistCredit, CoverImage, Release, ReleaseEvent, ReleaseGroup, ReleaseLabel
from linernotes.domain.ids import MBID, Kind
from linernotes.dumps.compose.attributes import Attributes, credits_of, read_attributes
from linernotes.dumps.compose.media import MediaRows, media_of, read_media
from linernotes.dumps.compose.rows import Grouped, Row, Rows, date_of, date_of_key
from linernotes.ports.ingest import AlbumEntry

GROUP_IDS = "SELECT id FROM release_group ORDER BY id"

_SPAN = "SELECT min(ordinal), max(ordinal) + 1 FROM place WHERE release_group >= $low AND release_group < $high"
_GROUPS = """
SELECT rg.id, rg.gid::VARCHAR, rg.name, rg.artist_credit, rg.comment, t.name, coalesce(s.names, []), d.first,
       c.gid::VARCHAR
FROM release_group rg
LEFT JOIN release_group_primary_type t ON t.id = rg.type
LEFT JOIN group_type s ON s.release_group = rg.id
LEFT JOIN group_date d ON d.release_group = rg.id
LEFT JOIN (
    SELECT g.release_group, min(r.gid) AS gid FROM release_group_cover_art g JOIN release r ON r.id = g.release
    GROUP BY g.release_group
) c ON c.release_group = rg.id
WHERE rg.id >= $low AND rg.id < $high ORDER BY rg.id
"""
_RELEASES = """
SELECT p.release_group, p.ordinal, r.gid::VARCHAR, r.name, r.artist_credit, r.comment, s.name, k.name, l.iso_code_3,
       c.iso_code, r.barcode, coalesce(r.quality, -1), m.amazon_asin
FROM place p JOIN release r ON r.id = p.release
LEFT JOIN release_status s ON s.id = r.status
LEFT JOIN release_packaging k ON k.id = r.packaging
LEFT JOIN language l ON l.id = r.language
LEFT JOIN script c ON c.id = r.script
LEFT JOIN release_meta m ON m.id = r.id
WHERE p.ordinal >= $low AND p.ordinal < $high ORDER BY p.ordinal
"""
_CREDITS = """
SELECT c.artist_credit, c.gid::VARCHAR, c.name, c.join_phrase FROM credit c
WHERE c.artist_credit IN (
    SELECT artist_credit FROM placed_track WHERE ordinal >= $low AND ordinal < $high
    UNION SELECT r.artist_credit FROM place p JOIN release r ON r.id = p.release
          WHERE p.ordinal >= $low AND p.ordinal < $high
    UNION SELECT artist_credit FROM release_group WHERE id >= $low_group AND id < $high_group
) ORDER BY c.artist_credit, c.position
"""
_EVENTS = """
SELECT p.ordinal, e.date_year, e.date_month, e.date_day, e.area
FROM release_event e JOIN place p ON p.release = e.release LEFT JOIN area a ON a.id = e.area
WHERE p.ordinal >= $low AND p.ordinal < $high
ORDER BY p.ordinal, e.date_year NULLS LAST, e.date_month NULLS LAST, e.date_day NULLS LAST, a.name NULLS LAST, e.area
"""
_LABELS = """
SELECT p.ordinal, l.gid::VARCHAR, l.name, rl.catalog_number
FROM release_label rl JOIN place p ON p.release = rl.release LEFT JOIN label l ON l.id = rl.label
WHERE p.ordinal >= $low AND p.ordinal < $high
ORDER BY p.ordinal, l.name NULLS LAST, rl.catalog_number NULLS LAST, l.gid
"""
_IMAGES = """
SELECT owner, id, types, ordering FROM image WHERE owner >= $low AND owner < $high ORDER BY owner, ordering, id
"""


class _Sides(msgspec.Struct, frozen=True):
    """Everything that the releases of a range own, by ordinal."""

    credits: dict[int, ArtistCredit]
    events: Grouped
    labels: Grouped
    images: Grouped
    media: MediaRows
    attributes: Attributes


def compose_albums(rows: Rows, low: int, high: int) -> Iterator[AlbumEntry]:
    """Yield the release groups ``low <= id < high`` with their releases, by id."""
    first, last = rows.all(_SPAN, {"low": low, "high": high})[0]
    first, last = first or 0, last or 0
    sides = _read_sides(rows, low, high, first, last)
    has = read_attributes(rows, Kind.RELEASE_GROUP, low, high)
    releases: defaultdict[int, list[Row]] = defaultdict(list)
    for owner, found in groupby(rows.stream(_RELEASES, {"low": first, "high": last}), key=itemgetter(0)):
        releases[owner] = list(found)
    for row in rows.stream(_GROUPS, {"low": low, "high": high}):
        own = releases.pop(row[0], [])
        group = _group(row, sides.credits, has)
        yield AlbumEntry(
            row=row[0],
            first=own[0][1] if own else 0,
            group=group,
            releases=tuple(_release(one, group.mbid, rows, sides) for one in own),
        )


def _read_sides(rows: Rows, low: int, high: int, first: int, last: int) -> _Sides:
    span: dict[str, object] = {"low": first, "high": last}
    credited = credits_of(rows, _CREDITS, {**span, "low_group": low, "high_group": high})
    return _Sides(
        credits=credited,
        events=rows.grouped(_EVENTS, span),
        labels=rows.grouped(_LABELS, span),
        images=rows.grouped(_IMAGES, span),
        media=read_media(rows, first, last),
        attributes=read_attributes(rows, Kind.RELEASE, first, last),
    )


def _group(row: Row, credited: dict[int, ArtistCredit], has: Attributes) -> ReleaseGroup:
    number, mbid, title, credit, comment, kind, secondary, first, cover = row
    return ReleaseGroup(
        mbid=MBID(mbid),
        title=title,
        credit=credited.get(credit, ()),
        disambiguation=comment,
        type=kind,
        secondary_types=tuple(secondary),
        first_release_date=date_of_key(first),
        aliases=has.aliases(number),
        tags=has.tags(number),
        rating=has.rating(number),
        links=has.links(number),
        cover=cover and MBID(cover),
        old_mbids=has.old_mbids(number),
    )


def _release(row: Row, group: MBID, rows: Rows, sides: _Sides) -> Release:
    _, ordinal, mbid, title, credit, comment, status, packaging, language, script, barcode, quality, asin = row
    has = sides.attributes
    events = sides.events.pop(ordinal, ())
    return Release(
        mbid=MBID(mbid),
        release_group=group,
        title=title,
        credit=sides.credits.get(credit, ()),
        disambiguation=comment,
        status=status,
        packaging=packaging,
        language=language,
        script=script,
        barcode=barcode,
        quality=quality,
        asin=asin,
        events=tuple(ReleaseEvent(date_of(*one[:3]), rows.areas.get(one[3])) for one in events),
        labels=tuple(ReleaseLabel(*one) for one in sides.labels.pop(ordinal, ())),
        media=media_of(ordinal, sides.media, sides.credits),
        images=tuple(CoverImage(one[0], tuple(one[1]), one[2]) for one in sides.images.pop(ordinal, ())),
        aliases=has.aliases(ordinal),
        tags=has.tags(ordinal),
        links=has.links(ordinal),
        old_mbids=has.old_mbids(ordinal),
    )
