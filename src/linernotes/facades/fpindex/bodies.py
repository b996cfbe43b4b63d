"""What the bodies of requests say, whichever format they came in."""

from __future__ import annotations

import msgspec

from linernotes.fingerprint.values import Words

MOST_RESULTS = 100
LONGEST_TIMEOUT = 10_000


class Search(msgspec.Struct, frozen=True):
    """A query with its bounds. The timeout is in milliseconds, 0 for none."""

    query: Words
    timeout: int = 500
    limit: int = 40
    min_score: int | None = None
    score_pct: int = 10


class Creation(msgspec.Struct, frozen=True):
    """How an index is to be created."""

    expect_does_not_exist: bool = False
    generation: int | None = None


class Deletion(msgspec.Struct, frozen=True):
    """How an index is to be deleted."""

    expect_exists: bool = False


def search(query: Words, timeout: int = 500, limit: int = 40, min_score: int | None = None, pct: int = 10) -> Search:
    """Return a search whose bounds are within what is allowed."""
    return Search(query, min(timeout, LONGEST_TIMEOUT), max(1, min(limit, MOST_RESULTS)), min_score, pct)
