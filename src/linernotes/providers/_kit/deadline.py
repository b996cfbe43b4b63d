"""Until when an answer is of use: made once for a fetch and handed down to all that it takes."""

from __future__ import annotations

import time


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        """Set it so many seconds from now."""
        self._ends = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left, 0 when it has passed."""
        return max(0.0, self._ends - time.monotonic())
