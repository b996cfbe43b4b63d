"""What tools ask: is it well, and what can be asked (as grpcurl does it)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from linernotes.facades.grpc.gen import admin_pb2, catalog_pb2, errors_pb2
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import FakeSource, Served, build, never, served
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w

SERVING, NOT_SERVING = (
    health_pb2.HealthCheckResponse.SERVING,
    health_pb2.HealthCheckResponse.NOT_SERVING,
)


def health(server: Served, service: str = "") -> int:
    """Ask how a service is."""
    stub = health_pb2_grpc.HealthStub(server.channel)
    return stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5).status


@pytest.mark.parametrize("service", ["", "linernotes.v1.Catalog", "linernotes.v1.Admin"])
def test_with_a_catalogue_it_serves(server: Served, service: str) -> None:
    assert health(server, service) == SERVING


def test_naming_sounds_is_listed_where_it_is_on(ear: Served) -> None:
    answer = health_pb2_grpc.HealthStub(ear.channel).List(health_pb2.HealthListRequest(), timeout=5)
    assert answer.statuses["linernotes.v1.Identify"].status == SERVING
    assert "linernotes.v1.Identify" in Explorer(ear.channel).database.get_services()


def test_all_services_are_listed(server: Served) -> None:
    answer = health_pb2_grpc.HealthStub(server.channel).List(health_pb2.HealthListRequest(), timeout=5)
    assert {name: told.status for name, told in answer.statuses.items()} == dict.fromkeys(
        ["", "linernotes.v1.Catalog", "linernotes.v1.Admin"], SERVING
    )


def test_nothing_is_known_of_a_service_that_is_not_there(server: Served) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        health(server, "linernotes.v1.Nothing")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_with_a_source_alone_it_serves() -> None:
    with served(live=MemoryLiveBuild(), sources=[FakeSource(never)]) as server:
        assert health(server) == SERVING


def test_who_watches_hears_when_a_catalogue_has_come() -> None:
    live = MemoryLiveBuild()
    with served(live=live) as server:
        assert health(server) == NOT_SERVING
        stub = health_pb2_grpc.HealthStub(server.channel)
        watching = stub.Watch(health_pb2.HealthCheckRequest(), timeout=20)
        assert next(watching).status == NOT_SERVING
        live.publish(build())
        assert next(watching).status == SERVING
        watching.cancel()


def test_who_watches_a_service_that_is_not_there_is_told_so(server: Served) -> None:
    request = health_pb2.HealthCheckRequest(service="linernotes.v1.Nothing")
    watching = health_pb2_grpc.HealthStub(server.channel).Watch(request, timeout=20)
    assert next(watching).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watching.cancel()


def test_who_watches_is_told_when_the_server_stops() -> None:
    with served() as server:
        watching = health_pb2_grpc.HealthStub(server.channel).Watch(health_pb2.HealthCheckRequest(), timeout=20)
        next(watching)
        server.on_loop(server.server.stop(10))
        assert [answer.status for answer in watching] == [NOT_SERVING]


def test_who_watches_takes_no_thread_from_those_who_ask() -> None:
    with served(threads=8) as server:
        stub = health_pb2_grpc.HealthStub(server.channel)
        first = stub.Watch(health_pb2.HealthCheckRequest(), timeout=20)
        next(first)
        with pytest.raises(grpc.RpcError) as caught:
            next(stub.Watch(health_pb2.HealthCheckRequest(), timeout=20))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert health(server) == SERVING
        first.cancel()


class Explorer:
    """A client that knows nothing but the address, as grpcurl does."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.database = ProtoReflectionDescriptorDatabase(channel)
        self._channel = channel
        self._pool = DescriptorPool(self.database)

    def call(self, service: str, method: str, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Call a method with a request in JSON."""
        found = self._pool.FindServiceByName(service).FindMethodByName(method)
        make = self._channel.unary_stream if found.server_streaming else self._channel.unary_unary
        call = make(
            f"/{service}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(found.output_type).FromString,
        )
        message = json_format.ParseDict(request, GetMessageClass(found.input_type)())
        answer = call(message, timeout=5)
        return [json_format.MessageToDict(one) for one in (answer if found.server_streaming else [answer])]


def test_what_can_be_asked_is_told(server: Served) -> None:
    assert set(Explorer(server.channel).database.get_services()) == {
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "linernotes.v1.Admin",
        "linernotes.v1.Catalog",
    }


def test_who_knows_nothing_but_the_address_can_ask(server: Served) -> None:
    explorer = Explorer(server.channel)
    [artist] = explorer.call("linernotes.v1.Catalog", "GetArtist", {"mbid": w.ALPHA.mbid})
    assert (artist["name"], artist["begin"]) == ("Alphä", {"year": 1970, "month": 3})
    batch = explorer.call("linernotes.v1.Catalog", "BatchGetLabels", {"mbids": [w.LABEL.mbid, w.mbid("nobody")]})
    assert (batch[0]["found"]["name"], batch[1]["missing"]) == ("Label", {})
    [changes] = explorer.call(
        "linernotes.v1.Catalog", "ListChanges", {"kind": "KIND_ARTIST", "since": "1970-01-01T00:00:01Z"}
    )
    assert len(changes["mbids"]) == 2
    [stats] = explorer.call("linernotes.v1.Admin", "Stats", {})
    assert stats["version"] == "1.2.3"


def test_the_newer_name_of_reflection_answers_too(server: Served) -> None:
    call = server.channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
    [told] = call(iter([reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()]), timeout=5)
    answer = reflection_pb2.ServerReflectionResponse.FromString(told)
    assert "linernotes.v1.Catalog" in {one.name for one in answer.list_services_response.service}


def test_a_reflection_request_that_cannot_be_read_is_invalid(server: Served) -> None:
    call = server.channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
    assert refused(call, iter([b"\xff"])).code is grpc.StatusCode.INVALID_ARGUMENT


def test_where_it_is_switched_off_nothing_is_told() -> None:
    with served(reflection=False) as server, pytest.raises(grpc.RpcError) as caught:
        Explorer(server.channel).database.get_services()
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_details_of_errors_have_the_wire_form_of_their_namesakes() -> None:
    # google/rpc/error_details.proto and status.proto, as they are published.
    numbers = {
        "Status": {"code": 1, "message": 2, "details": 3},
        "ErrorInfo": {"reason": 1, "domain": 2, "metadata": 3},
        "RetryInfo": {"retry_delay": 1},
        "BadRequest": {"field_violations": 1},
    }
    messages = errors_pb2.DESCRIPTOR.message_types_by_name
    assert {name: {field.name: field.number for field in one.fields} for name, one in messages.items()} == numbers


def test_every_method_has_a_request_and_an_answer_of_its_own() -> None:
    services = [*catalog_pb2.DESCRIPTOR.services_by_name.values(), *admin_pb2.DESCRIPTOR.services_by_name.values()]
    asked = [method.input_type.name for service in services for method in service.methods]
    assert len(asked) == len(set(asked)) == 20
