"""Whole answers, byte for byte. With REWRITE_GOLDEN=1 they are written anew: read what changed before you keep it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from linernotes.facades.lidarr.tests import world as w
from linernotes.facades.lidarr.tests.world import Server

GOLDEN = Path(__file__).parent / "golden"

READ = {
    "the server says what it is": "/",
    "an artist with everything": f"/artist/{w.ALPHA.mbid}",
    "an artist with nothing but a name": f"/artist/{w.GAMMA.mbid}",
    "various artists list no albums": f"/artist/{w.VARIOUS.mbid}",
    "an artist's live albums only": f"/artist/{w.ALPHA.mbid}?primTypes=Album%7CEP&secTypes=Live",
    "an album with everything": f"/album/{w.FULL.mbid}",
    "a sampler names all its artists": f"/album/{w.SAMPLER.mbid}",
    "releases without status are not shown": f"/album/{w.WITHOUT_STATUS.mbid}",
    "an album without releases": f"/album/{w.WITHOUT_RELEASES.mbid}",
    "a series in its order": f"/series/{w.SERIES.mbid}",
    "a series that nobody knows": f"/series/{w.mbid('0', 0)}",
    "artists that changed": "/recent/artist",
    "nothing changed": "/recent/album?since=1795219200",
    "a search for artists and albums": "/search?type=all&query=beta",
    "a search for artists": "/search/artist?query=beta&limit=1",
    "a search for albums with tracks": "/search?type=album&query=sampler&artist=various&includeTracks=1",
    "a search for albums without tracks": "/search?type=album&query=sampler",
    "what changed with the last import": "/invalidate",
}
REFUSED = {
    "an MBID that is none": (400, "GET", "/artist/notauuid"),
    "an artist that nobody knows": (404, "GET", f"/artist/{w.FULL.mbid}"),
    "an album that nobody knows": (404, "GET", f"/album/{w.FIRST_EDITION.mbid}"),
    "a path that leads nowhere": (404, "GET", "/nothing"),
    "a chart that nobody knows": (404, "GET", "/chart/NoSuch/album/top"),
    "a chart without a source": (503, "GET", "/chart/billboard/album/top"),
    "a Spotify id that nobody linked": (404, "GET", "/spotify/artist/nobody"),
    "a wrong method": (405, "DELETE", f"/album/{w.FULL.mbid}"),
    "a search for nothing": (400, "GET", "/search?type=all&query=%20%09%00"),
    "a search for the wrong kind": (400, "GET", "/search?type=foo&query=x"),
    "a bad since": (400, "GET", "/recent/artist?since=abc"),
}


def compare(name: str, body: bytes) -> None:
    file = GOLDEN / f"{name}.json"
    if os.environ.get("REWRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()


@pytest.mark.parametrize("name", READ)
def test_an_answer_is_the_same_byte_for_byte(name: str) -> None:
    reply = Server().get(READ[name])
    assert (reply.status, reply.content_type) == (200, "application/json")
    compare(name, reply.body)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_json_object_with_an_error(name: str) -> None:
    status, method, target = REFUSED[name]
    reply = Server().ask(method, target)
    assert (reply.status, reply.content_type) == (status, "application/json")
    assert list(json.loads(reply.body)) == ["error"]
    compare(name, reply.body)


def test_recordings_of_a_folder_find_their_albums() -> None:
    body = json.dumps([w.FIRST_EDITION.media[0].tracks[0].recording, w.mbid("e", 2)]).encode()
    compare("recordings of a folder find their albums", Server().post("/search/fingerprint", body).body)


def test_spotify_ids_are_looked_up_together() -> None:
    ids = ["AlphaOnSpotify", "nobody", "ReleaseOnSpotify", "GroupOnSpotify", "nobody"]
    compare("Spotify ids are looked up together", Server().post("/spotify/lookup", json.dumps(ids).encode()).body)


def test_every_golden_file_is_an_answer_of_a_test() -> None:
    posted = {"recordings of a folder find their albums", "Spotify ids are looked up together"}
    assert {file.stem for file in GOLDEN.iterdir()} == {*READ, *REFUSED, *posted}


@pytest.mark.parametrize("file", sorted(GOLDEN.iterdir()), ids=lambda file: file.stem)
def test_json_is_compact_sorted_and_ascii(file: Path) -> None:
    body = file.read_text("ascii")
    assert json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")) == body
