"""Times as this API writes and reads them. Inside, a time is unix milliseconds, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linernotes.domain.errors import Invalid

LATEST = 253_402_300_799_000
"""The end of the year 9999, the last that the format can write."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def rfc3339(at: int) -> str:
    """Return ``2026-11-21T00:31:30.250Z``; milliseconds only where there are any."""
    moment = _EPOCH + min(max(at, 0), LATEST) * _MILLISECOND
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").removesuffix(".000") + "Z"


def read_moment(text: str) -> int:
    """Read an RFC 3339 time, or a date for its midnight; without a time zone it is UTC. ``Invalid`` for anything else.

    A plus sign that a query string turned into a space is put back.
    """
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        return (found.replace(tzinfo=found.tzinfo or UTC) - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError) as exc:
        raise Invalid(
            f"{text[:40]!r} is no time", hint="Write 2026-11-21T00:31:30Z, or 2026-11-21 for its midnight, in UTC."
        ) from exc
