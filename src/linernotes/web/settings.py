"""How the server listens and what it lets in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MEBIBYTE = 1 << 20


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the HTTP server listens, and its limits."""

    host: Annotated[str, Meta(description="Address to listen on; 0.0.0.0 lets other machines in.", min_length=1)] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(description="Port to listen on.", ge=1, le=65535)] = 8080
    workers: Annotated[int, Meta(description="Server processes; one serves thousands of requests a second.", ge=1)] = 1
    base_path: Annotated[
        str,
        Meta(description="Path under which a reverse proxy shows the server, such as /music.", pattern="^(/.*[^/])?$"),
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="Addresses or networks whose X-Forwarded-* headers are believed, such as 10.0.0.0/8."),
    ] = ()
    max_body_bytes: Annotated[int, Meta(description="Largest request body.", ge=1024)] = 16 * MEBIBYTE
    max_url_bytes: Annotated[int, Meta(description="Longest path and query.", ge=256, le=65536)] = 8 * 1024
    max_header_bytes: Annotated[int, Meta(description="Most that all request headers may take.", ge=1024)] = 32 * 1024
    request_timeout_seconds: Annotated[float, Meta(description="Longest time for one request.", gt=0, le=3600)] = 30.0
    graceful_timeout_seconds: Annotated[
        float, Meta(description="Time that running requests get to finish when the server stops.", ge=0, le=3600)
    ] = 30.0
    threads: Annotated[int, Meta(description="Threads per worker that read the catalogue.", ge=1, le=256)] = 2
    poll_seconds: Annotated[
        float, Meta(description="How often a worker looks for a newly imported catalogue.", gt=0, le=3600)
    ] = 1.0
    access_log: Annotated[
        Literal["all", "errors", "off"], Meta(description="Which requests are logged; errors are those from 400 up.")
    ] = "all"


class AccessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who may ask the native API over REST and gRPC, and how much. Other façades know no keys."""

    anonymous_read: Annotated[bool, Meta(description="Whether one may read without a key.")] = True
    anonymous_per_minute: Annotated[
        int, Meta(description="Requests a minute from one address without a key, per worker; 0 is no limit.", ge=0)
    ] = 0
    key_per_minute: Annotated[
        int, Meta(description="Requests a minute with one key, per worker; 0 is no limit.", ge=0)
    ] = 0
    cors_origins: Annotated[
        tuple[str, ...],
        Meta(description='Origins of web pages whose scripts may ask, such as https://music.example; "*" is all.'),
    ] = ()


class CacheSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept in memory."""

    response_bytes: Annotated[
        int, Meta(description="Memory per worker for answers that were rendered before; 0 keeps none.", ge=0)
    ] = 32 * MEBIBYTE
