"""What can be set about the REST API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

DAY = 24 * 60 * 60


class NativeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the REST API answers and how long its answers may be kept."""

    prefix: Annotated[str, Meta(description="Path under which the API answers.", pattern="^(/[^/?#]+)+$")] = "/v1"
    docs_prefix: Annotated[
        str, Meta(description="Path of the page to try the API on; empty is no page.", pattern="^(/[^/?#]+)*$")
    ] = "/docs"
    max_age_seconds: Annotated[
        int, Meta(description="How long clients and proxies may keep an answer without asking again.", ge=0, le=DAY)
    ] = 60
    image_base: Annotated[
        str,
        Meta(description="Where cover images are: /<release>/<image> is added to it.", pattern="^https?://.+[^/]$"),
    ] = "https://coverartarchive.org/release"
