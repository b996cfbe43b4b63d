"""Times as the protocol writes and reads them. Inside, a time is unix milliseconds, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from linernotes.domain.errors import Invalid

LATEST = 253_402_300_799_000
"""The end of the year 9999, the last that the formats can write."""

_SECONDS = re.compile(r"[0-9]{1,12}")
_LOST_PLUS = re.compile(r"(T.*[0-9]) ([0-9]{2}:?[0-9]{2})$")


def http_date(at: int) -> str:
    """Return ``Sat, 21 Nov 2026 00:29:49 GMT``."""
    return format_datetime(_utc(at), usegmt=True)


def plain_date(at: int) -> str:
    """Return ``2026-11-21T00:31:30``, UTC."""
    return _utc(at).replace(tzinfo=None, microsecond=0).isoformat()


def read_time(text: str) -> int:
    """Read unix seconds, an ISO 8601 or an HTTP date; one without a time zone is UTC. ``Invalid`` for anything else.

    A plus sign that a query string turned into a space is put back.
    """
    if _SECONDS.fullmatch(text):
        return min(int(text) * 1000, LATEST)
    text = _LOST_PLUS.sub(r"\1+\2", text)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            return int(aware.timestamp() * 1000)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    raise Invalid("since is not a date")


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0), LATEST) / 1000, UTC)
