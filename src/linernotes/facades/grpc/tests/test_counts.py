"""What the metrics are told."""

from __future__ import annotations

import time

from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import entities_pb2
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import FakeSource, never, served
from tests.contracts import world as w


def test_calls_are_counted_by_method_and_code() -> None:
    with served(sources=[FakeSource(never)]) as server:
        assert "grpc_calls" not in server.server.numbers()[0]
        for _ in range(2):
            server.catalog.GetArtist(pb.GetArtistRequest(mbid=w.ALPHA.mbid), timeout=5)
        refused(server.catalog.GetArtist, pb.GetArtistRequest(mbid="x"))
        refused(server.catalog.GetArtist, pb.GetArtistRequest(mbid=w.mbid("nobody")), timeout=0.2)
        list(server.catalog.BatchGetArtists(pb.BatchGetArtistsRequest(mbids=[w.ALPHA.mbid]), timeout=5))
        following = server.catalog.ListChanges(pb.ListChangesRequest(kind=entities_pb2.KIND_ARTIST, follow=True))
        next(following)
        following.cancel()
        expected = {
            ("Catalog/GetArtist", "OK"): 2,
            ("Catalog/GetArtist", "INVALID_ARGUMENT"): 1,
            ("Catalog/GetArtist", "CANCELLED"): 1,
            ("Catalog/BatchGetArtists", "OK"): 1,
            ("Catalog/ListChanges", "CANCELLED"): 1,
        }
        for _ in range(100):
            counters, gauges = server.server.numbers()
            counted = {(labels[0][1], labels[1][1]): n for labels, n in counters["grpc_calls"].items()}
            if counted == expected:
                break
            time.sleep(0.05)  # who left is noticed a little later
        assert counted == expected
        assert counters["grpc_answer_cache_hits"] == 1
        assert gauges["grpc_answer_cache_entries"] == 2
