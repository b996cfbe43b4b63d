"""Deadlines, clients that leave, and a server that stops while somebody waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import grpc
import pytest

from linernotes.domain.errors import Conflict
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.server import build_server
from linernotes.facades.grpc.settings import GrpcSettings
from linernotes.facades.grpc.tests import served as parts
from linernotes.facades.grpc.tests.refused import read, refused
from linernotes.facades.grpc.tests.served import FakeSource, Served, never, served
from tests.contracts import world as w

UNKNOWN = pb.GetArtistRequest(mbid=w.mbid("nobody"))
KNOWN = pb.GetArtistRequest(mbid=w.ALPHA.mbid)


def eventually(true: Callable[[], bool]) -> bool:
    """Whether something becomes true within a long time."""
    for _ in range(500):
        if true():
            return True
        time.sleep(0.01)
    return False


async def waiting() -> int:
    """How many calls are being worked out on the event loop."""
    return sum("work_out" in repr(task.get_coro()) for task in asyncio.all_tasks())


def test_a_deadline_is_honoured_and_the_thread_is_free_again() -> None:
    with served(sources=[FakeSource(never)], threads=8, budget_seconds=60) as server:
        calls = [server.catalog.GetArtist.future(UNKNOWN, timeout=0.3) for _ in range(12)]
        assert {call.code() for call in calls} == {grpc.StatusCode.DEADLINE_EXCEEDED}
        assert server.catalog.GetArtist(KNOWN, timeout=5).name == "Alphä"
        assert eventually(lambda: server.on_loop(waiting()) == 0)


def test_without_a_deadline_the_server_says_when_to_come_back() -> None:
    with served(sources=[FakeSource(never)], budget_seconds=0.1) as server:
        answer = refused(server.catalog.GetArtist, UNKNOWN, timeout=20)
    assert answer.code is grpc.StatusCode.UNAVAILABLE
    assert answer.retry_seconds > 0


def test_who_leaves_is_not_worked_for() -> None:
    with served(sources=[FakeSource(never)], budget_seconds=60) as server:
        call = server.catalog.GetArtist.future(UNKNOWN, timeout=60)
        assert eventually(lambda: server.on_loop(waiting()) == 1)
        call.cancel()
        assert eventually(lambda: server.on_loop(waiting()) == 0)


def test_many_who_ask_for_one_missing_artist_ask_the_source_once() -> None:
    source = FakeSource(never)
    with served(sources=[source], threads=64, budget_seconds=0.5) as server:
        calls = [server.catalog.GetArtist.future(UNKNOWN, timeout=20) for _ in range(40)]
        assert {call.code() for call in calls} == {grpc.StatusCode.UNAVAILABLE}
    assert len(source.asked) == 1


def test_a_server_that_stops_lets_nobody_wait_for_ever() -> None:
    with served(sources=[FakeSource(never)], budget_seconds=60) as server:
        call = server.catalog.GetArtist.future(UNKNOWN, timeout=60)
        assert eventually(lambda: server.on_loop(waiting()) == 1)
        server.on_loop(server.server.stop(0.1))
        assert read(call.exception()).code in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def test_a_port_that_is_taken_is_told_of(server: Served) -> None:
    async def start() -> None:
        second = build_server(
            settings=GrpcSettings(port=server.server.port),
            library=server.library,
            lookups=server.lookups,
            now=lambda: parts.NOW,
            version="",
        )
        try:
            second.start()
        finally:
            await second.stop(0)

    with pytest.raises(Conflict) as caught:
        server.on_loop(start())
    assert str(server.server.port) in caught.value.message
    assert "grpc.port" in caught.value.hint
