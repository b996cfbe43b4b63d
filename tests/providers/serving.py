"""A real HTTP server on loopback that answers as a test says, and can also misbehave as servers do."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """One request; ``target`` is its path and query as they were sent, header names are lower case."""

    target: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Reply(msgspec.Struct, frozen=True):
    """What to send. ``length`` lies about the body's length; ``after`` waits so many seconds first."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    length: int | None = None
    after: float = 0.0


Respond = Callable[[Asked], Reply]


def told(value: object, status: int = 200, **headers: str) -> Reply:
    """Return a reply with JSON."""
    made = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, msgspec.json.encode(value), {"Content-Type": "application/json; charset=utf-8"} | made)


class Loopback:
    """The server: where it is, and what it was asked."""

    def __init__(self, url: str, asked: list[Asked]) -> None:
        self.url = url
        self.asked = asked

    @property
    def targets(self) -> list[str]:
        """The targets of all requests so far."""
        return [one.target for one in self.asked]


@contextmanager
def serving(respond: Respond) -> Iterator[Loopback]:
    """Serve until the block ends."""
    asked: list[Asked] = []
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            one = Asked(self.path, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers)
            asked.append(one)
            reply = respond(one)
            closing.wait(reply.after)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.length is not None or closing.is_set()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Keep what went wrong in a test's own answer; that a client goes away is part of the game."""
            error = sys.exception()
            if error is not None and not isinstance(error, ConnectionError | TimeoutError):
                broken.append(error)

    broken: list[BaseException] = []
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert broken == []


def nobody_there() -> str:
    """Return an address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
