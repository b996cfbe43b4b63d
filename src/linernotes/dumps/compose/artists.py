"""Artists with their discographies, labels, series and areas, from a staged dump."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.entities import AlbumSummary, Artist, Label, Series, SeriesItem
from linernotes.domain.ids import MBID, Kind
from linernotes.dumps.compose.attributes import Attributes, read_attributes
from linernotes.dumps.compose.rows import Grouped, Row, Rows, date_of, date_of_key
from linernotes.ports.ingest import ArtistEntry

ARTIST_IDS = "SELECT id FROM artist ORDER BY id"
LABEL_IDS = "SELECT id FROM label ORDER BY id"

_ARTISTS = """
SELECT a.id, a.gid::VARCHAR, a.name, a.sort_name, a.comment, t.name, g.name, a.area, a.begin_area, a.end_area,
       a.begin_date_year, a.begin_date_month, a.begin_date_day, a.end_date_year, a.end_date_month, a.end_date_day,
       coalesce(a.ended, false)
FROM artist a LEFT JOIN artist_type t ON t.id = a.type LEFT JOIN gender g ON g.id = a.gender
WHERE a.id >= $low AND a.id < $high ORDER BY a.id
"""
_DISCOGRAPHIES = """
WITH credited AS (
    SELECT artist, artist_credit, min(position) AS position FROM artist_credit_name
    WHERE artist >= $low AND artist < $high GROUP BY artist, artist_credit
)
SELECT c.artist, rg.id, rg.gid::VARCHAR, rg.name, p.name, coalesce(s.names, []), coalesce(m.statuses, []),
       coalesce(m.statusless, false), d.first, c.position
FROM release_group rg
JOIN credited c ON c.artist_credit = rg.artist_credit
LEFT JOIN release_group_primary_type p ON p.id = rg.type
LEFT JOIN group_type s ON s.release_group = rg.id
LEFT JOIN group_summary m ON m.release_group = rg.id
LEFT JOIN group_date d ON d.release_group = rg.id
ORDER BY c.artist, rg.gid
"""
_GROUP_REDIRECTS = """
SELECT d.owner, d.gid::VARCHAR FROM redirect d WHERE d.kind = 'release-group' AND d.owner IN (
    SELECT rg.id FROM release_group rg JOIN artist_credit_name n ON n.artist_credit = rg.artist_credit
    WHERE n.artist >= $low AND n.artist < $high
) ORDER BY d.owner, d.gid
"""
_IPIS = "SELECT artist, ipi FROM artist_ipi WHERE artist >= $low AND artist < $high ORDER BY artist, ipi"
_ISNIS = "SELECT artist, isni FROM artist_isni WHERE artist >= $low AND artist < $high ORDER BY artist, isni"

_LABELS = """
SELECT l.id, l.gid::VARCHAR, l.name, l.comment, t.name, l.label_code, l.area, l.begin_date_year, l.begin_date_month,
       l.begin_date_day, l.end_date_year, l.end_date_month, l.end_date_day, coalesce(l.ended, false)
FROM label l LEFT JOIN label_type t ON t.id = l.type WHERE l.id >= $low AND l.id < $high ORDER BY l.id
"""
_LABEL_IPIS = "SELECT label, ipi FROM label_ipi WHERE label >= $low AND label < $high ORDER BY label, ipi"
_LABEL_ISNIS = "SELECT label, isni FROM label_isni WHERE label >= $low AND label < $high ORDER BY label, isni"

_SERIES = """
SELECT s.id, s.gid::VARCHAR, s.name, s.comment, t.name
FROM series s LEFT JOIN series_type t ON t.id = s.type ORDER BY s.id
"""
# The "part of" relationship between release groups and series, and the attribute that carries the number in it.
_SERIES_ITEMS = """
SELECT l.entity1, rg.gid::VARCHAR, coalesce(min(v.text_value), '')
FROM l_release_group_series l
JOIN link k ON k.id = l.link
JOIN link_type t ON t.id = k.link_type AND t.gid = '01018437-91d8-36b9-bf89-3f885d53b5bd'
JOIN release_group rg ON rg.id = l.entity0
LEFT JOIN link_attribute_text_value v ON v.link = l.link
GROUP BY l.entity1, l.id, l.link_order, rg.gid
ORDER BY l.entity1, l.link_order, rg.gid, l.id
"""
_EVERY_OWNER = 2**31 - 1


def compose_artists(rows: Rows, low: int, high: int) -> Iterator[ArtistEntry]:
    """Yield the artists ``low <= id < high``, by id."""
    where: dict[str, object] = {"low": low, "high": high}
    has = read_attributes(rows, Kind.ARTIST, low, high)
    ipis, isnis = rows.grouped(_IPIS, where), rows.grouped(_ISNIS, where)
    albums, merged = rows.grouped(_DISCOGRAPHIES, where), rows.grouped(_GROUP_REDIRECTS, where)
    for row in rows.stream(_ARTISTS, where):
        number = row[0]
        artist = _artist(row, rows, has, ipis, isnis)
        yield ArtistEntry(number, artist, tuple(_summary(album, merged) for album in albums.pop(number, ())))


def _artist(row: Row, rows: Rows, has: Attributes, ipis: Grouped, isnis: Grouped) -> Artist:
    number, mbid, name, sort_name, comment, kind, gender, area, begin_area, end_area, *dates, ended = row
    return Artist(
        mbid=MBID(mbid),
        name=name,
        sort_name=sort_name,
        disambiguation=comment,
        type=kind,
        gender=gender,
        area=rows.areas.get(area),
        begin_area=rows.areas.get(begin_area),
        end_area=rows.areas.get(end_area),
        begin=date_of(*dates[:3]),
        end=date_of(*dates[3:]),
        ended=ended,
        aliases=has.aliases(number),
        tags=has.tags(number),
        rating=has.rating(number),
        links=has.links(number),
        ipis=tuple(one[0] for one in ipis.get(number, ())),
        isnis=tuple(one[0] for one in isnis.get(number, ())),
        old_mbids=has.old_mbids(number),
    )


def _summary(row: Row, merged: Grouped) -> AlbumSummary:
    number, mbid, title, kind, secondary, statuses, statusless, first, position = row
    return AlbumSummary(
        mbid=MBID(mbid),
        title=title,
        type=kind,
        secondary_types=tuple(secondary),
        release_statuses=tuple(statuses),
        statusless=statusless,
        first_release_date=date_of_key(first),
        credit_position=position,
        old_mbids=tuple(one[0] for one in merged.get(number, ())),
    )


def compose_labels(rows: Rows, low: int, high: int) -> Iterator[tuple[int, Label]]:
    """Yield the labels ``low <= id < high`` with their ids, by id."""
    where: dict[str, object] = {"low": low, "high": high}
    has = read_attributes(rows, Kind.LABEL, low, high)
    ipis, isnis = rows.grouped(_LABEL_IPIS, where), rows.grouped(_LABEL_ISNIS, where)
    for number, mbid, name, comment, kind, code, area, *dates, ended in rows.stream(_LABELS, where):
        yield (
            number,
            Label(
                mbid=MBID(mbid),
                name=name,
                disambiguation=comment,
                type=kind,
                label_code=code,
                area=rows.areas.get(area),
                begin=date_of(*dates[:3]),
                end=date_of(*dates[3:]),
                ended=ended,
                aliases=has.aliases(number),
                tags=has.tags(number),
                rating=has.rating(number),
                links=has.links(number),
                ipis=tuple(one[0] for one in ipis.get(number, ())),
                isnis=tuple(one[0] for one in isnis.get(number, ())),
                old_mbids=has.old_mbids(number),
            ),
        )


def compose_series(rows: Rows) -> Iterator[tuple[int, Series]]:
    """Yield all series with their row ids, by id; only release groups are their items."""
    items = rows.grouped(_SERIES_ITEMS)
    has = read_attributes(rows, Kind.SERIES, 0, _EVERY_OWNER)
    for number, mbid, name, comment, kind in rows.stream(_SERIES):
        listed = tuple(SeriesItem(MBID(group), text) for group, text in items.get(number, ()))
        yield number, Series(MBID(mbid), name, comment, kind, listed, has.old_mbids(number))
