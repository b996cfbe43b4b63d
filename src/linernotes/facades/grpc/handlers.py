"""Calls as gRPC hands them over: bytes in, bytes out, each in a thread of its own.

What was answered before is answered again from memory, without the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError, Message

from linernotes.domain.errors import Invalid, LinernotesError, NotFound
from linernotes.domain.keys import Scope
from linernotes.facades.grpc.answers import Answer, Answers
from linernotes.facades.grpc.calls import Calls, Left
from linernotes.facades.grpc.errors import Failed, failed
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Method
from linernotes.usecases.library import Library

# A deadline ends a call from outside, with its own status: who works it out gives up later, and for certain.
LATE_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Unary:
    """A method with one answer, which may be kept: it must follow from the request and the library alone."""

    def __init__(
        self,
        *,
        name: str,
        request: type[Message],
        method: Method,
        calls: Calls,
        library: Library,
        answers: Answers,
    ) -> None:
        """Keep the parts."""
        self._name = name
        self._request = request
        self._method = method
        self._calls = calls
        self._library = library
        self._answers = answers

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answer a call."""
        try:
            self._calls.admit(context, Scope.READ)
            build = self._library.current()
            key = (self._name, request)
            answer = self._answers.get(key, build)
            if answer is None:
                answer = self._work_out(request, context)
                self._answers.put(key, answer, build)
        except Exception as error:  # noqa: BLE001 - the edge: whatever happened, the client gets a status
            answer = told(error)
        return answer if isinstance(answer, bytes) else end(context, answer)

    def _work_out(self, request: bytes, context: grpc.ServicerContext) -> Answer:
        try:
            return work_out(self._request, self._method, self._calls, request, context)
        except NotFound as error:
            return failed(error)


class Simple:
    """A method with one answer that is worked out each time."""

    def __init__(self, *, request: type[Message], method: Method, calls: Calls, scope: Scope) -> None:
        """Keep the parts."""
        self._request = request
        self._method = method
        self._calls = calls
        self._scope = scope

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answer a call."""
        try:
            self._calls.admit(context, self._scope)
            return work_out(self._request, self._method, self._calls, request, context)
        except Exception as error:  # noqa: BLE001 - the edge: whatever happened, the client gets a status
            answer = told(error)
        return end(context, answer)


class Stream:
    """A method with many answers, each made when the one before has been taken."""

    def __init__(
        self,
        *,
        request: type[Message],
        method: Callable[[Any, grpc.ServicerContext], Iterator[bytes]],
        calls: Calls,
        places: Places,
    ) -> None:
        """Keep the parts."""
        self._request = request
        self._method = method
        self._calls = calls
        self._places = places

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        """Answer a call."""
        try:
            self._calls.admit(context, Scope.READ)
            with self._places:
                yield from self._method(parse(self._request, request), context)
        except Exception as error:  # noqa: BLE001 - the edge: whatever happened, the client gets a status
            answer = told(error)
        else:
            return
        end(context, answer)


def parse(kind: type[Message], request: bytes) -> Any:
    """Return the message that the bytes are. ``Invalid`` if they are none."""
    try:
        return kind.FromString(request)
    except DecodeError as exc:
        raise Invalid(f"This is no {kind.DESCRIPTOR.name}") from exc


def work_out(kind: type[Message], method: Method, calls: Calls, request: bytes, context: grpc.ServicerContext) -> bytes:
    """Parse, work out on the event loop, and serialise."""
    message = parse(kind, request)
    seconds = context.time_remaining() + LATE_SECONDS

    async def work() -> Callable[[], Message]:
        return await method(message, seconds)

    return calls.run(work, context)().SerializeToString()


def told(error: Exception) -> Failed:
    """Return what a client is told of an error; what is no error of ours is written to the log."""
    if not isinstance(error, (LinernotesError, Left)):
        _log.error("A call failed unexpectedly.", exc_info=error)
    return failed(error)


def end(context: grpc.ServicerContext, answer: Failed) -> NoReturn:
    """End a call without an answer."""
    context.abort_with_status(answer)
