"""Calls of Identify as gRPC hands them over, each in a thread of its own. Their answers are not kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from threading import Timer
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import Message

from linernotes.domain.errors import Invalid
from linernotes.domain.keys import Scope
from linernotes.facades.grpc.calls import Calls, Left, address_of, user_agent
from linernotes.facades.grpc.edge import answer, parse
from linernotes.facades.grpc.errors import field
from linernotes.facades.grpc.gen import identify_pb2 as pb
from linernotes.facades.grpc.places import Places
from linernotes.facades.grpc.reading import Show
from linernotes.usecases.identify.listening import MOST_BYTES
from linernotes.usecases.identify.naming import Asker

UPLOAD_SECONDS = 60.0
"""Whoever takes longer to send a file is cut off."""

Method: TypeAlias = Callable[[Any, Asker], Awaitable[Show]]
AudioMethod: TypeAlias = Callable[[pb.AudioOptions, bytes, Asker], Awaitable[Show]]


class Personal:
    """A method with one answer that is worked out each time, and wants to know who asks."""

    def __init__(self, *, request: type[Message], method: Method, calls: Calls, scope: Scope) -> None:
        """Keep the parts."""
        self._request = request
        self._method = method
        self._calls = calls
        self._scope = scope

    def __call__(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answer a call."""
        return answer(context, lambda: self._answer(request, context))

    def _answer(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        asker = _asker(self._calls, context, self._scope)
        message = parse(self._request, request)
        return _worked_out(self._calls, partial(self._method, message, asker), context)


class Upload:
    """The method LookupAudio: a file in parts, bounded in bytes and in time."""

    def __init__(self, *, method: AudioMethod, calls: Calls, places: Places, seconds: float = UPLOAD_SECONDS) -> None:
        """Keep the parts; each file in hand takes one of the places."""
        self._method = method
        self._calls = calls
        self._places = places
        self._seconds = seconds

    def __call__(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        """Answer a call."""
        return answer(context, lambda: self._answer(requests, context))

    def _answer(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        asker = _asker(self._calls, context, Scope.READ)
        with self._places:
            options, data = self._received(requests, context)
            return _worked_out(self._calls, lambda: self._method(options, data, asker), context)

    def _received(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> tuple[pb.AudioOptions, bytes]:
        # Waiting for the client cannot be given up from this thread.
        late = Timer(self._seconds, context.cancel)
        late.daemon = True
        late.start()
        try:
            return _gathered(parse(pb.LookupAudioRequest, request) for request in requests)
        except grpc.RpcError as exc:
            raise Left from exc
        finally:
            late.cancel()


def _gathered(messages: Iterator[pb.LookupAudioRequest]) -> tuple[pb.AudioOptions, bytes]:
    options: pb.AudioOptions | None = None
    parts: list[bytes] = []
    size = 0
    for message in messages:
        if message.WhichOneof("part") == "options":
            if options is not None or parts:
                with field("options"):
                    raise Invalid("Options come once, in the first message")
            options = message.options
        else:
            parts.append(message.data)
            size += len(message.data)
        if size > MOST_BYTES:
            with field("data"):
                raise Invalid(f"A file is at most {MOST_BYTES} bytes long here", hint="Its first two minutes suffice.")
    return options or pb.AudioOptions(), b"".join(parts)


def _asker(calls: Calls, context: grpc.ServicerContext, scope: Scope) -> Asker:
    return Asker(calls.admit(context, scope), address_of(context.peer()), user_agent(context))


def _worked_out(calls: Calls, method: Callable[[], Awaitable[Show]], context: grpc.ServicerContext) -> bytes:
    async def work() -> Show:
        return await method()

    return bytes(calls.run(work, context)().SerializeToString())
