"""Partial dates: a year, a year and month, or a full date, each part known or not."""

from __future__ import annotations

import re

import msgspec

from linernotes.domain.errors import Invalid

_TEXT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_UNKNOWN_LAST = 10_000


class PartialDate(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A date of which any part may be unknown; MusicBrainz also has months without a year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def complete(self) -> bool:
        """Whether year, month and day are all known."""
        return self.year is not None and self.month is not None and self.day is not None

    @property
    def known(self) -> bool:
        """Whether any part is known."""
        return self.year is not None or self.month is not None or self.day is not None

    def order(self) -> tuple[int, int, int]:
        """Sort key, earliest first, an unknown part after every known one (MusicBrainz's first release date)."""
        return (
            _UNKNOWN_LAST if self.year is None else self.year,
            _UNKNOWN_LAST if self.month is None else self.month,
            _UNKNOWN_LAST if self.day is None else self.day,
        )

    def padded(self) -> str:
        """Return ``YYYY-MM-DD`` with 1 for each unknown part: ``0001-01-01`` when nothing is known."""
        return f"{_or_one(self.year):04d}-{_or_one(self.month):02d}-{_or_one(self.day):02d}"

    def __str__(self) -> str:
        """Return the longest known prefix of ``YYYY-MM-DD``, with ``????`` for a year that is missing."""
        if not self.known:
            return ""
        year = "????" if self.year is None else f"{self.year:04d}"
        if self.month is None:
            return year
        return f"{year}-{self.month:02d}" if self.day is None else f"{year}-{self.month:02d}-{self.day:02d}"


def _or_one(part: int | None) -> int:
    return 1 if part is None else part


def parse_partial_date(text: str) -> PartialDate:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``Invalid`` for anything else, a month 13 included."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise Invalid(f"not a date: {text[:40]!r}", hint="Write YYYY, YYYY-MM or YYYY-MM-DD.")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        raise Invalid(f"not a date: {text[:40]!r}")
    return PartialDate(year, month, day)


def first_release_date(dates: list[PartialDate]) -> PartialDate | None:
    """Return the earliest date as MusicBrainz computes it: by year, month, day, unknown parts last."""
    return min(dates, key=PartialDate.order) if dates else None
