"""A fake index server on the loopback interface, which answers whatever a test says: also what no server should."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import msgspec

MSGPACK = "application/vnd.msgpack"


class Asked(msgspec.Struct, frozen=True):
    """A request, the number of its connection from 1 on, and whether the server is to end."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int
    over: threading.Event

    @property
    def said(self) -> Any:
        """The body, decoded."""
        return msgspec.msgpack.decode(self.body)


class HangUp(Exception):
    """The connection is to be closed now."""


Reply = Callable[[Asked], Iterable[bytes]]
"""Gives an answer in pieces, which are sent as they come; may raise `HangUp`."""


class Fake:
    """What came in, and what is answered."""

    def __init__(self, reply: Reply, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.reply = reply
        self.asked: list[Asked] = []
        self.where = f"127.0.0.1:{sock.getsockname()[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.where}"
        self.connections = 0
        self.ended = threading.Semaphore(0)
        """Released with each connection that has ended."""
        self.over = threading.Event()
        self._tls = tls
        self._sock = sock
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def accept(self) -> None:
        """Take connections until the socket is shut."""
        while True:
            try:
                connection = self._sock.accept()[0]
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, self.connections))
            self._threads.append(thread)
            thread.start()

    def refuse(self) -> None:
        """Let nobody connect any more."""
        with suppress(OSError):  # for the second time
            self._sock.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close everything."""
        self.over.set()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain, suppress(OSError, HangUp):
            if self._tls is None:
                self._answer(plain, number)
            else:
                with self._tls.wrap_socket(plain, server_side=True) as connection:
                    self._answer(connection, number)
        self.ended.release()

    def _answer(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as file:
            while (line := file.readline()).endswith(b"HTTP/1.1\r\n"):
                headers = {}
                while (header := file.readline().decode().strip()) != "":
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                body = file.read(int(headers.get("content-length", "0")))
                asked = Asked(line.decode().strip(), headers, body, number, self.over)
                self.asked.append(asked)
                for piece in self.reply(asked):
                    connection.sendall(piece)


@contextmanager
def faking(reply: Reply, *, tls: ssl.SSLContext | None = None) -> Iterator[Fake]:
    """Serve for as long as the block lasts."""
    with closing(socket.create_server(("127.0.0.1", 0))) as sock:
        fake = Fake(reply, sock, tls)
        thread = threading.Thread(target=fake.accept)
        thread.start()
        try:
            yield fake
        finally:
            fake.refuse()
            thread.join()
            fake.end()


def answer(said: Any, status: int = 200, content_type: str = MSGPACK, **headers: str) -> list[bytes]:
    """Return an answer in one piece; what is not bytes is written as MessagePack."""
    body = said if isinstance(said, bytes) else msgspec.msgpack.encode(said)
    head = [f"HTTP/1.1 {status} Said", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ["\r\n".join([*head, "", ""]).encode() + body]


def always(*pieces: bytes) -> Reply:
    """Answer every request alike."""
    return lambda _: pieces


def proper(asked: Asked) -> list[bytes]:
    """Answer as the server of an index does that holds document 7, at version 3."""
    method, path, _ = asked.line.split(" ")
    match method, path.rpartition("/")[2]:
        case "POST", "_search":
            return answer({"r": [{"i": 7, "s": 2}]})
        case "POST", "_update":
            return answer({"v": 3})
        case "PUT", _:
            return answer({"v": 3, "r": True, "g": 1})
        case "GET", "_status":
            return answer({"g": 1, "v": 3, "f": 0})
        case "GET", "7":
            return answer({"v": 3})
        case "GET", "acoustid":
            return answer({"v": 3, "m": {}, "s": {"num_docs": 1}})
        case _:
            return answer({"e": "FingerprintNotFound"}, 404)
