"""The numbers of all workers as Prometheus text, one series per worker.

Any worker can be asked: each one leaves its numbers in a folder that they share, and adds those of the others to its
own, at most as old as the interval at which they are left.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from linernotes.web.metrics import BUCKETS, Snapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "linernotes_"


class SnapshotFolder:
    """Where the workers of one server leave their numbers; a worker that died stays counted until the server ends."""

    def __init__(self, path: Path | None) -> None:
        """Use this folder; None where there is one worker only."""
        self._path = path

    def leave(self, snapshot: Snapshot) -> None:
        """Write this worker's numbers for the others, whole or not at all."""
        if self._path is not None:
            partial = self._path / f".{snapshot.worker}"
            partial.write_bytes(msgspec.json.encode(snapshot))
            partial.replace(self._path / f"{snapshot.worker}.json")

    def with_others(self, own: Snapshot) -> list[Snapshot]:
        """Return this worker's numbers and what the others left last, by worker."""
        found = {own.worker: own}
        for file in [] if self._path is None else os.scandir(self._path):
            if file.name.endswith(".json") and file.name != f"{own.worker}.json":
                left = msgspec.json.decode(Path(file.path).read_bytes(), type=Snapshot)
                found[left.worker] = left
        return [found[worker] for worker in sorted(found)]


def render(snapshots: Iterable[Snapshot]) -> bytes:
    """Return the Prometheus text format, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(list(snapshots)))
    return generate_latest(registry)


class _Collector:
    def __init__(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        yield self._durations()
        for name in sorted({name for snapshot in self._snapshots for name in snapshot.counters}):
            counter = CounterMetricFamily(PREFIX + name, _sentence(name), labels=["worker"])
            for snapshot in self._snapshots:
                counter.add_metric([snapshot.worker], snapshot.counters.get(name, 0))
            yield counter
        for name in sorted({name for snapshot in self._snapshots for name in snapshot.gauges}):
            gauge = GaugeMetricFamily(PREFIX + name, _sentence(name), labels=["worker"])
            for snapshot in self._snapshots:
                gauge.add_metric([snapshot.worker], snapshot.gauges.get(name, 0))
            yield gauge

    def _requests(self) -> Metric:
        labels = ["facade", "route", "method", "status", "worker"]
        family = CounterMetricFamily(PREFIX + "requests", "Requests answered.", labels=labels)
        for snapshot in self._snapshots:
            for key, count in snapshot.requests.items():
                family.add_metric([*key.split("\n"), snapshot.worker], count)
        return family

    def _durations(self) -> Metric:
        labels = ["facade", "route", "worker"]
        family = HistogramMetricFamily(PREFIX + "request_seconds", "Time to answer.", labels=labels)
        bounds = [*(str(bound) for bound in BUCKETS), "+Inf"]
        for snapshot in self._snapshots:
            for key, durations in snapshot.durations.items():
                buckets = list(zip(bounds, map(float, accumulate(durations.counts)), strict=True))
                family.add_metric([*key.split("\n"), snapshot.worker], buckets, sum_value=durations.seconds)
        return family


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize() + "."
