"""Partial dates: when artists begin and end, and when releases come out; any part may be missing.

A date is three integer arrays, year, month and day, in which 0 stands for a missing part.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linernotes.dumps.sample.context import Context
from linernotes.dumps.sample.draws import Ints, choice, field
from linernotes.dumps.sample.text import Chars, number

NOW = 2026
NO_DATE = 99999999
_FULL, _MONTH, _YEAR, _NONE = 3, 2, 1, 0
_RELEASE_PRECISION = {_FULL: 66.0, _MONTH: 5.0, _YEAR: 22.0, _NONE: 7.0}
_ARTIST_PRECISION = {_NONE: 68.0, _YEAR: 17.0, _MONTH: 2.0, _FULL: 13.0}

Date = tuple[Ints, Ints, Ints]


def artist_year(context: Context, artists: NDArray[Any]) -> Ints:
    """Return the year of an artist's birth or founding, whether MusicBrainz would know it or not."""
    unit = context.draws.unit("artist.year", artists)
    return (2014 - 90 * unit**2).astype(np.int64)


def group_year(context: Context, groups: NDArray[Any]) -> Ints:
    """Return the year of a group's first release: within a career of its artist."""
    begin = artist_year(context, context.catalogue.group_artist(groups))
    span = np.minimum(50, NOW - begin)
    return begin + 1 + (span * context.draws.unit("group.year", groups) ** 1.3).astype(np.int64)


def release_date(context: Context, releases: NDArray[Any]) -> Date:
    """Return the dates on which releases come out, the same in every country."""
    bits = context.draws.bits("release.date", releases)
    later = (field(bits, 2).astype(np.int64) ** 2 * 18) >> 32
    year = np.minimum(NOW, group_year(context, context.catalogue.release_group[releases]) + later)
    return _cut(year, choice(field(bits, 0), _RELEASE_PRECISION), field(bits, 1))


def artist_begin(context: Context, artists: NDArray[Any]) -> Date:
    """Return the known begin dates of artists."""
    bits = context.draws.bits("artist.begin", artists)
    return _cut(artist_year(context, artists), choice(field(bits, 0), _ARTIST_PRECISION), field(bits, 1))


def artist_end(context: Context, artists: NDArray[Any]) -> Date:
    """Return the known end dates of artists: a tenth of them have ended."""
    bits = context.draws.bits("artist.end", artists)
    year = artist_year(context, artists) + 12 + (field(bits, 2).astype(np.int64) * 60 >> 16)
    precision = choice(field(bits, 0), _ARTIST_PRECISION)
    precision[(field(bits, 3) > 25_000) | (year > NOW)] = _NONE
    return _cut(year, precision, field(bits, 1))


def first_dates(context: Context, has_event: NDArray[np.bool_]) -> Ints:
    """Return for each group the earliest release date as a number yyyymmdd, 99 for a missing part, NO_DATE for none."""
    catalogue = context.catalogue
    earliest = np.full(catalogue.groups + 1, NO_DATE, np.int64)
    step = 1 << 18
    for low in range(1, catalogue.releases + 1, step):
        ids = np.arange(low, min(catalogue.releases + 1, low + step))
        year, month, day = release_date(context, ids)
        key = year * 10_000 + np.where(month, month, 99) * 100 + np.where(day, day, 99)
        known = (year > 0) & has_event[ids]
        np.minimum.at(earliest, context.edits.group(catalogue.release_group[ids][known]), key[known])
    return earliest


def split(keys: Ints) -> Date:
    """Turn the numbers of `first_dates` back into dates."""
    none = keys == NO_DATE
    year, month, day = keys // 10_000, keys // 100 % 100, keys % 100
    return np.where(none, 0, year), np.where(none | (month == 99), 0, month), np.where(none | (day == 99), 0, day)


def columns(prefix: str, date: Date) -> dict[str, Chars]:
    """Write a date as the three columns `<prefix>_year`, `_month` and `_day`."""
    return {
        f"{prefix}_{part}": number(value, value == 0)
        for part, value in zip(("year", "month", "day"), date, strict=True)
    }


def _cut(year: Ints, precision: Ints, bits: NDArray[np.uint16]) -> Date:
    month = 1 + (bits.astype(np.int64) * 12 >> 16)
    day = 1 + bits.astype(np.int64) % 28
    return (
        np.where(precision >= _YEAR, year, 0),
        np.where(precision >= _MONTH, month, 0),
        np.where(precision >= _FULL, day, 0),
    )
