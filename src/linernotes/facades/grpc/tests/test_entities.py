"""Entities over a real socket."""

from __future__ import annotations

from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.tests.served import served
from tests.contracts import world as w


def test_an_artist_is_got_by_its_mbid() -> None:
    with served() as server:
        artist = server.catalog.GetArtist(pb.GetArtistRequest(mbid=w.ALPHA.mbid), timeout=5)
        assert artist.name == "Alphä"
        assert artist.provenance.source == "dump"
