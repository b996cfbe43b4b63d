"""What this worker counted. Labels are bounded: a route is learned from the answers of a façade, never from a stranger.

Plain numbers, only touched on the event loop's thread, because a cached answer takes less time than a lock would.
"""

from __future__ import annotations

import os
import resource
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

# Upper bounds in seconds: a cached answer takes under a millisecond, a search a few, a giant hundreds.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTES_PER_FACADE = 50
OTHER = "other"
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")

# Pairs of name and value, such as (("source", "musicbrainz"),).
Labels = tuple[tuple[str, str], ...]
# One number, or one for each set of labels. Names and values of labels must be bounded.
Number = float | Mapping[Labels, float]
# Further counters and gauges by name, without the prefix and suffix that Prometheus sees.
Numbers = tuple[Mapping[str, Number], Mapping[str, Number]]


class Route(NamedTuple):
    """Which façade answered, and on which of its routes: the first part of the path."""

    facade: str
    route: str


class Durations(msgspec.Struct):
    """How many requests took how long; ``counts`` has one more entry than there are buckets."""

    counts: list[int]
    seconds: float = 0.0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one worker has counted; ``requests`` by façade, route, method and status.

    ``counters`` and ``gauges`` by name and labels, which are a JSON array of pairs here.
    """

    worker: str
    requests: dict[str, int]
    durations: dict[str, Durations]
    counters: dict[str, dict[str, float]]
    gauges: dict[str, dict[str, float]]


class Metrics:
    """Counts of one worker."""

    def __init__(self, *, worker: str = "") -> None:
        """Begin at zero; ``worker`` tells the server processes apart, by default the process id."""
        self.in_flight = 0
        self._worker = worker or str(os.getpid())
        self._requests: dict[tuple[Route, str, int], int] = {}
        self._durations: dict[Route, Durations] = {}
        self._routes: dict[str, set[str]] = {}
        self._sources: list[Callable[[], Numbers]] = [self._own]

    def route(self, facade: str, path: str, status: int) -> Route:
        """Return the route that ``path`` below a façade belongs to; a new one is learned from an answer below 400."""
        route = "/" + path[1:].partition("/")[0]
        known = self._routes.setdefault(facade, set())
        if route not in known:
            if status >= 400 or len(known) >= ROUTES_PER_FACADE:
                return Route(facade, OTHER)
            known.add(route)
        return Route(facade, route)

    def observe(self, route: Route, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (route, method if method in METHODS else OTHER, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        durations = self._durations.get(route)
        if durations is None:
            durations = self._durations[route] = Durations([0] * (len(BUCKETS) + 1))
        durations.counts[bisect_left(BUCKETS, seconds)] += 1
        durations.seconds += seconds

    def add_source(self, source: Callable[[], Numbers]) -> None:
        """Ask ``source`` for further counters and gauges whenever a snapshot is taken.

        That is twice a second, on the event loop: it must not wait. Several may give one name, with other labels.
        """
        self._sources.append(source)

    def snapshot(self) -> Snapshot:
        """Return all numbers as they are now."""
        counters: dict[str, dict[str, float]] = {}
        gauges: dict[str, dict[str, float]] = {}
        for source in self._sources:
            for kept, given in zip((counters, gauges), source(), strict=True):
                for name, number in given.items():
                    kept.setdefault(name, {}).update(_by_labels(number))
        requests = {
            "\n".join((*route, method, str(status))): count for (route, method, status), count in self._requests.items()
        }
        durations = {"\n".join(route): durations for route, durations in self._durations.items()}
        return Snapshot(worker=self._worker, requests=requests, durations=durations, counters=counters, gauges=gauges)

    def _own(self) -> Numbers:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        counters = {"process_cpu_seconds": usage.ru_utime + usage.ru_stime}
        return counters, {"requests_in_flight": float(self.in_flight), "process_resident_memory_bytes": _resident()}


def _by_labels(number: Number) -> dict[str, float]:
    if isinstance(number, Mapping):
        return {msgspec.json.encode(labels).decode(): value for labels, value in number.items()}
    return {"[]": number}


def _resident() -> float:
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - twice as fast, and asked every second
            return float(file.read().split()[1]) * PAGE_SIZE
    except (OSError, IndexError, ValueError):
        return 0.0
