"""Connections that wait for their next use: a reader takes one, and gives it back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closes(Protocol):
    """A connection."""

    def close(self) -> None:
        """Let go of it."""
        ...


Connection = TypeVar("Connection", bound=Closes)


class Idle(Generic[Connection]):
    """Idle connections, the last one used on top; as many are open as were in use at once. May be used by any thread.

    SQLAlchemy's pool costs several times what reading one row costs.
    """

    def __init__(self, *, connect: Callable[[], Connection]) -> None:
        """Begin with none: ``connect`` opens one when it is needed."""
        self._connect = connect
        self._waiting: deque[Connection] = deque()
        self._closed = False

    def take(self) -> Connection:
        """Return a connection that nobody else has."""
        try:
            return self._waiting.pop()
        except IndexError:
            return self._connect()

    def give(self, connection: Connection) -> None:
        """Take back a connection that can be used again."""
        self._waiting.append(connection)
        if self._closed:
            self.empty()

    def empty(self) -> None:
        """Close what is not in use."""
        while self._waiting:
            try:
                connection = self._waiting.pop()
            except IndexError:  # another thread was quicker
                return
            connection.close()

    def close(self) -> None:
        """Close what is not in use now, and the rest when it comes back."""
        self._closed = True
        self.empty()
