"""A server that starts with nothing answers what one with a dump answers, by asking a web service on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from linernotes.domain.ids import MBID
from linernotes.ports.catalog import CatalogueSnapshot
from linernotes.providers.musicbrainz.tests.service import Service
from linernotes.stores.sqlite.builds import BuildFolder
from linernotes.stores.sqlite.catalogue import open_catalogue
from tests.e2e.conftest import Home, Server
from tests.e2e.dumped import read_dump
from tests.providers.serving import Loopback, Reply, serving

NOBODY = "deadbeef-dead-4ead-8ead-deadbeefdead"
# What the web service does not tell: who was merged into whom, and which images there are.
UNTOLD = frozenset({"oldids", "oldrecordingids", "images"})


class Dump:
    """The dump that the web service knows, the same as an imported catalogue."""

    def __init__(self, catalogue: CatalogueSnapshot, service: Service, album: MBID, artist: MBID, name: str) -> None:
        self.catalogue = catalogue
        self.service = service
        self.album = album
        self.artist = artist
        self.name = name


@pytest.fixture(scope="module")
def dump(samples: list[Path], imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dump]:
    live = BuildFolder(imported).live()
    assert live is not None
    everything = read_dump(samples[0], tmp_path_factory.mktemp("work"))
    with closing(open_catalogue(live)) as catalogue:
        held = everything.catalogue(catalogue.info())
        group = max(everything.release_groups, key=lambda one: len(held.releases_of([one.mbid])[0] or ()))
        artist = group.credit[0].artist
        [found] = held.artists([artist])
        service = Service(held, releases=tuple(everything.releases))
        yield Dump(catalogue, service, group.mbid, artist, found.name)


@contextmanager
def filling(home: Home, source: Loopback, *args: object, **env: str) -> Iterator[Server]:
    named = {
        "LINERNOTES_MUSICBRAINZ__BASE_URL": source.url,
        "LINERNOTES_MUSICBRAINZ__REQUESTS_PER_SECOND": "1000",
    }
    with home.serving(*args, env={**named, **env}) as server:
        yield server


def told(value: Any) -> Any:
    """Return an answer without what the web service does not tell."""
    if isinstance(value, dict):
        return {key: told(inner) for key, inner in value.items() if key.lower() not in UNTOLD}
    return [told(inner) for inner in value] if isinstance(value, list) else value


def test_an_empty_server_answers_as_one_with_the_dump(dump: Dump, loaded: Home, home: Home) -> None:
    with serving(dump.service) as source, loaded.serving() as full, filling(home, source) as empty:
        assert empty.ask("/health/ready").status == 200
        mine, theirs = (told(server.api(f"album/{dump.album}")) for server in (empty, full))
        assert [one["id"] for one in mine.pop("artists")] == [one["id"] for one in theirs.pop("artists")]
        assert mine == theirs
        assert told(empty.api(f"artist/{dump.artist}")) == told(full.api(f"artist/{dump.artist}"))
        asked = len(source.asked)
        assert told(empty.api(f"artist/{dump.artist}")) == told(full.api(f"artist/{dump.artist}"))
        assert len(source.asked) == asked
        assert source.asked[0].headers["user-agent"].startswith("linernotes/")


def test_what_was_fetched_is_there_after_a_restart_and_without_the_source(dump: Dump, home: Home) -> None:
    with serving(dump.service) as source, filling(home, source) as server:
        before = server.api(f"artist/{dump.artist}")
        server.process.kill()
        server.process.wait()
        url = source.url
    with filling(home, Loopback(url, [])) as server:
        assert server.api(f"artist/{dump.artist}") == before
        assert server.ask(f"/api/v0.4/artist/{NOBODY}").status == 503


def test_what_the_source_does_not_know_is_404_and_asked_once(dump: Dump, home: Home) -> None:
    with serving(dump.service) as source, filling(home, source) as server:
        for _ in range(3):
            assert server.ask(f"/api/v0.4/artist/{NOBODY}").status == 404
        assert len([one for one in source.asked if NOBODY in one.path]) == 1


def test_a_name_is_searched_at_the_source(dump: Dump, home: Home) -> None:
    with serving(dump.service) as source, filling(home, source) as server:
        found = server.ask(f"/api/v0.4/search?type=artist&query={quote(dump.name)}")
        assert found.status == 200
        assert len(found.json) == 10
        assert all(one["artistname"] for one in found.json)
        [asked] = [one for one in source.asked if "query" in one.query]
        assert dump.name in asked.query["query"]


def test_several_workers_ask_for_an_artist_once(dump: Dump, home: Home) -> None:
    with serving(dump.service) as source, filling(home, source, "--workers", 2) as server:
        answers = [server.ask(f"/api/v0.4/artist/{dump.artist}") for _ in range(8)]
        assert {answer.status for answer in answers} == {200}
        assert len([one for one in source.asked if one.path.endswith(f"artist/{dump.artist}")]) == 1


def test_a_source_that_errs_is_503_and_shrinks_nothing(dump: Dump, home: Home) -> None:
    broken = False

    def respond(asked: Any) -> Reply:
        return Reply(500, b"no") if broken else dump.service(asked)

    with serving(respond) as source, filling(home, source) as server:
        before = server.api(f"artist/{dump.artist}")
        broken = True
        assert server.ask(f"/api/v0.4/artist/{dump.artist}/refresh", "POST").status == 200
        assert server.ask(f"/api/v0.4/artist/{NOBODY}").status == 503
        assert server.api(f"artist/{dump.artist}") == before


def test_without_a_contact_nobody_is_asked(home: Home) -> None:
    with home.serving() as server:
        answer = server.ask(f"/api/v0.4/artist/{NOBODY}")
        assert answer.status == 503
        assert server.ask("/health/ready").status == 503
