"""gRPC as a client has it: beside the web server, with the same answers, keys and new catalogues."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from linernotes.facades.grpc.gen import admin_pb2, entities_pb2
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.services import ADMIN, CATALOG, Client
from tests.e2e.conftest import Home, Server, free_port, until

pytestmark = pytest.mark.slow


class Both:
    """A server over HTTP and gRPC."""

    def __init__(self, web: Server, channel: grpc.Channel, port: int) -> None:
        self.web = web
        self.port = port
        self.channel = channel
        self.catalog = Client(channel, CATALOG)
        self.admin = Client(channel, ADMIN)

    def artist(self) -> dict[str, Any]:
        """Return the first artist that REST finds."""
        found = self.web.ask("/v1/search?q=a&type=artist&limit=1").json
        return found["items"][0]


@contextlib.contextmanager
def serving(home: Home, **settings: str) -> Iterator[Both]:
    """Run a server; settings are given by the last part of their variable's name."""
    port = free_port()
    named = {"GRPC__ENABLED": "true", "GRPC__PORT": str(port), **settings}
    env = {f"LINERNOTES_{name}": value for name, value in named.items()}
    with home.serving(env=env) as web, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        grpc.channel_ready_future(channel).result(timeout=30)
        yield Both(web, channel, port)


def test_both_apis_give_the_same_answers(imported: Path) -> None:
    with serving(Home(imported)) as both:
        hit = both.artist()
        told = both.web.ask(f"/v1/artists/{hit['mbid']}").json
        artist = both.catalog.GetArtist(pb.GetArtistRequest(mbid=hit["mbid"]), timeout=10)
        assert (artist.name, artist.sort_name) == (told["name"], told["sort_name"])
        assert artist.provenance.source == told["provenance"]["source"] == "dump"
        hits = both.catalog.SearchArtists(pb.SearchArtistsRequest(query="a", limit=20), timeout=10).hits
        assert hits[0].mbid == hit["mbid"]
        mbids = [hit.mbid for hit in hits]
        answers = both.catalog.BatchGetArtists(pb.BatchGetArtistsRequest(mbids=mbids), timeout=10)
        assert [answer.found.mbid for answer in answers] == mbids


def test_two_server_processes_share_the_port(imported: Path) -> None:
    with serving(Home(imported), SERVER__WORKERS="2") as both:
        hit = both.artist()
        for _ in range(20):
            with grpc.insecure_channel(
                f"127.0.0.1:{both.port}", options=[("grpc.use_local_subchannel_pool", 1)]
            ) as one:
                assert Client(one, CATALOG).GetArtist(pb.GetArtistRequest(mbid=hit["mbid"]), timeout=10).mbid


def test_who_follows_hears_of_an_import_and_of_the_end(loaded: Home, samples: list[Path]) -> None:
    with serving(loaded, SERVER__GRACEFUL_TIMEOUT_SECONDS="20") as both:
        stream = both.catalog.ListChanges(pb.ListChangesRequest(kind=entities_pb2.KIND_ARTIST, follow=True), timeout=90)
        assert not next(stream).mbids
        loaded.load(samples[1])
        told = next(stream)
        listed = both.web.ask(f"/v1/changes?type=artist&since={told.next_since.ToJsonString()}").json
        assert told.mbids
        assert not listed["items"], "nothing is told twice"
        both.web.process.terminate()
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert both.web.process.wait(15) == 0


def test_keys_of_the_command_line_open_the_admin_service(loaded: Home) -> None:
    made = loaded.run("keys", "create", "operator", "--scope", "admin")
    assert made.returncode == 0, made.stderr
    text = next(word for word in made.stdout.split() if word.startswith("ln_"))
    with serving(loaded, ACCESS__ANONYMOUS_READ="false") as both:
        with pytest.raises(grpc.RpcError) as caught:
            both.catalog.SearchArtists(pb.SearchArtistsRequest(query="a"), timeout=10)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        stats = both.admin.Stats(admin_pb2.StatsRequest(), timeout=10, metadata=[("x-api-key", text)])
        assert stats.build.id == both.web.build()


def test_without_a_catalogue_and_a_source_it_runs_and_is_not_well(home: Home) -> None:
    with serving(home) as both:
        health = health_pb2_grpc.HealthStub(both.channel)
        status = health.Check(health_pb2.HealthCheckRequest(), timeout=10).status
        assert status == health_pb2.HealthCheckResponse.NOT_SERVING


def test_a_port_that_is_taken_is_told_in_one_line(imported: Path) -> None:
    with serving(Home(imported)) as both:
        env = {"LINERNOTES_GRPC__ENABLED": "true", "LINERNOTES_GRPC__PORT": str(both.port)}
        with pytest.raises(AssertionError, match="taken"), Home(imported).serving(env=env):
            pass


def test_it_is_off_until_somebody_switches_it_on(imported: Path) -> None:
    port = free_port()
    with Home(imported).serving(env={"LINERNOTES_GRPC__PORT": str(port)}) as web:
        until(lambda: web.ask("/version").status == 200)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as caught:
            Client(channel, CATALOG).SearchArtists(pb.SearchArtistsRequest(query="a"), timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
