"""The background jobs of importing, as they are written into the queue."""

from __future__ import annotations

import msgspec

from linernotes.domain.jobs import NewJob

IMPORT_MANY = "import_submissions"
IMPORT_ONE = "import_submission"
LAST = 1 << 62
"""No submission has a higher number."""


class Span(msgspec.Struct, frozen=True):
    """Submissions by their numbers, both inclusive: the payload of both kinds of job."""

    first: int
    last: int = LAST

    def many(self, key: str = "") -> NewJob:
        """Return the job that imports them."""
        return NewJob(IMPORT_MANY, key or f"{self.first}-{self.last}", payload=self._text())

    def one(self, *, run_at: int) -> NewJob:
        """Return the job that tries the first again, not before ``run_at`` (unix ms)."""
        return NewJob(IMPORT_ONE, str(self.first), payload=self._text(), run_at=run_at)

    def _text(self) -> str:
        return msgspec.json.encode(self).decode()


def read_span(payload: str) -> Span:
    """Return what a job's payload says."""
    return msgspec.json.decode(payload, type=Span)
