"""Spans through OpenTelemetry's SDK, which comes with the extra ``otel``. Only imported where traces are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from linernotes import __version__
from linernotes.app.config.settings import TracingSettings
from linernotes.ports.tracing import NONE, Attributes, Role, Span

LONGEST_VALUE = 1024
EXPORT_SECONDS = 5.0
KINDS: Mapping[Role, SpanKind] = {
    "inside": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "job": SpanKind.CONSUMER,
}


class OtelTracer:
    """Implements ``Tracer``. Of an error its type is told alone: its text may hold what was asked for."""

    def __init__(self, *, provider: TracerProvider) -> None:
        """Begin spans with this provider; no global one is touched."""
        self._tracer = provider.get_tracer("linernotes", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, attributes: Attributes = NONE, *, role: Role = "inside", carrier: Mapping[str, str] = {}
    ) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name,
            context=self._propagator.extract(carrier) if role == "server" else None,
            kind=KINDS[role],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _Told(span)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                if isinstance(error, Exception):
                    span.set_status(StatusCode.ERROR)
                raise


class _Told:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def tell(self, attributes: Attributes, *, name: str = "", failed: bool = False) -> None:
        self._span.set_attributes(attributes)
        if name:
            self._span.update_name(name)
        if failed:
            self._span.set_status(StatusCode.ERROR)


def build_provider(settings: TracingSettings, endpoint: str) -> TracerProvider:
    """Return a provider that sends to ``endpoint`` in batches, from a thread of its own.

    Who comes with a ``traceparent`` has decided whether it is traced; of the others ``sample_ratio`` are.
    """
    provider = new_provider(settings)
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def new_provider(settings: TracingSettings) -> TracerProvider:
    """Return a provider that sends nowhere yet."""
    return TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.sample_ratio)),
        resource=Resource.create({"service.name": settings.service_name, "service.version": __version__}),
        span_limits=SpanLimits(max_span_attribute_length=LONGEST_VALUE),
        shutdown_on_exit=False,
    )
