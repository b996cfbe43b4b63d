"""Telling where the time went: a span for each piece of work, for whoever collects them, or for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

Attributes = Mapping[str, str | int]
Role = Literal["inside", "server", "client", "job"]
"""Whether somebody outside asked (server), somebody outside is asked (client), or a job is run."""

NONE: Attributes = {}


class Span(Protocol):
    """A piece of work under way."""

    def tell(self, attributes: Attributes, *, name: str = "", failed: bool = False) -> None:
        """Add what is known by now; ``name`` takes the place of the first one."""
        ...


class Tracer(Protocol):
    """Begins spans. One that is begun within another is its child, in tasks that were created there too."""

    def span(
        self, name: str, attributes: Attributes = NONE, *, role: Role = "inside", carrier: Mapping[str, str] = {}
    ) -> AbstractContextManager[Span]:
        """Measure what is done within; an exception that leaves it makes it a failed one.

        ``carrier`` has the W3C headers (``traceparent``, ``tracestate``) of whoever asked a server. Names and values
        are seen by others: no keys, no queries.
        """
        ...


class NoSpan:
    """Hears nothing."""

    def tell(self, attributes: Attributes, *, name: str = "", failed: bool = False) -> None:
        """Do nothing."""


_NOBODY: AbstractContextManager[Span] = nullcontext(NoSpan())


class NoTracer:
    """Tells nobody."""

    def span(
        self, name: str, attributes: Attributes = NONE, *, role: Role = "inside", carrier: Mapping[str, str] = {}
    ) -> AbstractContextManager[Span]:
        """Return a span that hears nothing."""
        return _NOBODY
