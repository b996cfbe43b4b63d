"""Looking after a server."""

from __future__ import annotations

import grpc
import pytest

from linernotes.domain.jobs import JobState
from linernotes.facades.grpc.gen import admin_pb2 as pb
from linernotes.facades.grpc.gen import catalog_pb2, entities_pb2
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import NOW, FakeSource, Served, never, served
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w


def asked(kind: int, mbid: str) -> pb.RefreshRequest:
    """Return a request to fetch something anew."""
    return pb.RefreshRequest(entity=entities_pb2.EntityRef(kind=kind, mbid=mbid))


def test_a_refresh_is_queued_once() -> None:
    with served(sources=[FakeSource(never)]) as server:
        request = asked(entities_pb2.KIND_ARTIST, w.ALPHA.mbid)
        assert [server.admin.Refresh(request, timeout=5).queued for _ in range(2)] == [2, 0]
        waiting = {job.key for job in server.queue.jobs(JobState.WAITING)}
    assert waiting == {f"artist/{w.ALPHA.mbid}", f"discography/{w.ALPHA.mbid}"}


def test_without_a_source_nothing_is_queued(server: Served) -> None:
    assert server.admin.Refresh(asked(entities_pb2.KIND_LABEL, w.LABEL.mbid), timeout=5).queued == 0


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (asked(entities_pb2.KIND_UNSPECIFIED, w.ALPHA.mbid), "entity.kind"),
        (asked(99, w.ALPHA.mbid), "entity.kind"),
        (asked(entities_pb2.KIND_ARTIST, "x"), "entity.mbid"),
        (pb.RefreshRequest(), "entity.kind"),
    ],
)
def test_a_refresh_of_nothing_names_the_field(server: Served, request_: pb.RefreshRequest, field: str) -> None:
    answer = refused(server.admin.Refresh, request_)
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, [field])


def test_stats_tell_of_the_build_the_sources_and_the_answers() -> None:
    with served(sources=[FakeSource(never)]) as server:
        for _ in range(2):
            server.catalog.GetArtist(catalog_pb2.GetArtistRequest(mbid=w.ALPHA.mbid), timeout=5)
        stats = server.admin.Stats(pb.StatsRequest(), timeout=5)
    assert (stats.version, stats.started_at.ToMilliseconds()) == ("1.2.3", NOW)
    assert (stats.build.id, stats.build.built_at.ToMilliseconds()) == ("world", 2_000)
    assert list(stats.build.layers) == ["core", "derived", "cover-art"]
    assert [source.name for source in stats.sources] == ["fake"]
    assert (stats.answers.hits, stats.answers.misses, stats.answers.entries) == (1, 1, 1)


def test_stats_are_told_without_a_build() -> None:
    with served(live=MemoryLiveBuild()) as server:
        assert not server.admin.Stats(pb.StatsRequest(), timeout=5).HasField("build")
