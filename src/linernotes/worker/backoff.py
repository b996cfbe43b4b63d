"""How long a job waits after an attempt that failed."""

from __future__ import annotations

from linernotes.domain.errors import Unavailable

# A source that asks for more is not believed.
MOST_RETRY_AFTER_SECONDS = 86_400.0


def wait_seconds(attempts: int, error: BaseException, *, first: float, most: float, chance: float) -> float:
    """Return the seconds until the next attempt, after ``attempts`` of them; ``chance`` is in 0…1.

    The wait doubles from ``first`` up to ``most``. Chance takes up to half of it away, so that jobs that failed
    together do not come back together; what the error's ``retry_after`` asks for is never undercut.
    """
    full = min(most, first * 2.0 ** min(attempts - 1, 62))
    asked = (error.retry_after or 0.0) if isinstance(error, Unavailable) else 0.0
    asked = min(max(asked, 0.0), MOST_RETRY_AFTER_SECONDS)
    # Above what is asked for, too, there is some chance: everybody was told the same.
    return max(full * (1 - chance / 2), asked + min(asked, full) * chance / 4)
