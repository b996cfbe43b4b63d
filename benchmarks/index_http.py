"""The fpindex server under load: searches and inserts per CPU-second, and their latency.

    python benchmarks/index_http.py [--kind uniform] [--documents 100000] [--seconds 8]

The server runs on the first CPU and the load on the second. Half of the queries are stored documents with two fifths of
their hashes replaced, half are unknown. Each line has figures: a second, a second of the server's processor, latency.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from index_corpora import BLOCK, KINDS, Corpus
from numpy.typing import NDArray

TICKS = os.sysconf("SC_CLK_TCK")
TYPE = b"application/vnd.msgpack"


class Server:
    """A server process of our own, or one that runs already."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self.port = port

    def cpu_seconds(self) -> float:
        """Return what the process has taken so far, in the system and outside."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """Return the resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def connect(self) -> socket.socket:
        """Open a connection."""
        sock = socket.create_connection(("127.0.0.1", self.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


class Measured(NamedTuple):
    """What one round of requests took."""

    requests: int
    seconds: float
    cpu: float
    latencies: NDArray[np.float64]

    def line(self, what: str) -> str:
        """Return the figures in words."""
        p50, p95, p99 = np.percentile(self.latencies, (50, 95, 99)) * 1000
        return (
            f"{what:<34} {self.requests / self.seconds:9.0f}/s {self.requests / self.cpu:9.0f} per CPU-s"
            f"  p50 {p50:6.2f}  p95 {p95:6.2f}  p99 {p99:6.2f}  max {self.latencies.max() * 1000:7.2f} ms"
            f"  {self.cpu / self.requests * 1e6:7.1f} us CPU  server busy {self.cpu / self.seconds:4.0%}"
        )


def request(method: str, path: str, body: bytes = b"", kind: bytes = TYPE) -> bytes:
    """Return the bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
    return b"%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (head, kind, len(body), body)


def drive(server: Server, requests: Iterator[bytes], *, connections: int, seconds: float) -> Measured:
    """Send requests one after the other on each of the connections; each must be answered with 200."""
    selector = selectors.EpollSelector()
    began: dict[int, float] = {}
    socks = [server.connect() for _ in range(connections)]
    latencies: list[float] = []
    for sock in socks:
        selector.register(sock, selectors.EVENT_READ)
    cpu, start = server.cpu_seconds(), time.perf_counter()
    end = start + seconds
    for sock in socks:
        began[sock.fileno()] = time.perf_counter()
        sock.sendall(next(requests))
    running = connections
    while running:
        for key, _ in selector.select():
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            read_answer(sock)
            now = time.perf_counter()
            latencies.append(now - began[key.fd])
            if now < end:
                began[key.fd] = now
                sock.sendall(next(requests))
            else:
                running -= 1
    measured = Measured(len(latencies), time.perf_counter() - start, server.cpu_seconds() - cpu, np.array(latencies))
    selector.close()
    for sock in socks:
        sock.close()
    return measured


def read_answer(sock: socket.socket) -> bytes:
    """Return the body of one answer, which must be a 200 with a length."""
    data = sock.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(sock)
    assert data.startswith(b"HTTP/1.1 200"), data
    at = data.find(b"Content-Length: ") + 16
    size = end + 4 + int(data[at : data.find(b"\r", at)])
    while len(data) < size:
        data += _more(sock)
    return data[end + 4 :]


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    assert data, "the server closed the connection"
    return data


def batches(corpus: Corpus, documents: int, size: int, *, index: str) -> Iterator[bytes]:
    """Return updates that insert the first documents of a corpus, in their order."""
    for start in range(0, documents, size):
        rows = np.concatenate([corpus.block(number) for number in range(start // BLOCK, (start + size) // BLOCK)])
        changes = [{"i": {"i": start + 1 + row, "h": hashes}} for row, hashes in enumerate(rows.tolist())]
        yield request("POST", f"/{index}/_update", msgspec.msgpack.encode({"c": changes}))


def load(server: Server, updates: Iterator[bytes], documents: int) -> str:
    """Send updates on one connection; return the figures. What is made up meanwhile is not counted."""
    latencies = []
    before = server.cpu_seconds()
    with server.connect() as sock:
        for update in updates:
            began = time.perf_counter()
            sock.sendall(update)
            read_answer(sock)
            latencies.append(time.perf_counter() - began)
        settled(server)
    took, cpu = sum(latencies), server.cpu_seconds() - before
    p50, p95 = np.percentile(latencies, (50, 95)) * 1000
    return (
        f"{documents / took:9.0f}/s {documents / cpu:9.0f} per CPU-s with all merging"
        f"  batch p50 {p50:.0f}  p95 {p95:.0f}  max {max(latencies) * 1000:.0f} ms"
    )


def settled(server: Server) -> int:
    """Wait until nothing is flushed or merged any more for some seconds; return how many segments there are."""
    quiet, before = 0, server.cpu_seconds()
    while quiet < 6:
        time.sleep(0.5)
        now = server.cpu_seconds()
        quiet, before = (quiet + 1 if now - before < 0.05 else 0), now
    return segments(server)


def segments(server: Server) -> int:
    """Return how many parts a search visits."""
    with server.connect() as sock:
        sock.sendall(request("GET", "/bulk"))
        return int(msgspec.msgpack.decode(read_answer(sock))["s"]["num_segments"])


@contextlib.contextmanager
def loading(server: Server, updates: Sequence[bytes]) -> Iterator[None]:
    """Send updates over and over, in a process of their own, for as long as the block lasts."""
    loader = multiprocessing.get_context("fork").Process(target=_load_for_ever, args=(server, updates), daemon=True)
    loader.start()
    try:
        yield
    finally:
        loader.terminate()
        loader.join()
        sys.stderr.write(f"the loader's process ended with {loader.exitcode}\n")


def _load_for_ever(server: Server, updates: Sequence[bytes]) -> None:
    with server.connect() as sock:
        for update in cycle(updates):
            sock.sendall(update)
            read_answer(sock)


def single_inserts(corpus: Corpus) -> Iterator[bytes]:
    """Return endless insertions of one document each."""
    for number in count():
        for row, hashes in enumerate(corpus.block(number % 100).tolist()):
            body = msgspec.msgpack.encode({"h": hashes})
            yield request("PUT", f"/single/{number * BLOCK + row + 1}", body)


@contextlib.contextmanager
def serving(folder: Path, *, index: str = "warm") -> Iterator[Server]:
    """Run the server on the first CPU, with its log beside the data, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = ["taskset", "-c", "0", sys.executable, "-m", "linernotes", "fpindex"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--dir", str(folder / "data"), "--port", str(port)], stderr=log)
    server = Server(process.pid, port)
    try:
        _until_warm(server, index)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _until_warm(server: Server, index: str) -> None:
    """Wait until the server answers a search, which needs all of its code."""
    empty = msgspec.msgpack.encode({"q": [1, 2, 3]})
    for _ in range(3000):
        with contextlib.suppress(OSError, AssertionError), server.connect() as sock:
            for one in (request("PUT", f"/{index}"), request("POST", f"/{index}/_search", empty)):
                sock.sendall(one)
                read_answer(sock)
            return
        time.sleep(0.01)
    raise SystemExit("the server does not answer")


def measure(server: Server, args: argparse.Namespace) -> Iterator[str]:
    """Load, search, and insert one by one; yield the figures."""
    corpus = Corpus(args.kind)
    with server.connect() as sock:
        for name in ("bulk", "single", "other"):
            sock.sendall(request("PUT", f"/{name}"))
            read_answer(sock)
    updates = batches(corpus, args.documents, args.batch, index="bulk")
    yield f"bulk load{'':<25} {load(server, updates, args.documents)}"
    asked = [query.tolist() for query in corpus.queries(4000, documents=args.documents)]
    packed = [request("POST", "/bulk/_search", msgspec.msgpack.encode({"q": query})) for query in asked]
    texts = [
        request("POST", "/bulk/_search", msgspec.json.encode({"query": query}), b"application/json") for query in asked
    ]
    for what in ("as loaded", "when idle"):
        for form, prepared in (("MessagePack", packed), ("JSON", texts)):
            for connections in (1, 8, 32) if form == "MessagePack" else (8,):
                found = drive(server, cycle(prepared), connections=connections, seconds=args.seconds)
                yield found.line(f"{what}, {segments(server)} parts, {form}, {connections}")
        time.sleep(70 if what == "as loaded" else 0)  # the buffer is flushed by its age, and segments are merged
        settled(server)
    for connections in (1, 8, 32):
        found = drive(server, single_inserts(corpus), connections=connections, seconds=args.seconds)
        yield found.line(f"insert one by one, {connections} connections")
    with loading(server, list(batches(corpus, 50_000, args.batch, index="other"))):
        found = drive(server, cycle(packed), connections=8, seconds=args.seconds)
    yield found.line("search while another is loaded, 8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, default="uniform")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=8)
    args = parser.parse_args()
    os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory() as folder:
        with serving(Path(folder)) as server:
            for line in measure(server, args):
                print(line, flush=True)
        began = time.perf_counter()
        with serving(Path(folder), index="bulk") as server:
            print(
                f"started again, with an answer after {time.perf_counter() - began:.2f} s, {server.memory_mb():.0f} MB"
            )


if __name__ == "__main__":
    main()
