"""Measures the AcoustID service: look-ups and submissions per CPU-second of one server process, latencies, imports.

    python benchmarks/identify_http.py DATA [--seconds 5] [--submissions 3000]

DATA is what identify_corpora.py wrote. The server runs on the first core, eight connections on the second. Look-ups
are half of files that are known (with 2 % of their bits wrong), half of unknown ones. The figures stand on the last
line.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sqlite3
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from http_lidarr import CONNECTIONS, TICKS, Exchange, ask_all, cpu_seconds, resident, server
from identify_corpora import BLOCK, LENGTH, durations_of, heard, words_of

KEY = "1vOwZtEn"
LOOKUPS = 1000
BLOCKS = 20
PATIENCE = 600
PACE = 1000
FULL = "recordings releasegroups releases tracks compress"


def main() -> None:
    """Start a server on a data folder, put each load on it, print a line for each and all figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--submissions", type=int, default=3000)
    args = parser.parse_args()
    # Nothing limits the one address that asks, and nothing but the answers is written.
    os.environ |= {"LINERNOTES_ACOUSTID__IP_PER_SECOND": "0", "LINERNOTES_SERVER__ACCESS_LOG": "off"}
    tracks = count(args.data, "acoustid_track")
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    known = asked(tracks)
    unknown = [(heard(words, np.random.default_rng(at)), 200) for at, words in enumerate(words_of(1 << 30)[:LOOKUPS])]
    with server(args.data, cores[:1]) as (port, worker):
        user = wait(port)
        figures = [f"{tracks:,} tracks"]
        for name, meta, wanted in (
            ("lookup", "", known + unknown),
            ("lookup of a known file", "", known),
            ("with recordings", "recordings", known),
            ("with everything", FULL, known),
        ):
            bodies = [lookup(text, duration, meta) for text, duration in wanted]
            ask_all(port, bodies[:200], None, True, 200)
            figures.append(rate(name, port, worker, bodies, args.seconds))
            if not meta:
                figures.append(paced(name, port, bodies, args.seconds))
        figures += submitted(args, port, worker, user)
        figures.append(f"RSS {resident(worker)[0]:.0f} MB")
    print(" | ".join(figures))


def asked(tracks: int) -> list[tuple[str, int]]:
    """Return fingerprints, as another encoding gives them, and durations of known tracks."""
    rng = np.random.default_rng(3)
    found = []
    for block in rng.choice(tracks // BLOCK, min(BLOCKS, tracks // BLOCK), replace=False).tolist():
        words, durations = words_of(block), durations_of(block)
        chosen = rng.choice(BLOCK, LOOKUPS // BLOCKS, replace=False).tolist()
        found += [(heard(words[at], rng), durations[at]) for at in chosen]
    return found


def rate(name: str, port: int, worker: int, bodies: Sequence[bytes], seconds: float, *, once: bool = False) -> str:
    """Ask these at random; return what it cost and how long it took."""
    before, started = cpu_seconds(worker), time.perf_counter()
    latencies, received = ask_all(port, bodies, None if once else seconds, once, 200)
    cpu, wall = max(cpu_seconds(worker) - before, 1 / TICKS), time.perf_counter() - started
    latencies.sort()
    number = len(latencies)
    p50, p99 = statistics.median(latencies) * 1000, latencies[number * 99 // 100] * 1000
    print(f"{name}: {number:,} answers of {received / number:,.0f} bytes, {number / wall:,.0f} a second", flush=True)
    return f"{name} {number / cpu:,.0f}/CPU-s p50 {p50:.2f} ms p99 {p99:.2f} ms"


def paced(name: str, port: int, bodies: Sequence[bytes], seconds: float) -> str:
    """Ask at `PACE` a second, on eight connections in turn, whether or not the last one has its answer."""
    latencies: list[float] = []
    begun = time.perf_counter()

    def ask(which: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for turn in range(which, int(PACE * seconds), CONNECTIONS):
                due = begun + turn / PACE
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.sendall(bodies[turn % len(bodies)])
                exchange = Exchange()
                while not exchange.take(connection.recv(1 << 18)):
                    pass
                latencies.append(time.perf_counter() - due)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, range(CONNECTIONS)))
    latencies.sort()
    p50, p99 = statistics.median(latencies) * 1000, latencies[len(latencies) * 99 // 100] * 1000
    return f"{name} at {PACE} a second p50 {p50:.2f} ms p99 {p99:.2f} ms"


def submitted(args: argparse.Namespace, port: int, worker: int, user: str) -> list[str]:
    """Submit new fingerprints, one a request, and wait until they are imported."""
    rng = np.random.default_rng(int(time.time()))
    draw = rng.integers(0, 1 << 32, (3, args.submissions, LENGTH), dtype=np.uint32)
    steps = draw[0] & draw[1] & draw[2]
    steps[:, 0] = draw[0, :, 0]
    rows = np.bitwise_xor.accumulate(steps, axis=1)
    bodies = [submission(heard(words, rng), user, at) for at, words in enumerate(rows)]
    before, started = cpu_seconds(worker), time.perf_counter()
    latencies, _ = ask_all(port, bodies, None, True, 200)
    acknowledged = time.perf_counter() - started
    done = imported(args.data)
    while (left := waiting(args.data)) and time.perf_counter() - started < PATIENCE:
        time.sleep(0.05)
    wall, cpu = time.perf_counter() - started, cpu_seconds(worker) - before
    latencies.sort()
    print(f"submissions: {done:,} were imported when the last was acknowledged; {left} are left", flush=True)
    return [
        f"submissions {args.submissions / acknowledged:,.0f}/s p50 {statistics.median(latencies) * 1000:.2f} ms",
        f"imports {args.submissions / wall:,.0f}/s with submitting, {args.submissions / cpu:,.0f}/CPU-s of both",
    ]


def lookup(text: str, duration: int, meta: str) -> bytes:
    """Return a request."""
    return post("/v2/lookup", {"client": KEY, "fingerprint": text, "duration": duration, "meta": meta})


def submission(text: str, user: str, at: int) -> bytes:
    """Return a request."""
    said = {"track": f"Song {at}", "artist": "Somebody"}
    return post("/v2/submit", {"client": KEY, "user": user, "fingerprint": text, "duration": 200, **said})


def post(path: str, fields: dict[str, object]) -> bytes:
    """Return a request with a form."""
    body = urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\naccept: */*\r\n"
    form = f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + form).encode() + body


def wait(port: int) -> str:
    """Wait until music is identified; return a key to submit with."""
    end = time.perf_counter() + PATIENCE
    while answer(port, lookup(heard(words_of(0)[0], np.random.default_rng(1)), 200, ""))["status"] != "ok":
        if time.perf_counter() > end:
            raise SystemExit("the server does not identify music")
        time.sleep(1)
    return str(answer(port, post("/v2/user/create_anonymous", {"client": KEY}))["user"]["apikey"])


def answer(port: int, request: bytes) -> dict[str, dict[str, str]]:
    """Ask once."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request.replace(b"accept: */*", b"connection: close"))
        got = b""
        while part := connection.recv(1 << 16):
            got += part
    found: dict[str, dict[str, str]] = json.loads(got.partition(b"\r\n\r\n")[2])
    return found


def count(data: Path, table: str, condition: str = "1") -> int:
    """Count rows of the state."""
    with sqlite3.connect(f"file:{data}/state.sqlite?mode=ro", uri=True) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()[0])


def waiting(data: Path) -> int:
    """Return how many submissions wait."""
    return count(data, "acoustid_submission", "state = 'pending'")


def imported(data: Path) -> int:
    """Return how many submissions are imported."""
    return count(data, "acoustid_submission", "state = 'imported'")


if __name__ == "__main__":
    main()
