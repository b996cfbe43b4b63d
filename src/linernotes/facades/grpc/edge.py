"""The edge of every call: requests are parsed, and whatever goes wrong behind it becomes a status."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError, Message

from linernotes.domain.errors import Invalid, LinernotesError
from linernotes.facades.grpc.calls import Left
from linernotes.facades.grpc.errors import Failed, failed

_log = logging.getLogger(__name__)


def answer(context: grpc.ServicerContext, work: Callable[[], bytes | Failed]) -> bytes:
    """Return what ``work`` returns, or end the call with a status."""
    try:
        found = work()
    except Exception as error:  # noqa: BLE001 - whatever happened, the client gets a status
        found = _told(error)
    return found if isinstance(found, bytes) else _end(context, found)


def answers(context: grpc.ServicerContext, work: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """Yield what ``work`` yields, or end the call with a status."""
    try:
        yield from work()
    except grpc.RpcError:
        raise  # the call has ended already, and gRPC knows
    except Exception as error:  # noqa: BLE001 - as above
        found = _told(error)
    else:
        return
    _end(context, found)


def parse(kind: type[Message], request: bytes) -> Any:
    """Return the message that the bytes are. ``Invalid`` if they are none."""
    try:
        return kind.FromString(request)
    except DecodeError as exc:
        raise Invalid(f"This is no {kind.DESCRIPTOR.name}") from exc


def _told(error: Exception) -> Failed:
    """Return what a client is told of an error; what is no error of ours is written to the log."""
    if isinstance(error, Left):
        return Failed(grpc.StatusCode.CANCELLED, "", b"")  # nobody hears it, but it is counted
    if not isinstance(error, LinernotesError):
        _log.error("A call failed unexpectedly.", exc_info=error)
    return failed(error)


def _end(context: grpc.ServicerContext, found: Failed) -> NoReturn:
    context.abort_with_status(found)
