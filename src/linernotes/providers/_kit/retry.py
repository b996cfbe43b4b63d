"""When to ask again: a few times, each time later, never all at the same moment, and as the source wishes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 600.0
"""A source that asks for more than this is asked again sooner: it may have been a slip of the pen."""


class Retry:
    """How often, and how long to wait before."""

    def __init__(
        self, *, times: int = 2, first_seconds: float = 0.5, jitter: Callable[[], float] = random.random
    ) -> None:
        """Ask again ``times`` times; the wait doubles, and half of it is left to chance (``jitter``: 0 to 1)."""
        self._times = times
        self._first = first_seconds
        self._jitter = jitter

    def pause(self, failed: int) -> float | None:
        """Return the seconds to wait after so many failed attempts, None when it is time to give up."""
        if failed > self._times:
            return None
        return float(self._first * 2 ** (failed - 1) * (0.5 + self._jitter() / 2))


def read_retry_after(text: str | None, *, now: int) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), at most ``LONGEST_SECONDS``.

    ``now`` is in unix milliseconds. None for no header or one that cannot be read.
    """
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        seconds = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - now / 1000
    return min(max(0.0, seconds), LONGEST_SECONDS) if math.isfinite(seconds) else None
