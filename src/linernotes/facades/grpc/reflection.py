"""gRPC's server reflection: what can be asked, for tools such as grpcurl.

grpcio ships version v1alpha alone. v1 has the same messages under another name, so it is answered by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection_pb2 as pb
from grpc_reflection.v1alpha.reflection import SERVICE_NAME, ReflectionServicer

from linernotes.facades.grpc.edge import answers, parse
from linernotes.facades.grpc.places import Places

NAMES = (SERVICE_NAME, "grpc.reflection.v1.ServerReflection")


class Reflection(grpc.GenericRpcHandler):
    """Answers to both names. Each tool takes one of the places for as long as it asks."""

    def __init__(self, *, services: tuple[str, ...], places: Places) -> None:
        """Tell of these services."""
        self._servicer: Any = ReflectionServicer(services)
        self._places = places
        self._methods = frozenset(f"/{name}/ServerReflectionInfo" for name in NAMES)
        self._handler: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(self._info)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return what answers a call, or None for a method of another service."""
        return self._handler if handler_call_details.method in self._methods else None

    def _info(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        return answers(context, lambda: self._answers(requests, context))

    def _answers(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        with self._places:
            asked = (parse(pb.ServerReflectionRequest, request) for request in requests)
            for told in self._servicer.ServerReflectionInfo(asked, context):
                yield told.SerializeToString()
