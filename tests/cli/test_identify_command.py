"""`linernotes identify`, told as a person would use it, against a server of AcoustID's protocol."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from linernotes.cli import cli
from linernotes.fingerprint.extract import extract
from tests.app.acoustid_server import AcoustidDouble, Heard, serving_acoustid
from tests.conftest import Outcome, RunCommand
from tests.fingerprint.sounds import melody, write

ALPHA = [{"id": "a1", "name": "Alpha", "joinphrase": " feat. "}, {"id": "a2", "name": "Beta"}]
ONE = {"id": "11111111-0000-4000-8000-000000000000", "title": "One", "duration": 21.9, "sources": 5, "artists": ALPHA}
RELEASES = [
    {"id": "r2", "title": "Later", "date": {"year": 2003}},
    {"id": "r1", "title": "First", "date": {"year": 2001, "month": 2, "day": 3}},
    {"id": "r0", "title": "Undated"},
]
LIVE = {"id": "22222222-0000-4000-8000-000000000000", "title": "One (live)", "sources": 7, "artists": ALPHA[1:]}
RARE = {"id": "33333333-0000-4000-8000-000000000000", "title": "One (demo)", "sources": 1}


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two songs and something that is no sound."""
    folder = tmp_path_factory.mktemp("music")
    write(folder / "1 one.flac", melody(20.5, channels=1))
    write(folder / "2 two.wav", melody(20.5, seed=2, channels=1))
    (folder / "3 broken.mp3").write_bytes(b"no sound at all")
    return folder


@pytest.fixture
def server(music: Path) -> Iterator[AcoustidDouble]:
    """A server that knows the first song: two recordings of it, and a third from a track that is a little different."""
    with serving_acoustid() as double:
        words = extract(music / "1 one.flac").words
        double.heard.append(Heard(words, 21, "track-1", [ONE | {"releases": RELEASES}, LIVE]))
        other = words.copy()
        other[::2] ^= 0b1111
        double.heard.append(Heard(other, 21, "track-2", [RARE]))
        yield double


def rows(found: Outcome) -> list[list[str]]:
    return [line.split("\t") for line in found.out.splitlines()]


def test_a_file_is_named_with_its_best_recordings_and_why(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    path = music / "1 one.flac"
    found = linernotes("identify", "--server", server.url, path)
    assert (found.code, found.err) == (0, "")
    best, second, third = rows(found)
    # Of one track's recordings the one that more submissions name stands first.
    assert best == ["1.00", "Beta", "One (live)", "", LIVE["id"], "7 sources", str(path)]
    assert second[:4] == ["1.00", "Alpha feat. Beta", "One", "First (2001)"]
    assert second[5] == "5 sources · duration differs by 2 s"
    assert (third[2], third[5]) == ("One (demo)", "1 source")
    assert 0.5 < float(third[0]) < 1


def test_limit_and_threshold_leave_out_what_is_further_down(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    path = music / "1 one.flac"
    one = linernotes("identify", "--server", server.url, "--limit", 1, path)
    assert [row[2] for row in rows(one)] == ["One (live)"]
    sure = linernotes("identify", "--server", server.url, "--threshold", 0.99, path)
    assert [row[2] for row in rows(sure)] == ["One (live)", "One"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_a_folder_each_file_is_told_and_what_fails_stops_nobody(
    linernotes: RunCommand, music: Path, server: AcoustidDouble, jobs: int
) -> None:
    found = linernotes("identify", "--server", server.url, "--limit", 1, "--jobs", jobs, music)
    assert found.code == 1
    named, unknown = rows(found)
    assert named[2] == "One (live)"
    assert unknown == ["", "", "", "", "", "nothing sounds like it", str(music / "2 two.wav")]
    complaint, summary = found.err.splitlines()
    assert complaint.startswith(f"error: {music}/3 broken.mp3 is not a media file. ")
    assert summary == "1 of 3 named, 1 could not be read"
    # All files were asked for in one request; what is unknown is not asked for again.
    assert [sorted(form)[2:] for _, form, _ in server.asked] == [
        ["clientversion", "duration.0", "duration.1", "fingerprint.0", "fingerprint.1", "format", "meta"]
    ]


def test_json_is_an_object_for_each_file(linernotes: RunCommand, music: Path, server: AcoustidDouble) -> None:
    found = linernotes("identify", "--json", "--server", server.url, "--limit", 2, music)
    named, unknown, broken = map(json.loads, found.out.splitlines())
    assert (found.code, named["path"], named["duration"]) == (1, str(music / "1 one.flac"), 20.5)
    live, one = named["recordings"]
    assert one == {
        "score": 1.0,
        "acoustid": "track-1",
        "mbid": ONE["id"],
        "title": "One",
        "artist": "Alpha feat. Beta",
        "release": {"mbid": "r1", "title": "First", "date": "2001-02-03"},
        "sources": 5,
        "length": 21.9,
        "offset": None,
        "by_tags": False,
        "why": "5 sources · duration differs by 2 s",
    }
    assert (live["release"], live["why"]) == (None, "7 sources")
    assert unknown["why"] == "nothing sounds like it"
    assert (unknown["recordings"], set(broken)) == ([], {"path", "error", "hint"})


def test_when_no_file_can_be_read_the_exit_code_says_so(
    linernotes: RunCommand, music: Path, server: AcoustidDouble, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert linernotes("identify", "--server", server.url, music / "3 broken.mp3").code == 3
    found = linernotes("identify", "--server", server.url, tmp_path / "empty", tmp_path / "absent.mp3")
    assert (found.code, found.err.splitlines()[1]) == (3, f"error: There is no file {tmp_path}/absent.mp3.")
    assert server.asked == []


def test_a_recording_without_a_name_is_asked_for_again(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    bare = [{"id": ONE["id"], "sources": 5}]
    server.heard[:] = [msgspec.structs.replace(server.heard[0], names=bare, alone=[ONE])]
    [row] = rows(linernotes("identify", "--server", server.url, music / "1 one.flac"))
    assert row[1:5] == ["Alpha feat. Beta", "One", "", ONE["id"]]
    assert [form.get("trackid") for _, form, _ in server.asked] == [None, ["track-1"]]


def test_a_recording_that_nobody_can_name_is_a_result_nevertheless(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    server.heard[:] = [msgspec.structs.replace(server.heard[0], names=[{"id": ONE["id"]}])]
    found = linernotes("identify", "--server", server.url, music / "1 one.flac")
    assert (found.code, rows(found)[0][2:6]) == (0, ["", "", ONE["id"], "its name is not known"])


def test_what_only_tags_say_is_taken_too(linernotes: RunCommand, music: Path, server: AcoustidDouble) -> None:
    said = {
        "title": "Homemade",
        "artists": ["Somebody", "Else"],
        "releases": [{"title": "Tape", "releaseevents": [{}]}],
    }
    server.heard[:] = [msgspec.structs.replace(server.heard[0], names=[], alone=[said])]
    found = linernotes("identify", "--server", server.url, music / "1 one.flac")
    assert (found.code, rows(found)[0][1:6]) == (0, ["Somebody, Else", "Homemade", "Tape", "", "named by tags"])


def test_a_clip_tells_where_it_is_from(linernotes: RunCommand, music: Path, server: AcoustidDouble) -> None:
    results = {"results": [{"id": "track-1", "score": 0.93, "offset": 83.4, "recordings": [ONE]}], "index": 0}
    server.first.append((200, {"status": "ok", "fingerprints": [results]}, {}))
    [row] = rows(linernotes("identify", "--clip", "--server", server.url, music / "1 one.flac"))
    assert (row[0], row[5]) == ("0.93", "5 sources · from 1:23.4")
    assert server.asked[0][1]["clip"] == ["1"]


def test_a_refused_request_is_made_file_by_file(linernotes: RunCommand, music: Path, server: AcoustidDouble) -> None:
    server.most = 1
    found = linernotes("identify", "--server", server.url, "--limit", 1, music / "1 one.flac", music / "2 two.wav")
    assert [row[2] for row in rows(found)] == ["One (live)", ""]
    server.most = 0
    found = linernotes("identify", "--server", server.url, music / "1 one.flac")
    assert (found.code, found.out) == (3, "")
    assert "The server refuses this: request too large." in found.err


def test_a_key_that_the_server_does_not_know_ends_it(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    found = linernotes("identify", "--server", server.url, "--client", "wrong", music)
    assert (found.code, found.out) == (1, "")
    assert "does not know this client key" in found.err
    assert "--client" in found.err


def test_what_a_server_says_cannot_steer_a_terminal_or_make_lines(
    linernotes: RunCommand, music: Path, server: AcoustidDouble
) -> None:
    evil = ONE | {"title": "a\x1b[2J\tb\nc", "releases": []}
    server.heard[:] = [msgspec.structs.replace(server.heard[0], names=[evil])]
    [row] = rows(linernotes("identify", "--server", server.url, music / "1 one.flac"))
    assert row[2] == "a [2J b c"


@pytest.mark.parametrize("command", ["identify", "index add"])
def test_files_that_may_not_be_read_are_no_wrong_usage(command: str) -> None:
    found: Any = cli
    for name in command.split():
        found = found.get_command(click.Context(found), name)
    [paths] = [one for one in found.params if one.name == "paths"]
    assert not paths.type.readable


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_stops_no_other(
    linernotes: RunCommand, music: Path, server: AcoustidDouble, tmp_path: Path
) -> None:
    for name in ("closed.mp3", "closed"):
        path = tmp_path / name
        path.mkdir() if name == "closed" else path.touch()
        path.chmod(0)
    found = linernotes("identify", "--server", server.url, tmp_path / "closed.mp3", tmp_path / "closed", music)
    (tmp_path / "closed").chmod(0o700)
    assert (found.code, len(rows(found))) == (1, 4)
    assert sum(str(tmp_path) in line for line in found.err.splitlines()) == 2


def test_names_of_files_and_what_is_wrong_with_them_cannot_steer_a_terminal(
    linernotes: RunCommand, server: AcoustidDouble, tmp_path: Path
) -> None:
    path = tmp_path / "a\x1b[2J\x9b\x7f\r.mp3"
    path.write_bytes(b"no sound")
    escaped = "a\\x1b[2J\\x9b\\x7f\\r.mp3"
    found = linernotes("identify", "--server", server.url, path)
    assert found.err.startswith(f"error: {tmp_path}/{escaped} is not a media file.")
    found = linernotes("identify", "--server", server.url, "--json", path)
    assert json.loads(found.out)["path"] == str(path)
    assert found.out[:-1].isprintable()
    added = linernotes("--data", tmp_path / "data", "index", "add", path)
    assert escaped in added.err
    assert "\x1b" not in added.err


@pytest.mark.parametrize(
    "args", [[], ["--server", "acoustid.org", "x"], ["--threshold", "2", "x"], ["--limit", "0", "x"]]
)
def test_wrong_usage(linernotes: RunCommand, args: list[str]) -> None:
    assert linernotes("identify", *args).code == 2
