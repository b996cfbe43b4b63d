"""Traces, where they are wanted. Where they are not, nothing of OpenTelemetry is imported."""

from __future__ import annotations

import asyncio
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from linernotes.app.config.settings import TracingSettings
from linernotes.domain.errors import Invalid
from linernotes.ports.tracing import NoTracer, Tracer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

CLOSE_SECONDS = 2.0
TRACES_PATH = "/v1/traces"
log = structlog.get_logger("linernotes.tracing")


class Tracing:
    """A process's tracer, and the way of its spans out."""

    def __init__(self, *, tracer: Tracer, provider: TracerProvider | None = None) -> None:
        """Hold a tracer, and the provider that has to be shut down at the end."""
        self.tracer = tracer
        self._provider = provider

    async def close(self) -> None:
        """Send what is left, waiting at most ``CLOSE_SECONDS``; what nobody took by then is lost."""
        provider, self._provider = self._provider, None
        if provider is None:
            return
        # A thread that does not keep the process: whoever should take the spans may never answer.
        closing = Thread(target=provider.shutdown, name="linernotes-tracing", daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, CLOSE_SECONDS)
        if closing.is_alive():
            log.warning("the last traces could not be sent in time")


def open_tracing(settings: TracingSettings) -> Tracing:
    """Return what traces this process. Raises Invalid as ``check_tracing`` does."""
    check_tracing(settings)
    if not settings.endpoint:
        return Tracing(tracer=NoTracer())
    from linernotes.app.spans import OtelTracer, build_provider

    provider = build_provider(settings, traces_url(settings.endpoint))
    return Tracing(tracer=OtelTracer(provider=provider), provider=provider)


def check_tracing(settings: TracingSettings) -> None:
    """Raise Invalid where traces are wanted and cannot be sent: a bad endpoint, or the extra is not installed."""
    if not settings.endpoint:
        return
    traces_url(settings.endpoint)
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace  # noqa: F401 - whether it is there is the question
    except ImportError as exc:
        raise Invalid(
            "tracing.endpoint is set, and what sends traces is not installed",
            hint="Run `pip install 'linernotes[otel]'`, or leave tracing.endpoint empty.",
        ) from exc


def traces_url(endpoint: str) -> str:
    """Return where spans are posted: an address without a path has OTLP's own. Raises Invalid for what is no URL."""
    hint = "It is an address such as http://localhost:4318."
    try:
        parts = urlsplit(endpoint)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as exc:
        raise Invalid("tracing.endpoint is not a URL", hint=hint) from exc
    if not known:
        raise Invalid("tracing.endpoint is not an http(s) URL", hint=hint)
    if "@" in parts.netloc:
        raise Invalid(
            "tracing.endpoint holds a user or password, which would be shown with the settings",
            hint="Put them into the variable OTEL_EXPORTER_OTLP_HEADERS, as authorization=Basic%20…",
        )
    return endpoint if parts.path.strip("/") else endpoint.rstrip("/") + TRACES_PATH
