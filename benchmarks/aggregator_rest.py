"""Measures the REST API: requests per CPU-second of one worker from its cache, and the CPU time of a batch.

    python benchmarks/aggregator_rest.py DATA [--seconds 3]

DATA is a data folder with an imported catalogue. The server runs on the first core, the load generator on the second.
The figures stand on the last line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from http_lidarr import CONNECTIONS, TICKS, ask_all, cpu_seconds, server, subjects

CACHED_IDS = 1000
BATCH_IDS = 500
BATCHES = 40
HEADERS = b"host: localhost\r\nuser-agent: bench\r\naccept: application/json\r\naccept-encoding: gzip\r\n"


def main() -> None:
    """Start a server on a data folder, put each load on it, print a line for each and all figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pick = random.Random(arguments.seed)
    build = arguments.data / "catalogue" / (arguments.data / "catalogue/current").read_text().strip()
    artists, groups, *_ = subjects(build, pick)
    artists = unmerged(build, artists)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    with server(arguments.data, cores[:1]) as (port, worker):
        kept = [get(f"/v1/artists/{mbid}") for mbid in artists[:CACHED_IDS]]
        ask_all(port, kept, None, True, 200)
        figures = [rate("warm artist", port, worker, kept, arguments.seconds)]
        fresh = [get(f"/v1/artists/{mbid}") for mbid in artists[CACHED_IDS:]]
        figures.append(rate("first artist", port, worker, fresh, arguments.seconds, once=True))
        for name, ids in (("artists", artists), ("release_groups", groups)):
            batches = [batch({name: pick.sample(ids, BATCH_IDS)}) for _ in range(BATCHES)]
            figures.append(cost(f"batch of {BATCH_IDS} {name}", port, worker, batches))
    print(" | ".join(figures))


def rate(name: str, port: int, worker: int, asked: Sequence[bytes], seconds: float, *, once: bool = False) -> str:
    """Ask these, again and again unless ``once``; return the answers per CPU-second of the server."""
    before = cpu_seconds(worker)
    latencies, received = ask_all(port, asked, seconds, once, 200)
    cpu = max(cpu_seconds(worker) - before, 1 / TICKS)
    count = len(latencies)
    print(f"{name}: {count:,} answers of {received / count:,.0f} bytes, {cpu:.2f} CPU-seconds", flush=True)
    return f"{name} {count / cpu:,.0f}/CPU-s"


def cost(name: str, port: int, worker: int, asked: Sequence[bytes]) -> str:
    """Ask each of these once; return the CPU time of the server for one."""
    ask_all(port, asked[:CONNECTIONS], None, True, 200)
    before, started = cpu_seconds(worker), time.perf_counter()
    latencies, received = ask_all(port, asked, None, True, 200)
    cpu, wall = cpu_seconds(worker) - before, time.perf_counter() - started
    count = len(latencies)
    print(f"{name}: {count} answers of {received / count:,.0f} bytes, {wall / count * 1000:.1f} ms each", flush=True)
    return f"{name} {cpu / count * 1000:.1f} ms of CPU"


def unmerged(build: Path, artists: list[str]) -> list[str]:
    """Leave out MBIDs that lead to another one: they are answered by a redirect."""
    from linernotes.domain.ids import MBID
    from linernotes.stores.sqlite.catalogue import open_catalogue

    with contextlib.closing(open_catalogue(build)) as catalogue:
        found = catalogue.artists([MBID(mbid) for mbid in artists])
        return [mbid for mbid, one in zip(artists, found, strict=True) if one is not None and one.mbid == mbid]


def get(path: str) -> bytes:
    """Return a request for a path."""
    return b"GET " + path.encode() + b" HTTP/1.1\r\n" + HEADERS + b"\r\n"


def batch(wishes: dict[str, list[str]]) -> bytes:
    """Return a request for a batch."""
    body = json.dumps(wishes).encode()
    length = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    return b"POST /v1/batch HTTP/1.1\r\n" + HEADERS + length + body


if __name__ == "__main__":
    main()
