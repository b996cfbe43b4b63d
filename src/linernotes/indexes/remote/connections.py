"""The connections to one server: kept open between requests, opened when none is free, shared by all threads."""

from __future__ import annotations

import ssl
from collections import deque

import msgspec

from linernotes.domain.errors import Unavailable
from linernotes.indexes.remote.address import Address
from linernotes.indexes.remote.connection import Connection, Deadline
from linernotes.indexes.remote.reading import Answer, Garbage

MEDIA_TYPE = "application/vnd.msgpack"
SOURCE = "fpindex"
_UNREACHED = "Look at the URL of the index server, the network, and whether the server runs."


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and for how many seconds at most.

    `repeatable` is what may be sent twice without harm; `hint` is for whoever never gets the answer.
    """

    method: str
    path: str
    seconds: float
    body: bytes = b""
    repeatable: bool = True
    hint: str = _UNREACHED


class Connections:
    """As many connections as there are requests at a time, of which a few are kept. For any number of threads."""

    def __init__(self, *, address: Address, kept: int, most_bytes: int) -> None:
        """Open nothing yet. Answers of more than `most_bytes` are not taken."""
        self._address = address
        self._kept = kept
        self._most_bytes = most_bytes
        self._tls = ssl.create_default_context() if address.tls else None
        # The last that was used comes first: what is left over then ages at the other end.
        self._idle: deque[Connection] = deque()
        self._closed = False

    def ask(self, request: Request) -> Answer:
        """Return the answer, whatever its status. Raises `Unavailable`.

        A connection that the server closed while it was idle may look open until something is sent on it: what is
        repeatable is then sent once more, on a new one.
        """
        deadline = Deadline(request.seconds)
        raw = self._raw(request)
        connection = self._free()
        if connection is None:
            return self._exchange(self._open(request, deadline, _UNREACHED), raw, request, deadline)
        try:
            return self._exchange(connection, raw, request, deadline)
        except Unavailable as exc:
            ended = isinstance(exc.__cause__, ConnectionError | ssl.SSLError) and not connection.heard
            if not ended or not request.repeatable:
                raise
        answer = self._exchange(self._open(request, deadline, request.hint), raw, request, deadline)
        return msgspec.structs.replace(answer, repeated=True)

    def close(self) -> None:
        """Close what is idle now, and the rest after its answer. Whatever is asked from now on is `Unavailable`."""
        self._closed = True
        self._let_go(keep=0)

    def _free(self) -> Connection | None:
        if self._closed:
            raise Unavailable("The index is closed.", source=SOURCE)
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.silent():
                return connection
            connection.close()

    def _open(self, request: Request, deadline: Deadline, hint: str) -> Connection:
        try:
            return Connection(self._address, tls=self._tls, deadline=deadline)
        except TimeoutError as exc:
            raise self._fault(f"did not let us in within {request.seconds:g} s", hint) from exc
        except OSError as exc:
            raise self._fault(f"cannot be reached: {_reason(exc)}", hint) from exc

    def _exchange(self, connection: Connection, raw: bytes, request: Request, deadline: Deadline) -> Answer:
        kept = False
        try:
            answer = connection.ask(raw, most_bytes=self._most_bytes, deadline=deadline)
            kept = connection.reusable
        except TimeoutError as exc:
            raise self._fault(f"did not answer within {request.seconds:g} s", request.hint) from exc
        except OSError as exc:
            raise self._fault(f"did not answer: {_reason(exc)}", request.hint) from exc
        except Garbage as exc:
            raise self._fault(f"gave an answer that cannot be read: {exc}", request.hint) from exc
        finally:
            if kept:
                self._idle.append(connection)
                self._let_go(keep=0 if self._closed else self._kept)
            else:
                connection.close()
        return answer

    def _let_go(self, *, keep: int) -> None:
        while len(self._idle) > keep:
            try:
                connection = self._idle.popleft()
            except IndexError:  # another thread took it
                return
            connection.close()

    def _raw(self, request: Request) -> bytes:
        content = f"Content-Type: {MEDIA_TYPE}\r\n" if request.body else ""
        if request.method != "GET":
            content += f"Content-Length: {len(request.body)}\r\n"
        line = f"{request.method} {self._address.prefix}{request.path} HTTP/1.1\r\n"
        head = line.encode() + self._address.headers + f"Accept: {MEDIA_TYPE}\r\n{content}\r\n".encode()
        return head + request.body

    def _fault(self, what: str, hint: str) -> Unavailable:
        return Unavailable(f"The index server at {self._address.where} {what}.", hint=hint, source=SOURCE)


def _reason(exc: OSError) -> str:
    return exc.strerror or str(exc) or type(exc).__name__
