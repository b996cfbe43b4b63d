"""An empty folder, a source on loopback, and the program as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linernotes.providers.musicbrainz.tests.service import Service
from tests.conftest import RunCommand
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.providers.serving import Reply, nobody_there


@pytest.fixture
def configured(tmp_path: Path):
    """Name a source in the settings file of the folder in which the command runs."""

    def write(url: str) -> None:
        text = f"data_dir: data\nmusicbrainz:\n  base_url: {url}\n  requests_per_second: 1000\n"
        (tmp_path / "linernotes.yaml").write_text(text)

    return write


def test_what_was_asked_for_once_is_here_from_then_on(linernotes: RunCommand, configured, start):
    server = start(Service(memory(w.WORLD, Path()), releases=w.WORLD.releases))
    configured(server.url)
    artist = json.loads(linernotes("get", f"/v1/artists/{w.ALPHA.mbid}").out)
    assert (artist["mbid"], artist["name"]) == (w.ALPHA.mbid, "Alphä")
    album = json.loads(linernotes("get", f"/api/v0.4/album/{w.FULL.mbid}").out)
    assert {release["id"] for release in album["releases"]} >= {w.FULL_ON_CD.mbid}
    asked = len(server.asked)
    configured(nobody_there())
    assert json.loads(linernotes("get", f"/v1/artists/{w.ALPHA.mbid}").out) == artist
    assert json.loads(linernotes("get", f"/api/v0.4/album/{w.FULL.mbid}").out) == album
    assert len(server.asked) == asked


def test_a_lidarr_gets_an_artist_with_albums_from_nothing(linernotes: RunCommand, configured, start):
    configured(start(Service(memory(w.WORLD, Path()), releases=w.WORLD.releases)).url)
    artist = json.loads(linernotes("get", f"/api/v0.4/artist/{w.ALPHA.mbid}").out)
    assert {album["Title"] for album in artist["Albums"]} == {"Full", "Empty"}


def test_not_there_is_404_and_trouble_is_503(linernotes: RunCommand, configured, start):
    configured(start(Service(memory(w.WORLD, Path()), releases=w.WORLD.releases)).url)
    assert json.loads(linernotes("get", f"/v1/artists/{w.mbid('nobody')}").out)["status"] == 404
    configured(start(lambda _: Reply(404, b"<html>a proxy's own page</html>")).url)
    assert json.loads(linernotes("get", f"/v1/artists/{w.BETA.mbid}").out)["status"] == 503
    configured(start(Service(memory(w.WORLD, Path()), releases=w.WORLD.releases)).url)
    assert json.loads(linernotes("get", f"/v1/artists/{w.BETA.mbid}").out)["name"] == "Beta"
