"""What one client can take: messages, streams, memory."""

from __future__ import annotations

import time

import grpc

from linernotes.facades.grpc.answers import OVERHEAD, Answers
from linernotes.facades.grpc.errors import failed
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import entities_pb2
from linernotes.facades.grpc.tests.refused import Refused, refused
from linernotes.facades.grpc.tests.served import Served, build, catalogue, served
from tests.contracts import world as w

FOLLOW = pb.ListChangesRequest(kind=entities_pb2.KIND_ARTIST, follow=True)


def test_a_request_that_is_too_large_is_refused() -> None:
    with served(max_message_bytes=1024) as server:
        answer = refused(server.catalog.SearchArtists, pb.SearchArtistsRequest(query="x" * 2000))
        assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert server.catalog.GetArtist(pb.GetArtistRequest(mbid=w.ALPHA.mbid), timeout=5).mbid


def one_more_stream(server: Served) -> Refused | None:
    """Try to follow; return how it ended, None when it went on."""
    stream = server.catalog.ListChanges(FOLLOW, timeout=20)
    try:
        next(stream)
    except grpc.RpcError:
        return refused(server.catalog.ListChanges, FOLLOW)
    stream.cancel()
    return None


def test_streams_leave_threads_for_other_calls_and_are_given_back() -> None:
    with served(threads=8) as server:
        streams = [server.catalog.ListChanges(FOLLOW, timeout=60) for _ in range(4)]
        for stream in streams:
            next(stream)
        answer = one_more_stream(server)
        assert answer is not None
        assert (answer.code, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert answer.retry_seconds > 0
        assert server.catalog.GetArtist(pb.GetArtistRequest(mbid=w.ALPHA.mbid), timeout=5).mbid
        streams[0].cancel()
        assert any(one_more_stream(server) is None or time.sleep(0.1) for _ in range(100))
        for stream in streams[1:]:
            stream.cancel()


def test_who_leaves_in_the_middle_of_a_batch_gives_the_place_back() -> None:
    with served(threads=8) as server:
        request = pb.BatchGetArtistsRequest(mbids=[w.ALPHA.mbid] * 500)
        for _ in range(20):
            stream = server.catalog.BatchGetArtists(request, timeout=20, wait_for_ready=True)
            try:
                next(stream)
            except grpc.RpcError:
                time.sleep(0.1)  # the stream before has not ended yet
                continue
            stream.cancel()
        assert any(len(batch(server, request)) == 500 or time.sleep(0.1) for _ in range(100))


def batch(server: Served, request: pb.BatchGetArtistsRequest) -> list[object]:
    """Return all of a batch, or nothing where there was no place for it."""
    try:
        return list(server.catalog.BatchGetArtists(request, timeout=20))
    except grpc.RpcError:
        return []


def test_answers_are_kept_for_one_build() -> None:
    answers, first, second = Answers(limit=10_000), object(), object()
    key = ("GetArtist", b"x")
    assert answers.get(key, first) is None
    answers.put(key, b"one", first)
    assert answers.get(key, first) == b"one"
    assert answers.get(key, second) is None
    answers.put(key, b"late", first)
    assert (answers.get(key, second), len(answers), answers.bytes) == (None, 0, 0)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    answers, here = Answers(limit=3 * (OVERHEAD + 101)), object()
    for name in b"abc":
        answers.get(("m", bytes([name])), here)
        answers.put(("m", bytes([name])), b"x" * 100, here)
    answers.get(("m", b"a"), here)
    answers.put(("m", b"d"), b"x" * 100, here)
    assert [answers.get(("m", name), here) is not None for name in (b"a", b"b", b"c", b"d")] == [
        True,
        False,
        True,
        True,
    ]
    assert answers.bytes == 3 * (OVERHEAD + 101)


def test_an_answer_that_is_larger_than_the_memory_is_not_kept() -> None:
    answers, here = Answers(limit=1000), object()
    answers.get(("m", b""), here)
    answers.put(("m", b""), b"x" * 1000, here)
    answers.put(("m", b""), failed(KeyError()), here)
    assert (len(answers), answers.bytes <= 1000) == (1, True)


def test_a_new_build_is_answered_from_at_once() -> None:
    with served() as running:
        ask = pb.GetArtistRequest(mbid=w.ALPHA.mbid)
        assert running.catalog.GetArtist(ask, timeout=5).mbid == w.ALPHA.mbid
        running.live.publish(build(catalogue(artists=[w.BETA])))
        assert refused(running.catalog.GetArtist, ask).code is grpc.StatusCode.NOT_FOUND
