"""The services and their methods, read from the compiled descriptors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from linernotes.facades.grpc.counts import Counts
from linernotes.facades.grpc.gen import admin_pb2, catalog_pb2, identify_pb2

CATALOG: ServiceDescriptor = catalog_pb2.DESCRIPTOR.services_by_name["Catalog"]
ADMIN: ServiceDescriptor = admin_pb2.DESCRIPTOR.services_by_name["Admin"]
IDENTIFY: ServiceDescriptor = identify_pb2.DESCRIPTOR.services_by_name["Identify"]


class Handlers(grpc.GenericRpcHandler):
    """What answers each method, by its full name; requests and answers are bytes."""

    def __init__(self, services: Mapping[ServiceDescriptor, Mapping[str, Any]], *, counts: Counts) -> None:
        """Take for each service the callables by method. ``KeyError`` where one is missing."""
        self._found = {
            f"/{service.full_name}/{method.name}": _handler(method, methods[method.name], counts)
            for service, methods in services.items()
            for method in service.methods
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return what answers a call, or None for a method that nobody has heard of."""
        return self._found.get(handler_call_details.method)


def request_of(service: ServiceDescriptor, method: str) -> type[Message]:
    """Return the class of a method's requests."""
    return GetMessageClass(service.methods_by_name[method].input_type)


def _handler(method: MethodDescriptor, answer: Any, counts: Counts) -> grpc.RpcMethodHandler[Any, Any]:
    name = f"{method.containing_service.name}/{method.name}"
    if method.server_streaming:
        return grpc.unary_stream_rpc_method_handler(counts.stream(name, answer))
    if method.client_streaming:
        return grpc.stream_unary_rpc_method_handler(counts.unary(name, answer))
    return grpc.unary_unary_rpc_method_handler(counts.unary(name, answer))


class Client:
    """The methods of a service on a channel, by name: ``Client(channel, CATALOG).GetArtist(request)``."""

    def __init__(self, channel: grpc.Channel, service: ServiceDescriptor) -> None:
        """Make a callable for each method."""
        for method in service.methods:
            call = _caller(channel, method)(
                f"/{service.full_name}/{method.name}",
                request_serializer=GetMessageClass(method.input_type).SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
            setattr(self, method.name, call)

    def __getattr__(self, name: str) -> Any:
        """Say so of a method that there is not; those that there are never come here."""
        raise AttributeError(name)


def _caller(channel: grpc.Channel, method: MethodDescriptor) -> Callable[..., Any]:
    if method.client_streaming:
        return channel.stream_unary
    return channel.unary_stream if method.server_streaming else channel.unary_unary
