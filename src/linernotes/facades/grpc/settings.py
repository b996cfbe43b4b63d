"""What can be set about the gRPC API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

MEBIBYTE = 1 << 20


class GrpcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the gRPC API answers, and its limits."""

    enabled: Annotated[bool, Meta(description="Answer to gRPC as well.")] = False
    host: Annotated[
        str, Meta(description="Address to listen on for gRPC; 0.0.0.0 lets other machines in.", min_length=1)
    ] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on for gRPC; 0 takes any that is free.", ge=0, le=65535)] = (
        50051
    )
    threads: Annotated[
        int,
        Meta(
            description="gRPC calls that one worker works on at once; half of them at most are streams.", ge=8, le=1024
        ),
    ] = 128
    max_message_bytes: Annotated[int, Meta(description="Largest gRPC request.", ge=1024, le=1 << 30)] = MEBIBYTE
    max_streams: Annotated[
        int, Meta(description="Calls that one gRPC connection may have open at once.", ge=1, le=10_000)
    ] = 100
    answer_bytes: Annotated[
        int, Meta(description="Memory per worker for gRPC answers that were given before; 0 keeps none.", ge=0)
    ] = 32 * MEBIBYTE
    reflection: Annotated[
        bool, Meta(description="Tell tools such as grpcurl what can be asked (gRPC server reflection).")
    ] = True
