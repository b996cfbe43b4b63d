"""How music is identified."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class IdentificationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How fingerprints are found and compared."""

    enabled: Annotated[bool, Meta(description="Whether music is identified here at all.")] = True
    index: Annotated[
        Literal["query", "full"],
        Meta(
            description="What of a fingerprint is searched: query is AcoustID's way, full finds excerpts as well and "
            "takes about eight times the space. A change builds the index anew."
        ),
    ] = "query"
    index_url: Annotated[
        str,
        Meta(
            description="An fpindex server to search in, such as http://127.0.0.1:8081; empty is the index in the data "
            "folder, which one server process can use.",
            pattern="^(https?://.*[^/])?$",
        ),
    ] = ""
    index_name: Annotated[str, Meta(description="Name of the index.", pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] = (
        "acoustid"
    )
    score: Annotated[
        Literal["lookup", "sql"],
        Meta(
            description="Which score is reported: lookup is the one that acoustid.org reports and clients' thresholds "
            "are made for, sql the stricter one that decides what is a match."
        ),
    ] = "lookup"
    search_seconds: Annotated[float, Meta(description="Longest time for one search.", gt=0, le=60)] = 1.0
    metadata_seconds: Annotated[
        float,
        Meta(description="How long a look-up waits for sources when recordings are not known here.", ge=0, le=60),
    ] = 3.0
