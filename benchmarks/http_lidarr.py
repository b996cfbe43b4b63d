"""Measures the server as Lidarr sees it: requests per CPU-second of one worker, latency, memory.

    python benchmarks/http_lidarr.py DATA [--seconds 3]

DATA is a data folder with an imported catalogue (scale 0.1 for the published figures). The server runs on the first
core, the load generator on the second. Every request has the headers that Lidarr sends. The figures stand on the
last line.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import selectors
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 8
CACHED_IDS = 1000
# Of each kind; so many answers fit into the memory for rendered albums.
SEARCHES = 250
VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
AGENT = b"user-agent: Lidarr/2.13.3.4711 (alpine 3.22)\r\naccept-encoding: gzip, br\r\n"
TICKS = os.sysconf("SC_CLK_TCK")


class Answer(NamedTuple):
    """What came back, whole."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Figures(NamedTuple):
    """What a load gave: answers per CPU-second of the server, latencies in milliseconds."""

    per_cpu_second: float
    per_second: float
    p50: float
    p99: float
    body: float


def main() -> None:
    """Start a server on a data folder, put each load on it, print a line for each and all figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pick = random.Random(arguments.seed)
    build = arguments.data / "catalogue" / (arguments.data / "catalogue/current").read_text().strip()
    artists, albums, giant, names = subjects(build, pick)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-1:])
    with server(arguments.data, cores[:1]) as (port, worker):
        bench = Bench(port, worker, arguments.seconds)
        results = bench.all(artists, albums, giant, names)
    print(" | ".join(results))


class Bench:
    """Puts loads on one server."""

    def __init__(self, port: int, worker: int, seconds: float) -> None:
        self.port = port
        self.worker = worker
        self.seconds = seconds

    def all(self, artists: list[str], albums: list[str], giant: str, names: list[str]) -> list[str]:
        """Run every load; return the figures as text."""
        started = time.perf_counter()
        answer = self.one(request(f"artist/{giant}"))
        giant_ms = (time.perf_counter() - started) * 1000
        print(f"giant artist {giant}: {giant_ms:.0f} ms, {len(answer.body):,} bytes sent", flush=True)
        told = []
        for kind, ids in (("artist", artists), ("album", albums)):
            fresh = [request(f"{kind}/{one}") for one in ids[CACHED_IDS:]]
            told.append(self.load(f"first {kind}", fresh, once=True))
            kept = [request(f"{kind}/{one}") for one in ids[:CACHED_IDS]]
            self.load("warming", kept, once=True, silent=True)
            told.append(self.load(f"cached {kind}", kept))
            if kind == "artist":
                known = [request(f"{kind}/{one}", self.etag(f"{kind}/{one}")) for one in ids[:CACHED_IDS]]
                told.append(self.load("304", known, expect=304))
        searches = [request(f"search?type=all&query={urllib.parse.quote(name.lower())}") for name in names]
        told.append(self.load("first search type=all", searches, once=True))
        # Another spelling of the same question: its answer was not kept, but the artists and albums in it were.
        again = [one.replace(b" HTTP/1.1", b"&limit=10 HTTP/1.1") for one in searches]
        told.append(self.load("search type=all", again, once=True))
        memory, private = resident(self.worker)
        return [*told, f"giant first {giant_ms:.0f} ms", f"RSS {memory:.0f} MB ({private:.0f} MB of it private)"]

    def etag(self, path: str) -> bytes:
        """Return the tag of the form that a client like Lidarr has."""
        return self.one(request(path)).headers[b"etag"]

    def one(self, asked: bytes) -> Answer:
        """Ask once, on a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(asked)
            exchange = Exchange()
            while not exchange.take(connection.recv(1 << 18)):
                pass
        head, _, body = bytes(exchange.got).partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        return Answer(exchange.status, headers, body)

    def load(
        self, name: str, asked: Sequence[bytes], *, once: bool = False, expect: int = 200, silent: bool = False
    ) -> str:
        """Ask all of these at random on eight connections: each one once, or again and again."""
        before = cpu_seconds(self.worker)
        started = time.perf_counter()
        latencies, received = ask_all(self.port, asked, None if once and silent else self.seconds, once, expect)
        wall = time.perf_counter() - started
        cpu = max(cpu_seconds(self.worker) - before, 1 / TICKS)
        if silent:
            return ""
        count = len(latencies)
        latencies.sort()
        figures = Figures(
            count / cpu, count / wall, statistics.median(latencies) * 1000, latencies[count * 99 // 100] * 1000,
            received / count,
        )  # fmt: skip
        print(
            f"{name}: {figures.per_cpu_second:,.0f} requests per CPU-second ({figures.per_second:,.0f} per second), "
            f"p50 {figures.p50:.2f} ms, p99 {figures.p99:.2f} ms, {count:,} requests of {figures.body:,.0f} bytes",
            flush=True,
        )
        return f"{name} {figures.per_cpu_second:,.0f}/CPU-s p50 {figures.p50:.2f} ms"


class Exchange:
    """One answer as it arrives."""

    __slots__ = ("asked_at", "got", "missing", "status")

    def __init__(self) -> None:
        self.asked_at = time.perf_counter()
        self.got = bytearray()
        self.missing = -1
        self.status = 0

    def take(self, data: bytes) -> bool:
        """Take what arrived; say whether the answer is whole."""
        if not data:
            raise ConnectionError("the server closed the connection")
        self.got += data
        if self.missing < 0:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.got[:end]).lower()
            self.status = int(head[9:12])
            found = head.find(b"content-length: ")
            length = int(head[found + 16 :].partition(b"\r\n")[0]) if found >= 0 else 0
            self.missing = end + 4 + length
        return len(self.got) >= self.missing


def ask_all(
    port: int, asked: Sequence[bytes], seconds: float | None, once: bool, expect: int
) -> tuple[list[float], int]:
    """Return the latency of each answer in seconds, and all bytes received."""
    waiting = iter(asked) if once else iter(lambda: random.choice(asked), None)
    latencies: list[float] = []
    received = 0
    end = time.perf_counter() + (seconds or 600)
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(next(waiting))
            selector.register(connection, selectors.EVENT_READ, [Exchange()])
        open_connections = CONNECTIONS
        while open_connections:
            for key, _ in selector.select(10):
                connection, exchange = key.fileobj, key.data[0]
                if not exchange.take(connection.recv(1 << 18)):  # type: ignore[union-attr]
                    continue
                now = time.perf_counter()
                if exchange.status != expect:
                    raise RuntimeError(f"status {exchange.status}: {bytes(exchange.got[:400])!r}")
                latencies.append(now - exchange.asked_at)
                received += len(exchange.got)
                following = next(waiting, None) if now < end else None
                if following is None:
                    selector.unregister(connection)
                    open_connections -= 1
                else:
                    key.data[0] = Exchange()
                    connection.sendall(following)  # type: ignore[union-attr]
    return latencies, received


def request(path: str, etag: bytes = b"") -> bytes:
    """Return a request as Lidarr sends it."""
    condition = b"if-none-match: " + etag + b"\r\n" if etag else b""
    return b"GET /api/v0.4/" + path.encode() + b" HTTP/1.1\r\nhost: localhost\r\n" + AGENT + condition + b"\r\n"


def subjects(build: Path, pick: random.Random) -> tuple[list[str], list[str], str, list[str]]:
    """Return artists and albums in random order, the artist with the longest discography, and names to search."""
    from linernotes.stores.sqlite.catalogue import open_catalogue
    from linernotes.stores.sqlite.schema import ARTISTS, PART_BITS, RECORDINGS, path_of

    with contextlib.closing(sqlite3.connect(path_of(build, ARTISTS))) as con:
        artists = [str(uuid.UUID(bytes=mbid)) for (mbid,) in con.execute("SELECT mbid FROM artist_key")]
        longest = f"SELECT id >> {PART_BITS} AS a FROM discography GROUP BY a ORDER BY sum(length(doc)) DESC LIMIT 5"
        giants = [
            str(uuid.UUID(bytes=con.execute("SELECT mbid FROM artist_key WHERE id = ?", row).fetchone()[0]))
            for row in con.execute(longest).fetchall()
        ]
    with contextlib.closing(sqlite3.connect(path_of(build, RECORDINGS))) as con:
        albums = [str(uuid.UUID(bytes=mbid)) for (mbid,) in con.execute("SELECT mbid FROM release_group_key")]
    pick.shuffle(artists)
    pick.shuffle(albums)
    catalogue = open_catalogue(build)
    found = [one.name for one in catalogue.artists(artists[:SEARCHES]) if one]
    found += [one.title for one in catalogue.release_groups(albums[:SEARCHES]) if one]
    catalogue.close()
    pick.shuffle(found)
    # Various Artists, the longest of all, is answered without its albums.
    return artists, albums, next(one for one in giants if one != VARIOUS_ARTISTS), found


@contextlib.contextmanager
def server(data: Path, cores: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Run one worker pinned to ``cores``; give its port and process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "linernotes", "--data", str(data), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509 - no thread runs yet
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n")
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError("the server does not become ready")
        yield port, children(process.pid)[0]
    finally:
        process.send_signal(signal.SIGTERM)
        if process.wait(30) != 0:
            raise RuntimeError(f"the server ended with {process.returncode}")


def children(pid: int) -> list[int]:
    """Return a process's children."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> tuple[float, float]:
    """Return resident memory in MB, and how much of it is not shared pages of files."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "RssAnon"))}
    return kib["VmRSS"] / 1000, kib["RssAnon"] / 1000


if __name__ == "__main__":
    main()
