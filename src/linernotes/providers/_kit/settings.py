"""The settings that sources have alike, as types: every source declares its own fields with them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

YEAR_HOURS = 365 * 24

Enabled = Annotated[bool, Meta(description="Ask this source for what is not here or too old.")]
BaseUrl = Annotated[str, Meta(pattern=r"^https?://[^/?#\s]+(/[^?#\s]*)?$")]
Rate = Annotated[float, Meta(description="Requests per second, of all processes together.", gt=0, le=1000)]
TimeoutSeconds = Annotated[
    float, Meta(description="How long one answer may take, with waiting for a turn and asking again.", gt=0, le=600)
]
Hours = Annotated[int, Meta(ge=1, le=10 * YEAR_HOURS)]


def milliseconds(hours: int) -> int:
    """Return hours in milliseconds."""
    return hours * 3_600_000
