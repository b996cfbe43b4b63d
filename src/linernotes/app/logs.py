"""Sets up the log: structlog for ours, the standard library's for others, one format on standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from linernotes.app.config.settings import LogSettings
from linernotes.web.accesslog import Access

# Granian's own loggers write to standard output unless they are told to hand everything on.
GRANIAN_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
}


class _AccessLine(msgspec.Struct, frozen=True, kw_only=True):
    timestamp: str
    level: str = "info"
    logger: str = "linernotes.access"
    event: str = "request"
    method: str
    path: str
    status: int
    bytes: int
    ms: float
    request_id: str
    client: str


def writes_json(settings: LogSettings) -> bool:
    """Whether log lines are JSON: always, never, or everywhere but on a terminal."""
    return settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())


def configure(settings: LogSettings) -> None:
    """Send every log event of this process to standard error in the format that the settings ask for."""
    as_json = writes_json(settings)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_to_json)]
        if as_json
        else [_for_people(colours=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    # They would tell every address that a source is asked for, and with it what people search for.
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], level=settings.level.upper(), force=True)


def _for_people(*, colours: bool) -> structlog.typing.Processor:
    """Render events for a terminal. Traces without local variables: those hold headers, and so keys."""
    return structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)


def access_writer(settings: LogSettings) -> Callable[[Sequence[Access]], None]:
    """Return what writes answered requests: one write for a whole batch."""
    line = _json_line if writes_json(settings) else _console_line
    if settings.level in {"warning", "error"}:
        return lambda _: None

    def write(batch: Sequence[Access]) -> None:
        sys.stderr.write("".join([line(access) for access in batch]))
        sys.stderr.flush()

    return write


def _json_line(access: Access) -> str:
    shown = _AccessLine(
        timestamp=_time(access.at),
        method=access.method,
        path=access.path,
        status=access.status,
        bytes=access.bytes,
        ms=round(access.seconds * 1000, 3),
        request_id=access.request_id,
        client=access.client,
    )
    return msgspec.json.encode(shown).decode() + "\n"


def _console_line(access: Access) -> str:
    line = (
        f"{_time(access.at)} [info     ] {access.method} {access.path} {access.status}"
        f" {access.bytes} B {access.seconds * 1000:.1f} ms  client={access.client} request_id={access.request_id}"
    )
    # What strangers send must not reach a terminal as commands.
    return (line if line.isprintable() else line.encode("unicode_escape").decode()) + "\n"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_json(event: Any, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
