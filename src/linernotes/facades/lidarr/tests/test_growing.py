"""Lidarr over a library that grows: nothing is kept that is not whole, and one request does not cause hundreds."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.facts import Aspect, Fact, Wanted, search_key, wanted
from linernotes.domain.ids import EntityRef, Kind
from linernotes.domain.names import NameHit
from linernotes.facades._kit.http import Reply, Request
from linernotes.facades._kit.manifest import FacadeDeps
from linernotes.facades.lidarr import FACADE
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.facades.lidarr.tests import world as w
from linernotes.facades.lidarr.tests.world import NOW
from tests.library import FakeSource, Shelf, in_thread

SPOTIFY = "https://open.spotify.com/artist/AlphaOnSpotify"


class Growing:
    """The façade over an empty catalogue and a source."""

    def __init__(self) -> None:
        """Let the source know nothing yet."""
        self.source = FakeSource(now=lambda: NOW)
        self.shelf = Shelf(sources=[self.source], now=lambda: NOW)
        deps = FacadeDeps(
            library=self.shelf.library,
            lookups=self.shelf.lookups,
            marks=self.shelf.marks,
            offload=in_thread,
            now=lambda: NOW,
            version="1.2.3",
        )
        self.app = FACADE.build(LidarrSettings(), deps)

    def keep(self, what: Wanted, value: Any, *, partial: bool = False) -> None:
        """Have a source have said something."""
        self.shelf.overlay.keep([Fact(what, value, "fake", NOW, partial=partial)])
        self.shelf.library.look()

    def ask(self, method: str, target: str, body: bytes = b"") -> Reply:
        """Send one request."""
        path, _, query = target.partition("?")
        headers = {"content-type": "application/json"}
        return asyncio.run(self.app.handle(Request(method, path, query=query, body=body, headers=headers)))


@pytest.fixture
def server() -> Growing:
    return Growing()


def test_an_album_that_lacks_a_release_stays_a_fault_however_often_it_is_asked_for(server: Growing) -> None:
    server.keep(wanted(Kind.RELEASE_GROUP, w.FULL.mbid), w.FULL)
    server.keep(Wanted(Aspect.EDITIONS, w.FULL.mbid), (w.FIRST_EDITION.mbid, w.SECOND_EDITION.mbid))
    server.keep(wanted(Kind.RELEASE, w.FIRST_EDITION.mbid), w.FIRST_EDITION)
    for artist in (w.ALPHA, w.BETA, w.GAMMA):
        server.keep(wanted(Kind.ARTIST, artist.mbid), artist)
    server.source.fault = Unavailable("it is down")
    assert [server.ask("GET", f"/album/{w.FULL.mbid}").status for _ in range(3)] == [503, 503, 503]
    server.source.fault = None
    server.source.values[wanted(Kind.RELEASE, w.SECOND_EDITION.mbid)] = w.SECOND_EDITION
    reply = server.ask("GET", f"/album/{w.FULL.mbid}")
    assert (reply.status, len(json.loads(reply.body)["releases"])) == (200, 2)


def test_a_list_of_spotify_ids_asks_no_source_and_says_which_were_never_looked_for(server: Growing) -> None:
    server.keep(wanted(Kind.ARTIST, w.ALPHA.mbid), w.ALPHA)
    reply = server.ask("POST", "/spotify/lookup", b'["AlphaOnSpotify", "never"]')
    assert [one["musicbrainzid"] for one in json.loads(reply.body)] == [w.ALPHA.mbid, None]
    assert server.source.asked == []


def test_one_spotify_id_is_asked_for_under_one_url(server: Growing) -> None:
    server.source.values[Wanted(Aspect.URL, SPOTIFY)] = (EntityRef(Kind.ARTIST, w.ALPHA.mbid),)
    reply = server.ask("GET", "/spotify/artist/AlphaOnSpotify")
    assert (reply.status, dict(reply.headers)["location"]) == (301, f"/artist/{w.ALPHA.mbid}")
    assert server.ask("GET", "/spotify/artist/nobody").status == 404
    assert [one.key for one in server.source.asked] == [SPOTIFY, SPOTIFY.replace("AlphaOnSpotify", "nobody")]


def test_what_may_be_there_tomorrow_is_kept_by_no_cache_on_the_way(server: Growing) -> None:
    hits = (NameHit(Kind.ARTIST, w.ALPHA.mbid, "Alpha", 100),)
    server.source.values[Wanted(Aspect.SEARCH, search_key(Kind.ARTIST, "alpha"))] = hits
    server.keep(wanted(Kind.ARTIST, w.ALPHA.mbid), w.ALPHA, partial=True)
    found = server.ask("GET", "/search/artist?query=alpha")
    assert [one["id"] for one in json.loads(found.body)] == [w.ALPHA.mbid]
    nobody = server.ask("GET", f"/artist/{w.BETA.mbid}")
    assert (found.status, nobody.status) == (200, 404)
    assert all("s-maxage=0" in dict(reply.headers)["cache-control"] for reply in (found, nobody))
