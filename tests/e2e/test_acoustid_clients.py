"""What Picard, Lidarr and MusicBrainz's website send, byte by byte, and what they need of the answers."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from linernotes.fingerprint.codec_fast import encode
from tests.e2e.acoustids import (
    FORM,
    UNLIMITED,
    Song,
    account,
    await_index,
    imported_as,
    item_of,
    lookups,
    seconds_of,
    song_of,
    submit,
)
from tests.e2e.conftest import Home, Server, until
from tests.fingerprint.made_up import noisy, track

pytestmark = pytest.mark.slow

PICARD = {"content_type": FORM, "user_agent": "MusicBrainz-Picard/3.0.0b9 (Linux-6.12;CPython-3.13)"}
LIDARR = {"content_type": FORM, "content_encoding": "gzip", "user_agent": "Lidarr/2.13 (ubuntu 24.04)"}
WORDS = [track(seed, 940) for seed in range(3)]


class World(msgspec.Struct, frozen=True):
    """A server that knows songs: by what sound, in which track, of which recording."""

    server: Server
    key: str
    songs: list[Song]
    tracks: list[str]


@pytest.fixture(scope="module")
def world(imported: Path, music: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("clients") / "data"
    shutil.copytree(imported, data)
    home = Home(data)
    songs = [song_of(path) for path in music[: len(WORDS)]]
    with home.serving(env=UNLIMITED) as server:
        await_index(server)
        key = account(home)
        items = [item_of(words, mbid=song.recording) for words, song in zip(WORDS, songs, strict=True)]
        tracks = imported_as(server, submit(server, key, items))
        until(lambda: all(lookups(server, WORDS)))  # the index learns of an import right after it
        yield World(server, key, songs, tracks)


def test_picard_gets_albums_with_their_tracks(world: World) -> None:
    meta = "recordings%20releasegroups%20releases%20tracks%20compress%20sources"
    heard = noisy(WORDS[0], 0.02)
    body = (
        f"client=v8pQ6oyB&clientversion=3.0.0.beta9&duration={seconds_of(heard)}"
        f"&fingerprint={encode(heard)}&format=json&meta={meta}"
    )
    answer = world.server.ask("/v2/lookup", "POST", body.encode(), **PICARD)
    assert (answer.status, answer.json["status"]) == (200, "ok")
    result = answer.json["results"][0]
    assert result["id"] == world.tracks[0]
    assert 0.5 < result["score"] <= 1
    song = world.songs[0]
    [recording] = result["recordings"]
    assert (recording["id"], recording["title"], recording["sources"]) == (song.recording, song.title, 1)
    assert recording["duration"] > 0
    credit = "".join(one["name"] + one.get("joinphrase", "") for one in recording["artists"])
    assert credit == song.artist
    assert all(one["id"] for one in recording["artists"])
    releases = [release for group in recording["releasegroups"] for release in group["releases"]]
    assert song.release in [release["id"] for release in releases]
    for group in recording["releasegroups"]:
        assert group["id"]
        assert group["title"]
    for release in releases:
        assert release["medium_count"] >= 1
        [medium] = release["mediums"]
        assert medium["track_count"] >= medium["tracks"][0]["position"] >= 1


def test_picard_submits_names_where_it_knows_no_recording_and_a_recording_where_it_does(world: World) -> None:
    known, unknown = track(11, 940), track(12, 940)
    named = {
        "track": "A & B",
        "artist": "Ä B",
        "album": "100%",
        "albumartist": "Ä",
        "trackno": 3,
        "discno": 1,
        "year": 1999,
    }
    said = "&".join(f"{name}.1={quote(str(value), safe='')}" for name, value in named.items())
    body = (
        f"client=v8pQ6oyB&clientversion=3.0.0.beta9&duration.0={seconds_of(known)}&duration.1={seconds_of(unknown)}"
        f"&fingerprint.0={encode(known)}&fingerprint.1={encode(unknown)}&format=json"
        f"&mbid.0={world.songs[0].recording}&{said}&user={world.key}"
    )
    answer = world.server.ask("/v2/submit", "POST", body.encode(), **PICARD)
    assert (answer.status, answer.json["status"]) == (200, "ok")
    first, second = answer.json["submissions"]
    assert (first["index"], second["index"]) == ("0", "1")
    tracks = imported_as(world.server, [first["id"], second["id"]])
    until(lambda: all(lookups(world.server, [known, unknown])))
    asked = f"/v2/lookup?client=v8pQ6oyB&meta=recordings+usermeta&duration={seconds_of(unknown)}"
    [result] = world.server.ask(f"{asked}&fingerprint={encode(unknown)}").json["results"]
    assert result["id"] == tracks[1]
    assert result["recordings"] == [{"title": "A & B", "artists": ["Ä B"]}]


def test_picard_is_told_what_is_wrong_by_status_and_message(world: World) -> None:
    body = f"client=v8pQ6oyB&duration.0=120&fingerprint.0={encode(WORDS[0])}&format=json&user=nobody"
    answer = world.server.ask("/v2/submit", "POST", body.encode(), **PICARD)
    assert (answer.status, answer.json["status"], answer.json["error"]["code"]) == (400, "error", 6)
    assert answer.json["error"]["message"]


def test_lidarr_asks_for_an_album_at_once_and_finds_each_file_by_its_place(world: World) -> None:
    stranger = track(99, 940)
    files = [noisy(WORDS[2], 0.02), stranger, noisy(WORDS[1], 0.02), *[stranger] * 8, noisy(WORDS[0], 0.02)]
    sent = [
        f"duration.{place:d}={seconds_of(words)}&fingerprint.{place:d}={encode(words)}"
        for place, words in enumerate(files)
    ]
    body = "client=QANd68ji1L&format=json&meta=recordingids&batch=1&" + "&".join(sent)
    answer = world.server.ask("/v2/lookup", "POST", gzip.compress(body.encode()), **LIDARR)
    assert (answer.status, answer.json["status"]) == (200, "ok")
    found: list[list[str]] = [[] for _ in files]
    for one in answer.json["fingerprints"]:
        assert type(one["index"]) is int
        found[one["index"]] = [
            recording["id"] for result in _right(one["results"]) for recording in result["recordings"]
        ]
    named = {0: 2, 2: 1, 11: 0}
    assert found == [[world.songs[named[place]].recording] if place in named else [] for place in range(len(files))]


def _right(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results in their order, of which the best must be the first."""
    scores = [result["score"] for result in results]
    assert scores == sorted(scores, reverse=True)
    return results


def test_the_website_asks_for_the_tracks_of_recordings_from_another_site(world: World) -> None:
    recordings = [world.songs[1].recording, "00000000-0000-4000-8000-000000000000", world.songs[2].recording]
    mbids = "&".join(f"mbid={recording}" for recording in recordings)
    answer = world.server.ask(
        f"/v2/track/list_by_mbid?format=json&disabled=1&batch=1&{mbids}", Origin="https://musicbrainz.org"
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    told = {one["mbid"]: [(each["id"], each.get("disabled")) for each in one["tracks"]] for one in answer.json["mbids"]}
    assert told == {
        recordings[0]: [(world.tracks[1], None)],
        recordings[1]: [],
        recordings[2]: [(world.tracks[2], None)],
    }
