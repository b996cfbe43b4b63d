"""How a source presents itself: each provider folder exports a ``MANIFEST``, and the registry finds it by walking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from linernotes.domain.facts import Aspect
from linernotes.ports.source import Source
from linernotes.ports.turns import Pace

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport
else:
    AsyncBaseTransport = Any  # reading a manifest must not load an HTTP client


class ProviderDeps(msgspec.Struct, frozen=True):
    """What a source is given.

    ``now`` returns unix milliseconds, UTC. ``user_agent`` is product and version ("linernotes/1.0"). ``transport``
    takes the place of the network in tests and recordings.
    """

    pace: Pace
    now: Callable[[], int]
    user_agent: str
    transport: AsyncBaseTransport | None = None


class Provider(msgspec.Struct, frozen=True):
    """The manifest; the functions are given the source's own settings.

    ``off`` says in a sentence why the source is not asked, "" when it is. ``rate`` is in requests per second for all
    processes together. ``lifetimes`` says for how many milliseconds an answer is fresh, by aspect, and ``missing``
    the same of "there is no such thing". ``sample`` is the MBID of an artist that the source surely has.
    """

    name: str
    title: str
    offers: frozenset[Aspect]
    settings: type[Any]
    attribution: str
    sample: str
    off: Callable[[Any], str]
    rate: Callable[[Any], float]
    lifetimes: Callable[[Any], Mapping[Aspect, int]]
    missing: Callable[[Any], int]
    build: Callable[[Any, ProviderDeps], Source]
