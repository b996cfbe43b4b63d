"""What can go wrong between us and a source, before it becomes one of our errors.

Trouble         a fault: asking again may help
├── TooLarge    more than we take in
Refusal         the source's own "no", with its status and its reason: an answer
"""

from __future__ import annotations

from linernotes.domain.errors import RateLimited, Unavailable


class Trouble(Exception):
    """A fault of the source or of the way there."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        again: bool = False,
        down: bool = True,
        limited: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Keep what happened.

        ``again`` says that asking at once again may help, ``down`` that the source as a whole seems to be in trouble
        (and not this one answer), ``limited`` that we asked too much, ``retry_after`` (seconds) when to come back.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.again = again
        self.down = down
        self.limited = limited
        self.retry_after = retry_after

    def told(self, source: str) -> Unavailable:
        """Return the error of ours."""
        kind = RateLimited if self.limited else Unavailable
        return kind(f"{source}: {self.message}", hint=self.hint, source=source, retry_after=self.retry_after)


class TooLarge(Trouble):
    """An answer is larger than we take in."""

    def __init__(self, limit: int) -> None:
        """Say how much was allowed (bytes, after decompression)."""
        super().__init__(f"the answer is larger than {limit >> 20} MiB", down=False)


class Refusal(Exception):
    """The source says no: 400, 404 and the like, with a reason in its own format."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.status = status
        self.reason = reason
