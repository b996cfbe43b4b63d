"""Keys come along as metadata, and decide what may be called."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from linernotes.domain.keys import Scope, new_key
from linernotes.facades.grpc.calls import address_of
from linernotes.facades.grpc.gen import admin_pb2, entities_pb2
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import Served, served
from linernotes.ports.keys import Allowance
from linernotes.stores.memory.keys import MemoryKeys
from linernotes.usecases.access import Access
from tests.contracts import world as w

READ = pb.GetArtistRequest(mbid=w.ALPHA.mbid)
STATS = admin_pb2.StatsRequest()


class FakeLimits:
    """Lets so many requests through, and remembers who they came from."""

    def __init__(self, allowed: int) -> None:
        self.seen: list[str] = []
        self._allowed = allowed

    async def hit(self, who: str, *, limit: int, window: int, cost: int = 1) -> Allowance:
        """Count a request."""
        self.seen.append(who)
        return Allowance(len(self.seen) <= self._allowed, limit, 0, 30.0)


class Guarded:
    """Access with a key of each scope."""

    def __init__(self, *, allowed: int = 1000, **options: Any) -> None:
        keys = MemoryKeys()
        self.limits = FakeLimits(allowed)
        self.access = Access(keys=keys, limits=self.limits, **options)
        self.texts: dict[Scope, str] = {}
        for scope in Scope:
            key, self.texts[scope] = new_key(name="somebody", scopes=(scope,), now=1)
            keys.add(key)

    def bearer(self, scope: Scope) -> list[tuple[str, str]]:
        """Return the metadata of a caller."""
        return [("authorization", f"Bearer {self.texts[scope]}")]


def test_who_may_read_without_a_key_reads() -> None:
    guarded = Guarded()
    with served(access=guarded.access) as server:
        assert server.catalog.GetArtist(READ, timeout=5).name == "Alphä"


def calls(server: Served) -> list[tuple[Any, Message]]:
    """Return a call of each sort."""
    return [
        (server.catalog.GetArtist, READ),
        (server.catalog.BatchGetArtists, pb.BatchGetArtistsRequest(mbids=[w.ALPHA.mbid])),
        (server.catalog.ListChanges, pb.ListChangesRequest(kind=entities_pb2.KIND_ARTIST)),
    ]


def test_where_keys_are_needed_nothing_is_read_without_one() -> None:
    guarded = Guarded(anonymous_read=False)
    with served(access=guarded.access) as server:
        server.catalog.GetArtist(READ, timeout=5, metadata=guarded.bearer(Scope.READ))
        for method, request in calls(server):
            answer = refused(method, request)
            assert (answer.code, answer.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHORISED")
            assert "Bearer" in answer.hint


@pytest.mark.parametrize("name", ["authorization", "x-api-key"])
def test_a_key_may_come_under_either_name(name: str) -> None:
    guarded = Guarded(anonymous_read=False)
    text = guarded.texts[Scope.READ]
    metadata = [(name, f"Bearer {text}" if name == "authorization" else text)]
    with served(access=guarded.access) as server:
        for method, request in calls(server):
            answer = method(request, timeout=5, metadata=metadata)
            assert answer if isinstance(answer, Message) else list(answer)


def test_a_wrong_key_is_refused_even_where_everybody_may_read() -> None:
    with served(access=Guarded().access) as server:
        answer = refused(server.catalog.GetArtist, READ, metadata=[("x-api-key", "ln_wrong")])
    assert answer.code is grpc.StatusCode.UNAUTHENTICATED


def test_admin_calls_need_their_scope() -> None:
    guarded = Guarded()
    with served(access=guarded.access) as server:
        refresh = admin_pb2.RefreshRequest(entity={"kind": entities_pb2.KIND_ARTIST, "mbid": w.ALPHA.mbid})
        for method, request in ((server.admin.Stats, STATS), (server.admin.Refresh, refresh)):
            assert refused(method, request).code is grpc.StatusCode.UNAUTHENTICATED
            reader = refused(method, request, metadata=guarded.bearer(Scope.READ))
            assert (reader.code, reader.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")
            assert "admin" in reader.hint
            assert method(request, timeout=5, metadata=guarded.bearer(Scope.ADMIN)) is not None


def test_who_asks_too_much_is_told_when_to_come_back() -> None:
    guarded = Guarded(allowed=2, anonymous_per_minute=2)
    with served(access=guarded.access) as server:
        for _ in range(2):
            server.catalog.GetArtist(READ, timeout=5)
        answer = refused(server.catalog.GetArtist, READ)
    assert (answer.code, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert answer.retry_seconds == 30
    assert guarded.limits.seen == ["address:127.0.0.1"] * 3, "answers from memory count too"


def test_health_needs_no_key() -> None:
    with served(access=Guarded(anonymous_read=False).access) as server:
        stub = health_pb2_grpc.HealthStub(server.channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:192.0.2.1:50000", "192.0.2.1"),
        ("ipv6:%5B2001:db8::1%5D:50000", "2001:db8::1"),
        ("ipv6:[::1]:50000", "::1"),
        ("unix:/run/socket", "unix:/run/socket"),
    ],
)
def test_the_address_is_read_from_the_name_of_the_peer(peer: str, address: str) -> None:
    assert address_of(peer) == address
