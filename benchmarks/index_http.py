"""The fpindex server under load: searches and inserts per CPU-second, and their latency.

    python benchmarks/index_http.py [--documents 100000] [--zipf] [--seconds 8]

The server runs on the first CPU and the load on the second. Fingerprints have 120 hashes of 28 significant bits; half
of the queries are stored documents with two fifths of their hashes replaced, half are unknown. Each line has figures.
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
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

HASHES = 120
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


def corpus(documents: int, *, zipf: bool) -> NDArray[np.uint32]:
    """Return fingerprints, one row each. Zipf-heavy: a fifth of the hashes comes from a million, often from few."""
    rng = np.random.default_rng(42)
    found = rng.integers(0, 1 << 28, (documents, HASHES), dtype=np.uint32) << np.uint32(4)
    if zipf:
        common = rng.integers(0, 1 << 28, 1_000_000, dtype=np.uint32) << np.uint32(4)
        ranks = np.exp(rng.random(found.shape) * np.log(common.size)).astype(np.int64) - 1
        chosen = rng.random(found.shape) < 0.2
        found[chosen] = common[ranks[chosen]]
    return found


def queries(stored: NDArray[np.uint32], count: int) -> list[NDArray[np.uint32]]:
    """Return queries of which every second one has an answer."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(count):
        fresh = rng.integers(0, 1 << 28, HASHES, dtype=np.uint32) << np.uint32(4)
        if number % 2:
            kept = stored[rng.integers(len(stored))]
            found.append(np.where(rng.random(HASHES) < 0.4, fresh, kept))
        else:
            found.append(fresh)
    return found


def batches(stored: NDArray[np.uint32], size: int, *, index: str, first: int = 1) -> Iterator[bytes]:
    """Return updates that insert the documents, one after the other."""
    for start in range(0, len(stored), size):
        rows = stored[start : start + size].tolist()
        changes = [{"i": {"i": first + start + row, "h": hashes}} for row, hashes in enumerate(rows)]
        yield request("POST", f"/{index}/_update", msgspec.msgpack.encode({"c": changes}))


def load(server: Server, updates: Sequence[bytes], documents: int) -> str:
    """Send updates on one connection; return the figures."""
    latencies = []
    cpu = server.cpu_seconds()
    with server.connect() as sock:
        for update in updates:
            began = time.perf_counter()
            sock.sendall(update)
            read_answer(sock)
            latencies.append(time.perf_counter() - began)
    took, cpu = sum(latencies), server.cpu_seconds() - cpu
    p50, p95 = np.percentile(latencies, (50, 95)) * 1000
    return (
        f"{documents / took:9.0f}/s {documents / cpu:9.0f} per CPU-s"
        f"  batch p50 {p50:.0f}  p95 {p95:.0f}  max {max(latencies) * 1000:.0f} ms"
    )


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


def single_inserts(stored: NDArray[np.uint32], *, index: str, form: bytes) -> Iterator[bytes]:
    """Return endless insertions of one document each."""
    numbers = cycle(range(len(stored)))
    for number in numbers:
        body = {"h": stored[number].tolist()} if form == TYPE else {"hashes": stored[number].tolist()}
        encoded = msgspec.msgpack.encode(body) if form == TYPE else msgspec.json.encode(body)
        yield request("PUT", f"/{index}/{number + 1}", encoded, form)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run the server on the first CPU, with its log beside the data."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = ["taskset", "-c", "0", sys.executable, "-m", "linernotes", "fpindex"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--dir", str(folder / "data"), "--port", str(port)], stderr=log)
    server = Server(process.pid, port)
    try:
        _until_warm(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        sys.stderr.write((folder / "log").read_text())


def _until_warm(server: Server) -> None:
    """Wait until the server answers a search, which needs all of its code."""
    empty = msgspec.msgpack.encode({"q": []})
    for _ in range(300):
        with contextlib.suppress(OSError, AssertionError), server.connect() as sock:
            for one in (request("PUT", "/warm"), request("POST", "/warm/_search", empty)):
                sock.sendall(one)
                read_answer(sock)
            return
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def measure(server: Server, stored: NDArray[np.uint32], args: argparse.Namespace) -> Iterator[str]:
    """Load, search, and insert one by one; yield the figures."""
    with server.connect() as sock:
        for name in ("bulk", "single", "other"):
            sock.sendall(request("PUT", f"/{name}"))
            read_answer(sock)
    for begin in range(0, len(stored), 100_000):
        part = stored[begin : begin + 100_000]
        updates = list(batches(part, args.batch, index="bulk", first=begin + 1))
        yield f"bulk load from {begin:<18} {load(server, updates, len(part))}"
    asked = [query.tolist() for query in queries(stored, 4000)]
    forms = {
        "MessagePack": [request("POST", "/bulk/_search", msgspec.msgpack.encode({"q": query})) for query in asked],
        "JSON": [
            request("POST", "/bulk/_search", msgspec.json.encode({"query": query}), b"application/json")
            for query in asked
        ],
    }
    for form, prepared in forms.items():
        for connections in (1, 8, 32):
            found = drive(server, cycle(prepared), connections=connections, seconds=args.seconds)
            yield found.line(f"search {form}, {connections} connections")
    for connections in (1, 8, 32):
        inserts = single_inserts(stored, index="single", form=TYPE)
        found = drive(server, inserts, connections=connections, seconds=args.seconds)
        yield found.line(f"insert one by one, {connections} connections")
    with loading(server, list(batches(stored[:50_000], args.batch, index="other"))):
        found = drive(server, cycle(forms["MessagePack"]), connections=8, seconds=args.seconds)
    yield found.line("search while another is loaded, 8")
    yield f"resident memory {server.memory_mb():.0f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--zipf", action="store_true")
    args = parser.parse_args()
    os.sched_setaffinity(0, {1})
    stored = corpus(args.documents, zipf=args.zipf)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        for line in measure(server, stored, args):
            print(line, flush=True)


if __name__ == "__main__":
    main()
