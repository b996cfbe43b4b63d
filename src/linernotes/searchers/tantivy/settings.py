"""How the search index is built."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class SearchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the search index is built."""

    heap_mb: Annotated[int, Meta(description="Memory in MB for writing the index.", ge=32, le=65536)] = 256
