"""Starts the server processes, and stops them so that running requests finish."""

from __future__ import annotations

import errno
import gc
import socket
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from linernotes.app import logs
from linernotes.app.config.settings import Settings
from linernotes.domain.errors import Conflict, Invalid, Unavailable
from linernotes.web.settings import ServerSettings

BACKLOG = 1024
# Values are made by the thousand per request and hardly ever form cycles; with Python's own thresholds (700, 10, 10)
# looking for cycles took a tenth of the time of an album that is rendered for the first time.
COLLECT_AFTER = (50_000, 20, 100)
# Hyper's smallest buffer is 8 KiB; beyond the limit plus this it answers 431 itself, with an empty body.
HEADER_SLACK = 64 * 1024
HEADER_READ_MILLISECONDS = 30_000


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Running requests get ``graceful_timeout_seconds`` to finish.

    Raises Conflict when the port is taken, Invalid for an address that this machine does not have, and Unavailable
    when a worker ended by itself.
    """
    address = check_address(settings.server)
    logs.configure(settings.log)
    with tempfile.TemporaryDirectory(prefix="linernotes-") as folder:
        shared = Path(folder) if settings.server.workers > 1 else None
        server = _server(settings.server, address)
        try:
            server.serve(target_loader=partial(load_worker, settings, shared), wrap_loader=False)
        except SystemExit as exc:
            if exc.code:
                raise Unavailable("a server process ended by itself", hint="The log above says why.") from exc


def load_worker(settings: Settings, shared_folder: Path | None) -> Any:
    """Return one worker's application. Called in the worker's own process."""
    from linernotes.app.compose import Worker

    logs.configure(settings.log)
    application = Worker(settings, shared_folder=shared_folder).application()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    return application


def check_address(settings: ServerSettings) -> str:
    """Return the address to listen on, in numbers, after a try to listen there.

    The try is needed because the workers share the port, and would share it with another server too.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as exc:
        raise _explained(exc, settings) from exc
    return str(address[0])


def check_grpc_address(settings: Settings) -> None:
    """Raise Conflict or Invalid where gRPC is wanted and its address cannot be listened on."""
    if not settings.grpc.enabled or not settings.grpc.port:
        return
    if settings.grpc.port == settings.server.port:
        raise Invalid(f"server.port and grpc.port are both {settings.grpc.port}", hint="Set grpc.port to another one.")
    own = msgspec.structs.replace(settings.server, host=settings.grpc.host, port=settings.grpc.port)
    try:
        check_address(own)
    except (Conflict, Invalid) as exc:
        raise type(exc)(f"{exc.message} (for gRPC)", hint="Set grpc.port or grpc.host.") from exc


def _explained(exc: OSError, settings: ServerSettings) -> Conflict | Invalid:
    where = f"{settings.host}:{settings.port}"
    if exc.errno == errno.EADDRINUSE:
        return Conflict(
            f"{where} is taken by another program",
            hint=f"Choose another port: linernotes serve --port {_next(settings)}",
        )
    if exc.errno in {errno.EACCES, errno.EPERM}:
        return Conflict(f"this user may not listen on {where}", hint="Ports below 1024 need rights; 8080 does not.")
    return Invalid(f"cannot listen on {where}: {exc.strerror}", hint="Use an address of this machine, or 0.0.0.0.")


def _next(settings: ServerSettings) -> int:
    return settings.port + 1 if settings.port < 65535 else 8080


def _server(settings: ServerSettings, address: str) -> Any:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from linernotes.app.workers import Workers

    return Workers(
        "linernotes",
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # Without TLS nobody speaks HTTP/2, and a connection that might begin to is never closed for its silence.
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_READ_MILLISECONDS,
            max_buffer_size=settings.max_header_bytes + settings.max_url_bytes + HEADER_SLACK,
        ),
        log_level=LogLevels.warning,
        log_dictconfig=logs.GRANIAN_LOGGING,
        respawn_failed_workers=True,
        graceful_seconds=settings.graceful_timeout_seconds,
    )
