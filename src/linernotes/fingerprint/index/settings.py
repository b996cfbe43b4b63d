"""What can be set about an index."""

from __future__ import annotations

from typing import Annotated

import msgspec


class IndexSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How an index flushes, merges and searches."""

    flush_postings: Annotated[int, msgspec.Meta(ge=1)] = 500_000
    """Postings in memory after which they are written as a segment."""
    flush_seconds: Annotated[float, msgspec.Meta(ge=0)] = 60.0
    """Age of the oldest write in memory after which all are written as a segment; 0 is never."""
    idle_seconds: Annotated[float, msgspec.Meta(ge=0)] = 10.0
    """After so long without a write, segments are merged beyond what writing needs, so that searches visit fewer."""
    frequency_cap: Annotated[int, msgspec.Meta(ge=0)] = 256
    """Postings of a hash in one segment beyond which it shows no documents by itself, only counts; 0 is no cap."""
