"""Every error that linernotes raises on purpose.

    LinernotesError
    ├── NotFound          there is no such thing: an answer, and it may be cached
    ├── Gone              it was there once and is not any more
    ├── Invalid           the input is wrong, and asking again will not help
    ├── Conflict          the input is fine but does not fit what is there now
    ├── Unauthorised      the key is missing or wrong
    ├── Forbidden         the key is right, and does not allow this
    ├── RateLimited       too many requests; ``retry_after`` says when to come back
    ├── Unavailable       a fault of ours or of a source: not an answer, never cached as one
    └── Corrupt           stored or supplied bytes are damaged

An adapter turns foreign exceptions into these at its own edge with ``raise … from exc``. The docstring of a class
is its default message; ``hint`` says what the reader can do next.
"""

from __future__ import annotations


class LinernotesError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "", *, hint: str = "", source: str = "") -> None:
        """Keep the message (the class's docstring by default), what to do next, and which source it came from."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.hint = hint
        self.source = source
        super().__init__(self.message)


class NotFound(LinernotesError):
    """Nothing is known under this name."""


class Gone(LinernotesError):
    """This was there once and has been removed."""


class Invalid(LinernotesError):
    """The input is not valid."""


class Conflict(LinernotesError):
    """This does not fit the present state."""


class Unauthorised(LinernotesError):
    """A valid key is needed."""


class Forbidden(LinernotesError):
    """This key does not allow that."""


class Unavailable(LinernotesError):
    """This cannot be answered right now."""

    def __init__(
        self, message: str = "", *, hint: str = "", source: str = "", retry_after: float | None = None
    ) -> None:
        """Keep also after how many seconds it makes sense to ask again."""
        super().__init__(message, hint=hint, source=source)
        self.retry_after = retry_after


class RateLimited(Unavailable):
    """Too many requests."""


class Corrupt(LinernotesError):
    """The data is damaged."""
