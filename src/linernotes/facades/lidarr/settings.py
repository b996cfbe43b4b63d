"""What can be set about Lidarr's metadata API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from linernotes.domain.secret import Secret

MEBIBYTE = 1 << 20
DAY = 24 * 60 * 60


class LidarrSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where Lidarr's metadata API answers and what it tells."""

    prefixes: Annotated[
        tuple[Annotated[str, Meta(pattern="^(/[^/?#]+)+$")], ...],
        Meta(description="Paths under which the API answers; Lidarr's own default is /api/v0.4."),
    ] = ("/api/v0.4", "/api/v0.3", "/api/testing")
    root: Annotated[bool, Meta(description="Answer at / as well, as the original server does.")] = True
    image_base: Annotated[
        str,
        Meta(
            description="Where cover images are: /<release>/<image>-1200.jpg is added to it.",
            pattern="^https?://.+[^/]$",
        ),
    ] = "https://coverartarchive.org/release"
    statusless_releases: Annotated[
        bool, Meta(description="Show releases without a status, as Official; Lidarr never sees them otherwise.")
    ] = False
    wider_albums: Annotated[
        bool,
        Meta(
            description="List an artist's albums where another artist is credited first, too; Lidarr files such an "
            "album under the first artist and may add that artist."
        ),
    ] = False
    max_age_seconds: Annotated[
        int, Meta(description="How long a proxy in front may keep an answer.", ge=0, le=365 * DAY)
    ] = 30 * DAY
    invalidate_key: Annotated[
        Secret, Meta(description="What the Authorization header of /invalidate must hold; with no key it is open.")
    ] = Secret("")
    max_search_limit: Annotated[
        int, Meta(description="Most hits of a kind that one search gives, whatever it asks for.", ge=1, le=1000)
    ] = 100
    recent_limit: Annotated[int, Meta(description="Most entities that /recent lists.", ge=1, le=100_000)] = 10_000
    document_bytes: Annotated[
        int, Meta(description="Memory per worker for artists and albums that were rendered before.", ge=0)
    ] = 32 * MEBIBYTE
