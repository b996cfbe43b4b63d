"""Let a thousand ask at once for an artist that is not here, and count what the source is asked.

    python benchmarks/aggregator_one_request.py [--clients 1000] [--workers 1]

Everything is on loopback: a stand-in for the web service that takes half a second, `linernotes serve` over an empty
data folder, and the clients, each on a connection of its own. Prints the answers and the requests last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ARTIST = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"
ANSWERS = {
    "artist": {"id": ARTIST, "name": "Asked for", "sort-name": "Asked for"},
    "release-group": {"release-groups": [], "release-group-count": 0, "release-group-offset": 0},
    "release": {"releases": [], "release-count": 0, "release-offset": 0},
}
PORT = 18231
asked: list[str] = []


class Source(BaseHTTPRequestHandler):
    """Knows one artist without albums."""

    def do_GET(self) -> None:
        asked.append(self.path)
        threading.Event().wait(0.5)
        body = msgspec.json.encode(ANSWERS[self.path.removeprefix("/ws/2/").split("?")[0].split("/")[0]])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def ask() -> int:
    """Ask for the artist; return the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    head = f"GET /api/v0.4/artist/{ARTIST} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status


async def measure(clients: int, workers: int, source: str, data: str) -> Counter[int]:
    """Start the server, and let everybody ask at once."""
    env = os.environ | {
        "LINERNOTES_MUSICBRAINZ__BASE_URL": source,
        "LINERNOTES_MUSICBRAINZ__REQUESTS_PER_SECOND": "100",
    }
    command = [sys.executable, "-m", "linernotes", "--data", data, "serve", "--port", str(PORT), "--workers"]
    nothing = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(*command, str(workers), env=env, stdout=nothing, stderr=nothing)
    try:
        for _ in range(200):
            await asyncio.sleep(0.1)
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            except OSError:
                continue
            writer.close()
            break
        return Counter(await asyncio.gather(*(ask() for _ in range(clients))))
    finally:
        server.terminate()
        await server.wait()


def main() -> None:
    """Measure, and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    source = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=source.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as data:
        url = f"http://127.0.0.1:{source.server_port}"
        statuses = asyncio.run(measure(given.clients, given.workers, url, data))
    source.shutdown()
    artist = sum(path.startswith("/ws/2/artist/") for path in asked)
    print(f"answers by status: {dict(statuses)}; requests in all: {len(asked)}")
    print(f"requests to the source for the artist: {artist}")


if __name__ == "__main__":
    main()
