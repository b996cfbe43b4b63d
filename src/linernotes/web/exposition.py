"""The numbers of all workers as Prometheus text, one series per worker.

Any worker can be asked: each one leaves its numbers in a folder that they share, and adds those of the others to its
own, at most as old as the interval at which they are left.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from linernotes.web.metrics import BUCKETS, Labels, Snapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "linernotes_"
SENTENCES = {
    "catalogue_ready": "Whether there is a catalogue to answer from.",
    "catalogue_swaps": "How often a newer catalogue took the place of the last one.",
    "jobs_buried": "Jobs that this process gave up.",
    "jobs_done": "Jobs that this process finished.",
    "jobs_leased": "Jobs that this process took.",
    "jobs_lost": "Jobs whose lease ran out or could not be ended; they run again.",
    "jobs_retried": "Jobs that failed and wait for another attempt.",
    "jobs_returned": "Jobs given back unfinished when the process stopped.",
    "log_lines_dropped": "Lines of the access log that nobody took in time.",
    "overlay_facts": "Facts that sources said and that are kept; all processes count the same ones.",
    "process_cpu_seconds": "CPU time that the process took.",
    "process_resident_memory_bytes": "Memory that the process takes.",
    "fingerprint_index_ready": "Whether this process has the fingerprint index and can identify music.",
    "submissions_waiting": "Submitted fingerprints that are not imported yet; all processes count the same ones.",
    "queue_jobs": "Jobs in the queue; all processes count the same ones.",
    "queue_oldest_waiting_seconds": "How long the oldest waiting job has been due; 0 when none is.",
    "requests_in_flight": "Requests that are being answered.",
    "requests_refused": "Requests refused for their key, their scope or a limit, by status.",
    "response_cache_bytes": "Memory of the answers that are kept.",
    "response_cache_entries": "Answers that are kept.",
    "response_cache_hits": "Requests answered from the answers that are kept.",
    "response_cache_misses": "Requests whose answer was not kept.",
    "source_breaker_open": "Whether the source is left alone after faults in a row.",
    "source_faults": "Fetches that ended with a fault of the source.",
    "source_fetch_seconds": "Time spent waiting for the source, its pacing included.",
    "source_fetched": "Fetches that the source answered.",
    "source_joined": "Fetches that were under way already and were waited for.",
    "source_missing": "Answers of the source that there is no such thing.",
}
"""What each further number is, by its name."""


def process_runs(worker: str) -> bool:
    """Whether a worker that is named after its process is still there; of other names one cannot tell."""
    if not worker.isdecimal():
        return True
    try:
        os.kill(int(worker), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class SnapshotFolder:
    """Where the workers of one server leave their numbers; those of a worker that has ended are dropped."""

    def __init__(self, path: Path | None, *, runs: Callable[[str], bool] = process_runs) -> None:
        """Use this folder; None where there is one worker only. ``runs`` says whether a worker still does."""
        self._path = path
        self._runs = runs

    def leave(self, snapshot: Snapshot) -> None:
        """Write this worker's numbers for the others, whole or not at all."""
        if self._path is not None:
            partial = self._path / f".{snapshot.worker}"
            partial.write_bytes(msgspec.json.encode(snapshot))
            partial.replace(self._path / f"{snapshot.worker}.json")

    def with_others(self, own: Snapshot) -> list[Snapshot]:
        """Return this worker's numbers and what the others left last, by worker."""
        found = {own.worker: own}
        for file in [] if self._path is None else self._path.glob("*.json"):
            if file.stem == own.worker:
                continue
            if not self._runs(file.stem):
                file.unlink(missing_ok=True)
                continue
            with contextlib.suppress(FileNotFoundError):  # another worker has dropped it meanwhile
                found[file.stem] = msgspec.json.decode(file.read_bytes(), type=Snapshot)
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
        yield from self._further("counter", "_total", [(one.worker, one.counters) for one in self._snapshots])
        yield from self._further("gauge", "", [(one.worker, one.gauges) for one in self._snapshots])

    def _further(
        self, kind: str, suffix: str, found: list[tuple[str, dict[str, dict[str, float]]]]
    ) -> Iterator[Metric]:
        for name in sorted({name for _, numbers in found for name in numbers}):
            family = Metric(PREFIX + name, _sentence(name), kind)
            for worker, numbers in found:
                for labels, value in numbers.get(name, {}).items():
                    pairs = msgspec.json.decode(labels, type=Labels)
                    family.add_sample(PREFIX + name + suffix, {**dict(pairs), "worker": worker}, value)
            yield family

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
    return SENTENCES.get(name) or name.replace("_", " ").capitalize() + "."
