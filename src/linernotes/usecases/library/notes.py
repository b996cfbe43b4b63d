"""What one request read: noted by the merged catalogue, used by the library when the request has been worked out.

The notes travel in a context variable, so that code which reads need not hand them on; a pool of threads copies it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from linernotes.domain.facts import Provenance, Wanted


class Notes:
    """What was missing, what was too old, and where the rest came from; ``led`` says which merged entity is whose."""

    __slots__ = ("found", "led", "missing", "stale")

    def __init__(self) -> None:
        """Begin empty."""
        self.missing: set[Wanted] = set()
        self.stale: set[Wanted] = set()
        self.found: dict[Wanted, Provenance] = {}
        self.led: dict[Wanted, Wanted] = {}


_NOTES: ContextVar[Notes | None] = ContextVar("linernotes_notes", default=None)


@contextmanager
def noting() -> Iterator[Notes]:
    """Note everything that is read inside, in this task and in the threads that it waits for."""
    notes = Notes()
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def present_notes() -> Notes:
    """Return the notes of the request that is being worked out; notes that nobody reads outside of one."""
    notes = _NOTES.get()
    return Notes() if notes is None else notes
