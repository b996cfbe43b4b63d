"""What entities of several kinds have alike: aliases, tags, ratings, links, merged MBIDs, artist credits."""

from __future__ import annotations

import msgspec

from linernotes.domain.entities import Alias, ArtistCredit, CreditName, Link, Rating, Tag
from linernotes.domain.ids import MBID, Kind
from linernotes.dumps.compose.rows import Grouped, Parameters, Row, Rows, date_of

_ALIASES = """
SELECT owner, name, sort_name, type, locale, primary_for_locale, begin_date_year, begin_date_month, begin_date_day,
       end_date_year, end_date_month, end_date_day, ended
FROM alias WHERE kind = $kind AND owner >= $low AND owner < $high
ORDER BY owner, name, locale NULLS FIRST, type NULLS FIRST, sort_name
"""
_TAGS = """
SELECT owner, name, count, genre::VARCHAR FROM tag_use
WHERE kind = $kind AND owner >= $low AND owner < $high ORDER BY owner, count DESC, name
"""
_LINKS = """
SELECT owner, url, type, ended FROM entity_link
WHERE kind = $kind AND owner >= $low AND owner < $high ORDER BY owner, type, url, ended
"""
_RATINGS = "SELECT owner, rating, votes FROM rating WHERE kind = $kind AND owner >= $low AND owner < $high"
_REDIRECTS = """
SELECT owner, gid::VARCHAR FROM redirect
WHERE kind = $kind AND owner >= $low AND owner < $high ORDER BY owner, gid
"""
_BY_ROW = "owner >= $low AND owner < $high"
_BY_MBID = "owner IN (SELECT id FROM recording WHERE gid >= $low AND gid <= $high)"
NO_RATING = Rating()


class Attributes(msgspec.Struct, frozen=True):
    """The attributes of all entities of one kind in a range of owners."""

    alias_rows: Grouped
    tag_rows: Grouped
    link_rows: Grouped
    rating_rows: Grouped
    redirect_rows: Grouped

    def aliases(self, owner: int) -> tuple[Alias, ...]:
        """Return the aliases by name, locale, type."""
        return tuple(map(_alias, self.alias_rows.get(owner, ())))

    def tags(self, owner: int) -> tuple[Tag, ...]:
        """Return the tags by votes descending, then name."""
        return tuple(Tag(name, count, genre and MBID(genre)) for name, count, genre in self.tag_rows.get(owner, ()))

    def links(self, owner: int) -> tuple[Link, ...]:
        """Return the links by type, then URL; one linked twice in the same way appears once."""
        found = self.link_rows.get(owner)
        return tuple(dict.fromkeys(Link(*row) for row in found)) if found else ()

    def rating(self, owner: int) -> Rating:
        """Return the rating."""
        found = self.rating_rows.get(owner)
        return Rating(*found[0]) if found else NO_RATING

    def old_mbids(self, owner: int) -> tuple[MBID, ...]:
        """Return the merged MBIDs, ascending."""
        return tuple(row[0] for row in self.redirect_rows.get(owner, ()))


def read_attributes(rows: Rows, kind: Kind, low: int, high: int) -> Attributes:
    """Read everything that the owners ``low <= owner < high`` of a kind have."""
    where: dict[str, object] = {"kind": kind.value, "low": low, "high": high}
    return Attributes(*(rows.grouped(sql, where) for sql in (_ALIASES, _TAGS, _LINKS, _RATINGS, _REDIRECTS)))


def read_attributes_of_recordings(rows: Rows, low: str, high: str) -> Attributes:
    """Read the same of the recordings with MBIDs ``low <= MBID <= high``: their row ids are all over the place."""
    where: dict[str, object] = {"kind": Kind.RECORDING.value, "low": low, "high": high}
    queries = (sql.replace(_BY_ROW, _BY_MBID) for sql in (_ALIASES, _TAGS, _LINKS, _RATINGS, _REDIRECTS))
    return Attributes(*(rows.grouped(sql, where) for sql in queries))


def credits_of(rows: Rows, sql: str, parameters: Parameters) -> dict[int, ArtistCredit]:
    """Return artist credits by number. The query gives number, MBID, name, join phrase, by number and position."""
    found = rows.grouped(sql, parameters)
    return {number: tuple(CreditName(*row) for row in names) for number, names in found.items()}


def _alias(row: Row) -> Alias:
    name, sort_name, kind, locale, primary, *dates, ended = row
    return Alias(name, sort_name, kind, locale, bool(primary), date_of(*dates[:3]), date_of(*dates[3:]), bool(ended))
