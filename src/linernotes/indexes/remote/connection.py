"""One connection to a server: a request is sent, its answer read, all before a deadline."""

from __future__ import annotations

import select
import socket
import ssl
import time

from linernotes.indexes.remote.address import Address
from linernotes.indexes.remote.reading import Answer, Reader

_READ_BYTES = 64 << 10


class Deadline:
    """A time by which something has to be over."""

    def __init__(self, seconds: float) -> None:
        """Begin now."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than 0. Raises `TimeoutError`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Connection:
    """An open connection, for one thread at a time. Its methods raise `OSError`, `TimeoutError` among them."""

    def __init__(self, address: Address, *, tls: ssl.SSLContext | None, deadline: Deadline) -> None:
        """Connect. Each address that the host's name stands for may take all the time that is left."""
        sock = socket.create_connection((address.host, address.port), timeout=deadline.left())
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = sock if tls is None else tls.wrap_socket(sock, server_hostname=address.host)
        except BaseException:
            sock.close()
            raise
        self.heard = False
        """Whether anything came in for the last request."""
        self.reusable = False
        """Whether the last answer leaves the connection as it was."""

    def ask(self, request: bytes, *, most_bytes: int, deadline: Deadline) -> Answer:
        """Return the answer to a request; raises `Garbage` too. After any error the connection is good for nothing."""
        self.heard = self.reusable = False
        reader = Reader(most_bytes=most_bytes)
        self._socket.settimeout(deadline.left())
        self._socket.sendall(request)
        while not reader.complete:
            self._socket.settimeout(deadline.left())
            data = self._socket.recv(_READ_BYTES)
            if data:
                self.heard = True
                reader.feed(data)
            elif not reader.end():
                raise ConnectionResetError("the connection ended before the answer")
        self.reusable = reader.reusable
        return reader.answer()

    def silent(self) -> bool:
        """Tell whether nothing has come in since the last answer: not even the end of the connection."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close it."""
        self._socket.close()
