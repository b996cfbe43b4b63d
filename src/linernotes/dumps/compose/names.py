"""What the name index takes in of artists and release groups."""

from __future__ import annotations

from collections.abc import Iterator

from linernotes.domain.ids import MBID, Kind
from linernotes.domain.names import NameRecord
from linernotes.dumps.compose.rows import Rows

# Popularity is how often an artist is credited, on releases and on tracks' distinct credits; MusicBrainz's own search
# server ranks by the same kind of number.
_ARTISTS = """
WITH uses AS (
    SELECT artist_credit, count(*) AS n FROM (
        SELECT artist_credit FROM release UNION ALL SELECT artist_credit FROM release_group
    ) GROUP BY artist_credit
), credited AS (
    SELECT n.artist, list(DISTINCT n.name) AS names, CAST(sum(coalesce(u.n, 0)) + count(*) AS INTEGER) AS popularity
    FROM artist_credit_name n LEFT JOIN uses u ON u.artist_credit = n.artist_credit
    WHERE n.artist >= $low AND n.artist < $high GROUP BY n.artist
), other AS (
    SELECT owner, list(DISTINCT name) AS names FROM alias
    WHERE kind = 'artist' AND owner >= $low AND owner < $high GROUP BY owner
)
SELECT a.gid::VARCHAR, a.name, a.sort_name,
       list_sort(list_filter(
           list_distinct(list_concat(coalesce(o.names, []), coalesce(c.names, []))), lambda x: x <> a.name)),
       a.comment, coalesce(t.name, ''), coalesce(c.popularity, 0)
FROM artist a
LEFT JOIN credited c ON c.artist = a.id
LEFT JOIN other o ON o.owner = a.id
LEFT JOIN artist_type t ON t.id = a.type
WHERE a.id >= $low AND a.id < $high ORDER BY a.id
"""
_GROUPS = """
WITH credits AS (
    SELECT artist_credit, string_agg(c.name || c.join_phrase, '' ORDER BY c.position) AS printed,
           list(a.name ORDER BY c.position) AS artists
    FROM credit c JOIN artist a ON a.id = c.artist
    WHERE artist_credit IN (SELECT artist_credit FROM release_group WHERE id >= $low AND id < $high)
    GROUP BY artist_credit
), other AS (
    SELECT owner, list_sort(list(DISTINCT name)) AS names FROM alias
    WHERE kind = 'release-group' AND owner >= $low AND owner < $high GROUP BY owner
), issued AS (
    SELECT release_group, CAST(count(*) AS INTEGER) AS popularity FROM place
    WHERE release_group >= $low AND release_group < $high GROUP BY release_group
)
SELECT rg.gid::VARCHAR, rg.name, coalesce(o.names, []), coalesce(c.printed, ''), coalesce(c.artists, []), rg.comment,
       coalesce(t.name, ''), coalesce(i.popularity, 0)
FROM release_group rg
LEFT JOIN credits c ON c.artist_credit = rg.artist_credit
LEFT JOIN other o ON o.owner = rg.id
LEFT JOIN issued i ON i.release_group = rg.id
LEFT JOIN release_group_primary_type t ON t.id = rg.type
WHERE rg.id >= $low AND rg.id < $high ORDER BY rg.id
"""


def compose_artist_names(rows: Rows, low: int, high: int) -> Iterator[NameRecord]:
    """Yield the names of the artists ``low <= id < high``."""
    for mbid, name, sort_name, names, comment, kind, popularity in rows.stream(_ARTISTS, {"low": low, "high": high}):
        yield NameRecord(
            kind=Kind.ARTIST,
            mbid=MBID(mbid),
            name=name,
            sort_name=sort_name,
            names=tuple(names),
            disambiguation=comment,
            type=kind,
            popularity=popularity,
        )


def compose_group_names(rows: Rows, low: int, high: int) -> Iterator[NameRecord]:
    """Yield the names of the release groups ``low <= id < high``."""
    for mbid, title, names, printed, artists, comment, kind, popularity in rows.stream(
        _GROUPS, {"low": low, "high": high}
    ):
        yield NameRecord(
            kind=Kind.RELEASE_GROUP,
            mbid=MBID(mbid),
            name=title,
            names=tuple(names),
            artist=printed,
            artist_names=tuple(artists),
            disambiguation=comment,
            type=kind,
            popularity=popularity,
        )
