"""`linernotes index add` and what `linernotes identify` then knows, told as a person would use them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from linernotes.app.config.load import load
from linernotes.app.stores import open_stores
from tests.app.acoustid_server import AcoustidDouble, serving_acoustid
from tests.conftest import Outcome, RunCommand
from tests.fingerprint.sounds import melody, write

ONE = "11111111-0000-4000-8000-000000000000"
SECONDS = 20


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tagged songs, one without tags, and something that is no sound."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "album").mkdir()
    tags = {"artist": "Alpha", "album": "Album", "date": "2001-02-03"}
    first = {"title": "One", "track": "1/2", "MUSICBRAINZ_TRACKID": ONE}
    write(folder / "album/1 one.flac", melody(SECONDS, channels=1), tags=tags | first)
    write(folder / "album/2 two.mp3", melody(SECONDS, seed=2, channels=1), tags=tags | {"title": "Two", "track": "2/2"})
    write(folder / "3 nameless.wav", melody(SECONDS, seed=3, channels=1))
    (folder / "4 broken.mp3").write_bytes(b"no sound at all")
    return folder


@pytest.fixture
def songs(library: Path, tmp_path: Path) -> Path:
    """A library of one's own, with nothing wrong in it."""
    return Path(shutil.copytree(library / "album", tmp_path / "songs"))


def added(found: Outcome) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(found.out)
    return document


def rows(found: Outcome) -> list[list[str]]:
    return [line.split("\t") for line in found.out.splitlines()]


def totals(data: Path) -> Mapping[str, int]:
    """Count what is in a data folder's state."""
    with closing(open_stores(load(flags={"data_dir": data}, env={}).settings)) as state:
        return state.counts.totals()


def test_a_library_is_handed_in_and_its_files_are_known_from_then_on(
    linernotes: RunCommand, library: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    found = linernotes("--data", data, "index", "add", library)
    assert found.code == 1
    said = "added 2 files, 0 were known, 1 file without tags that say what it is, 1 failed\n"
    assert found.out == said
    *keys, complaint = found.err.splitlines()
    assert [line.split()[0] for line in keys] == ["Keys", "application", "account"]
    assert complaint.startswith(f"error: {library}/4 broken.mp3 is not a media file. ")

    nameless, one, two = rows(linernotes("--data", data, "identify", library))
    assert one[:3] + one[4:6] == ["1.00", "Alpha", "One", ONE, "1 source · same duration · named by tags"]
    assert two[:6] == ["1.00", "Alpha", "Two", "Album (2001)", "", "same duration · named by tags"]
    assert nameless[0] == ""


def test_what_is_known_is_passed_over_until_it_changes(linernotes: RunCommand, songs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = added(linernotes("--data", data, "index", "add", "--json", songs))
    assert (first["new"], first["added"], first["imported"], first["errors"]) == (2, 2, 2, [])
    again = linernotes("--data", data, "index", "add", "--json", songs)
    assert (again.code, added(again)["known"], added(again)["new"]) == (0, 2, 0)
    write(songs / "1 one.flac", melody(SECONDS, seed=7, channels=1), tags={"title": "Another"})
    changed = added(linernotes("--data", data, "index", "add", "--json", songs))
    assert (changed["known"], changed["added"], changed["imported"]) == (1, 1, 1)
    assert rows(linernotes("--data", data, "identify", songs / "1 one.flac"))[0][2] == "Another"


def test_what_is_handed_in_twice_counts_once(linernotes: RunCommand, songs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    linernotes("--data", data, "index", "add", songs)
    before = totals(data)
    (data / "library.db").unlink()
    again = added(linernotes("--data", data, "index", "add", "--json", songs))
    assert (again["known"], again["added"], again["imported"]) == (0, 2, 2)
    assert totals(data) == before
    assert before["submission"] == 2


def test_after_an_older_copy_of_the_state_is_put_back_its_files_are_added_anew(
    linernotes: RunCommand, songs: Path, tmp_path: Path
) -> None:
    data, copy, more = tmp_path / "data", tmp_path / "copy.sqlite", tmp_path / "more"
    more.mkdir()
    second = (songs / "2 two.mp3").rename(more / "2 two.mp3")
    linernotes("--data", data, "index", "add", songs)
    assert linernotes("--data", data, "db", "backup", copy).code == 0
    linernotes("--data", data, "index", "add", more)
    for name in ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(copy, data / "state.sqlite")
    again = linernotes("--data", data, "index", "add", "--json", songs, more)
    assert (added(again)["known"], added(again)["added"], added(again)["imported"]) == (1, 1, 1)
    assert "1 file handed in before" in again.err
    assert rows(linernotes("--data", data, "identify", second))[0][2] == "Two"


def test_a_dry_run_makes_nothing(linernotes: RunCommand, songs: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    found = linernotes("--data", data, "index", "add", "--dry-run", songs)
    assert (found.code, found.out, found.err) == (0, "would add 2 files, 0 are known\n", "")
    assert not data.exists()
    linernotes("--data", data, "index", "add", songs)
    assert linernotes("--data", data, "index", "add", "--dry-run", songs).out == "would add 0 files, 2 are known\n"


def test_excerpts_are_found_where_whole_tracks_are_indexed(
    linernotes: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, folder = tmp_path / "data", tmp_path / "songs"
    folder.mkdir()
    sound = melody(150, seed=5, channels=1)
    write(folder / "long.flac", sound, tags={"title": "Long"})
    clip = write(tmp_path / "clip.mp3", sound[:, 44100 * 130 : 44100 * 145])
    refused = linernotes("--data", data, "identify", "--clip", clip)
    assert refused.code == 1
    assert "Set identification.index to full." in refused.err
    monkeypatch.setenv("LINERNOTES_IDENTIFICATION__INDEX", "full")
    linernotes("--data", data, "index", "add", folder)
    [row] = rows(linernotes("--data", data, "identify", "--clip", clip))
    assert (row[2], row[5]) == ("Long", "from 2:10.0 · named by tags")
    assert linernotes("--data", data, "identify", clip).code == 1


def test_a_run_that_is_killed_is_gone_on_with(linernotes: RunCommand, tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "songs"
    folder.mkdir()
    sound = melody(SECONDS, channels=1, rate=11025)
    for number in range(44):
        write(folder / f"{number:02}.wav", sound, rate=11025, tags={"title": f"Song {number:02}"})
    command = [sys.executable, "-m", "linernotes", "--data", data, "index", "add", "--jobs", "1", folder]
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    process = subprocess.Popen(list(map(str, command)), env=surroundings, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while process.poll() is None and not remembered(data) and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = remembered(data)
    assert 0 < before < 44

    found = added(linernotes("--data", data, "index", "add", "--json", folder))
    assert (found["known"], found["added"]) == (before, 44 - before)
    # All of them were imported, those of the first run too, and each of them once.
    counted = totals(data)
    assert (counted["submission"], counted["submission_waiting"], counted["fingerprint"]) == (44, 0, 1)
    assert added(linernotes("--data", data, "index", "add", "--json", folder))["known"] == 44


def remembered(data: Path) -> int:
    """Count the files that the memory has, from outside."""
    if not (data / "library.db").exists():
        return 0
    with closing(sqlite3.connect(data / "library.db")) as connection:
        try:
            return int(connection.execute("select count(*) from handed_in").fetchone()[0])
        except sqlite3.OperationalError:  # it is being made
            return 0


def test_where_nothing_is_indexed_that_is_said_and_nothing_made(
    linernotes: RunCommand, songs: Path, tmp_path: Path
) -> None:
    data = tmp_path / "mistyped"
    found = linernotes("--data", data, "identify", songs)
    assert (found.code, found.out, data.exists()) == (1, "", False)
    assert found.err.startswith(f"error: Nothing is indexed here yet: {data}/state.sqlite\nhint: `linernotes index add")
    open_stores(load(flags={"data_dir": data}, env={}).settings).close()
    assert linernotes("--data", data, "identify", songs).err == found.err
    assert {path.suffix for path in data.iterdir()} <= {".sqlite", ".sqlite-wal", ".sqlite-shm"}


@pytest.fixture
def server() -> Iterator[AcoustidDouble]:
    with serving_acoustid() as double:
        yield double


def test_a_library_can_be_handed_in_at_a_server(
    linernotes: RunCommand, songs: Path, tmp_path: Path, server: AcoustidDouble
) -> None:
    args = ("--data", tmp_path / "data", "index", "add", "--server", server.url, "--user", "listener", "--json")
    found = linernotes(*args, songs)
    assert (found.code, added(found)["added"], "imported" in added(found)) == (0, 2, False)
    one, two = server.submitted
    assert (one["mbid"], one["track"], one["artist"], one["trackno"]) == ([ONE], ["One"], ["Alpha"], ["1"])
    assert (one["duration"], one["fileformat"], two["year"]) == ([str(SECONDS)], ["FLAC"], ["2001"])
    assert "mbid" not in two
    assert added(linernotes(*args, songs))["known"] == 2
    assert len(server.submitted) == 2
    assert not (tmp_path / "data/state.sqlite").exists()


def test_a_server_wants_the_key_of_a_user(
    linernotes: RunCommand, songs: Path, tmp_path: Path, server: AcoustidDouble
) -> None:
    without = linernotes("--data", tmp_path, "index", "add", "--server", server.url, songs)
    assert (without.code, "--user" in without.err) == (1, True)
    wrong = linernotes("--data", tmp_path, "index", "add", "--server", server.url, "--user", "who", songs)
    assert (wrong.code, "does not know this user key" in wrong.err) == (1, True)
    assert linernotes("--data", tmp_path / "data", "index", "add", "--user", "nobody", songs).code == 1


@pytest.mark.parametrize("args", [[], ["--jobs", "0", "x"], ["--length", "-1", "x"], ["--server", "here", "x"]])
def test_wrong_usage(linernotes: RunCommand, args: list[str]) -> None:
    assert linernotes("index", "add", *args).code == 2
