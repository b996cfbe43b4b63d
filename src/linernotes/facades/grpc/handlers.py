"""Calls as gRPC hands them over: bytes in, bytes out, each in a thread of its own.

What was answered before is answered again from memory, without the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
from google.protobuf.message import Message

from linernotes.domain.errors import NotFound
from linernotes.domain.keys import Scope
from linernotes.facades.grpc.answers import Answer, Answers
from linernotes.facades.grpc.calls import Calls
from linernotes.facades.grpc.edge import answer, answers, parse
from linernotes.facades.grpc.errors import failed, switched_off
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Method
from linernotes.usecases.library import Library

# A deadline ends a call from outside, with its own status: who works it out gives up later, and for certain.
LATE_SECONDS = 1.0


def off(_: object, context: grpc.ServicerContext) -> bytes:
    """Answer whatever is asked of a server that does not identify music."""
    return answer(context, switched_off)


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
        return answer(context, lambda: self._answer(request, context))

    def _answer(self, request: bytes, context: grpc.ServicerContext) -> Answer:
        self._calls.admit(context, self._scope)
        return self._work_out(request, context)

    def _work_out(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Parse, work out on the event loop, and serialise."""
        message = parse(self._request, request)
        seconds = context.time_remaining() + LATE_SECONDS

        async def work() -> Callable[[], Message]:
            return await self._method(message, seconds)

        return bytes(self._calls.run(work, context)().SerializeToString())


class Kept(Simple):
    """A method whose answers are kept: they follow from the request and the library alone, and need the scope read."""

    def __init__(
        self, *, name: str, request: type[Message], method: Method, calls: Calls, library: Library, answers: Answers
    ) -> None:
        """Keep the parts."""
        super().__init__(request=request, method=method, calls=calls, scope=Scope.READ)
        self._name = name
        self._library = library
        self._answers = answers

    def _answer(self, request: bytes, context: grpc.ServicerContext) -> Answer:
        self._calls.admit(context, self._scope)
        build = self._library.current()
        key = (self._name, request)
        found = self._answers.get(key, build)
        if found is None:
            try:
                found = self._work_out(request, context)
            except NotFound as error:
                found = failed(error)
            self._answers.put(key, found, build)
        return found


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
        return answers(context, lambda: self._stream(request, context))

    def _stream(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        self._calls.admit(context, Scope.READ)
        message = parse(self._request, request)
        with self._places:
            yield from self._method(message, context)
