"""The stream of changes."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from linernotes.domain.ids import EntityRef, Kind
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import entities_pb2
from linernotes.facades.grpc.tests.refused import read, refused
from linernotes.facades.grpc.tests.served import NOW, Served, build, catalogue, served
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w

ARTIST, RELEASE_GROUP = entities_pb2.KIND_ARTIST, entities_pb2.KIND_RELEASE_GROUP


def asked(kind: int = ARTIST, since: int | None = 0, **rest: Any) -> pb.ListChangesRequest:
    """Return a request; ``since`` in unix milliseconds."""
    time = None
    if since is not None:
        time = Timestamp()
        time.FromMilliseconds(since)
    return pb.ListChangesRequest(kind=kind, since=time, **rest)


def test_changes_are_told_newest_first(server: Served) -> None:
    [answer] = server.catalog.ListChanges(asked(since=1_000), timeout=5)
    assert list(answer.mbids) == sorted([w.BETA.mbid, w.SILENT.mbid])
    assert answer.next_since.ToMilliseconds() == 2_000
    assert not answer.incomplete


def test_with_the_next_time_nothing_is_told_twice(server: Served) -> None:
    [answer] = server.catalog.ListChanges(asked(RELEASE_GROUP, since=2_000), timeout=5)
    assert (list(answer.mbids), answer.next_since.ToMilliseconds()) == ([], 2_000)


def test_a_time_before_all_that_is_known_is_told_of(server: Served) -> None:
    [answer] = server.catalog.ListChanges(asked(since=0), timeout=5)
    assert len(answer.mbids) == 3
    assert answer.incomplete


def test_without_a_time_only_what_is_to_come_is_told(server: Served) -> None:
    [answer] = server.catalog.ListChanges(asked(since=None), timeout=5)
    assert (list(answer.mbids), answer.next_since.ToMilliseconds()) == ([], NOW)


def test_many_changes_come_in_several_messages() -> None:
    changed = {EntityRef(Kind.ARTIST, w.mbid(str(n))): 5_000 for n in range(1_200)}
    with served(live=MemoryLiveBuild(build(catalogue(changed_at=changed)))) as server:
        answers = list(server.catalog.ListChanges(asked(since=2_000), timeout=5))
        assert [len(answer.mbids) for answer in answers] == [500, 500, 200]
        assert [answer.HasField("next_since") for answer in answers] == [False, False, True]


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (asked(entities_pb2.KIND_LABEL), ["kind"]),
        (asked(0), ["kind"]),
        (asked(77), ["kind"]),
        (pb.ListChangesRequest(kind=ARTIST, since=Timestamp(seconds=-1)), ["since"]),
        (pb.ListChangesRequest(kind=ARTIST, since=Timestamp(seconds=1 << 62)), ["since"]),
        (pb.ListChangesRequest(kind=ARTIST, since=Timestamp(nanos=-5)), ["since"]),
    ],
)
def test_what_cannot_be_told_names_the_field(server: Served, request_: Any, fields: list[str]) -> None:
    answer = refused(server.catalog.ListChanges, request_)
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


def test_who_follows_hears_of_what_happens_once_until_the_deadline() -> None:
    with served() as server:
        stream = server.catalog.ListChanges(asked(since=NOW, follow=True), timeout=6)
        assert list(next(stream).mbids) == []
        server.marks.mark([EntityRef(Kind.ARTIST, w.ALPHA.mbid)], changed_at=NOW + 10, reason="test")
        assert list(next(stream).mbids) == [w.ALPHA.mbid]
        # Dated before what was told already, and written down after it.
        server.marks.mark([EntityRef(Kind.ARTIST, w.BETA.mbid)], changed_at=NOW + 5, reason="test")
        assert list(next(stream).mbids) == [w.BETA.mbid]
        server.marks.mark([EntityRef(Kind.ARTIST, w.ALPHA.mbid)], changed_at=NOW + 20, reason="test")
        assert list(next(stream).mbids) == [w.ALPHA.mbid]
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
        assert read(caught.value).code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_who_follows_hears_of_a_new_catalogue_whose_changes_are_dated_earlier() -> None:
    with served() as server:
        stream = server.catalog.ListChanges(asked(since=NOW, follow=True), timeout=10)
        next(stream)
        info = type(w.INFO)(**{name: getattr(w.INFO, name) for name in w.INFO.__struct_fields__} | {
            "build_id": "next", "built_at": NOW - 1_000
        })  # fmt: skip
        changed = {EntityRef(Kind.ARTIST, w.BETA.mbid): NOW - 1_000}
        server.live.publish(build(catalogue(info=info, changed_at=changed)))
        assert list(next(stream).mbids) == [w.BETA.mbid]
        stream.cancel()


def test_who_follows_is_told_when_the_server_stops() -> None:
    with served() as server:
        stream = server.catalog.ListChanges(asked(since=NOW, follow=True), timeout=20)
        next(stream)
        server.on_loop(server.server.stop(5))
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
        assert (read(caught.value).code, read(caught.value).reason) == (grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE")
