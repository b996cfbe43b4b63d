"""`linernotes providers`, told as a person would use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linernotes.providers._kit.recorder import read_exchanges
from linernotes.providers.musicbrainz import MANIFEST
from tests.conftest import RunCommand
from tests.providers.serving import Reply, nobody_there, told

ARTIST = told(
    {"id": MANIFEST.sample, "name": "Nirvana", "sort-name": "Nirvana", "tags": [{"name": "rock", "count": 1}]}
)


@pytest.fixture
def configured(tmp_path: Path):
    """Write a settings file into the folder in which the command runs."""

    def write(**settings: object) -> None:
        text = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in settings.items())
        (tmp_path / "linernotes.yaml").write_text("musicbrainz:\n" + text)

    return write


def test_a_source_is_off_until_it_may_say_who_asks(linernotes: RunCommand, configured):
    outcome = linernotes("providers", "list")
    name, on, rate, offers, *_, why = outcome.out.rstrip("\n").split("\t")
    assert (outcome.code, name, on, rate) == (0, "musicbrainz", "off", "1")
    assert "musicbrainz.contact" in why
    assert set(offers.split(",")) == {aspect.value for aspect in MANIFEST.offers}
    configured(contact="me@example.org")
    [line] = json.loads(linernotes("providers", "list", "--json").out)["providers"]
    assert (line["on"], line["off"], line["requests_per_second"]) == (True, "", 1.0)


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ({"contact": "me@example.org"}, True),
        ({"contact": "me@example.org", "enabled": False}, False),
        ({"contact": "  "}, False),
        ({"base_url": "https://mirror.example"}, True),
        ({"base_url": "http://MusicBrainz.org./"}, False),
        ({"base_url": "https://beta.musicbrainz.org"}, False),
    ],
)
def test_a_mirror_needs_no_contact_but_the_public_service_does(linernotes: RunCommand, configured, settings, on):
    configured(**settings)
    [line] = json.loads(linernotes("providers", "list", "--json").out)["providers"]
    assert line["on"] is on


def test_a_test_says_what_came(linernotes: RunCommand, configured, start, tmp_path):
    server = start(lambda _: ARTIST)
    configured(base_url=server.url)
    outcome = linernotes("providers", "test", "musicbrainz", "--record", tmp_path / "kept")
    assert outcome.code == 0
    assert outcome.out.startswith("ok      musicbrainz: told in ")
    assert "of Nirvana: 0 aliases, 1 tags, 0 links" in outcome.out
    [target] = read_exchanges(tmp_path / "kept" / "musicbrainz")
    assert target.startswith(f"/ws/2/artist/{MANIFEST.sample}?")
    assert server.asked[0].headers["user-agent"].startswith("linernotes/")


def test_a_test_says_what_is_wrong_and_what_to_do(linernotes: RunCommand, configured, start):
    configured(base_url=nobody_there())
    outcome = linernotes("providers", "test")
    assert outcome.code == 1
    assert outcome.out.startswith("FAILED  musicbrainz: cannot be reached")
    assert "→ Look at base_url" in outcome.out
    configured(base_url=start(lambda _: Reply(404, b"<html>")).url)
    assert "not the service" in linernotes("providers", "test").out
    configured(base_url=start(lambda _: told({"error": "Not Found"}, 404)).url)
    [trial] = json.loads(linernotes("providers", "test", "--json").out)["providers"]
    assert (trial["ok"], "must know" in trial["message"]) == (False, True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://[::1", "base_url is no address"),
        ("http://:5000", "base_url names no host"),
        ("http://127.0.0.1:99999", "port must be 0-65535"),
    ],
)
def test_an_address_that_cannot_be_is_said_to_be_wrong(linernotes: RunCommand, configured, url, says):
    configured(base_url=url)
    outcome = linernotes("providers", "test")
    assert outcome.code == 1
    assert says in outcome.out


def test_a_source_that_is_off_fails_only_when_it_is_named(linernotes: RunCommand):
    assert linernotes("providers", "test").code == 0
    outcome = linernotes("providers", "test", "musicbrainz")
    assert outcome.code == 1
    assert "off" in outcome.out


def test_an_unknown_source_is_wrong_usage(linernotes: RunCommand):
    outcome = linernotes("providers", "test", "discogs")
    assert outcome.code == 2
    assert "there is musicbrainz" in outcome.err


def test_contact_cannot_smuggle_a_header_in(linernotes: RunCommand, configured):
    configured(contact="me\r\nX: y")
    assert linernotes("providers", "list").code == 1
