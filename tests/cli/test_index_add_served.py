"""`linernotes index add` and `linernotes identify` against a server of ours, by AcoustID's protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Outcome, RunCommand
from tests.e2e.acoustids import account
from tests.e2e.conftest import Home, Server, until
from tests.fingerprint.sounds import melody, write

pytestmark = pytest.mark.slow
SONGS = {"One": "11111111-0000-4000-8000-000000000000", "Two": ""}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Server]:
    with home.serving() as server:
        yield server


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    for seed, (title, mbid) in enumerate(SONGS.items()):
        tags = {"title": title, "artist": "Alpha"} | ({"MUSICBRAINZ_TRACKID": mbid} if mbid else {})
        write(folder / f"{title}.flac", melody(20, seed=seed, channels=1), tags=tags)
    return folder


def rows(found: Outcome) -> list[list[str]]:
    return [line.split("\t") for line in found.out.splitlines()]


def test_what_is_handed_in_at_a_server_it_names_from_then_on(
    linernotes: RunCommand, home: Home, server: Server, songs: Path, tmp_path: Path
) -> None:
    key = account(home)
    args = ("--data", tmp_path / "own", "index", "add", "--server", server.url)
    added = linernotes(*args, "--user", key, songs)
    assert (added.code, added.out) == (0, "added 2 files, 0 were known\n")

    def named() -> list[list[str]]:
        return rows(linernotes("--data", tmp_path / "own", "identify", "--server", server.url, songs))

    until(lambda: all(row[0] for row in named()))
    one, two = named()
    assert one[:3] + one[4:6] == ["1.00", "Alpha", "One", SONGS["One"], "1 source · named by tags"]
    assert two[:3] + two[4:6] == ["1.00", "Alpha", "Two", "", "named by tags"]

    wrong = linernotes(*args, "--user", "nobody", songs)
    assert (wrong.code, wrong.out) == (0, "added 0 files, 2 were known\n")
    (tmp_path / "own/library.db").unlink()
    wrong = linernotes(*args, "--user", "nobody", songs)
    assert (wrong.code, "does not know this user key" in wrong.err) == (1, True)


def test_a_server_that_does_not_index_whole_tracks_refuses_excerpts(
    linernotes: RunCommand, server: Server, songs: Path
) -> None:
    found = linernotes("identify", "--clip", "--server", server.url, songs / "One.flac")
    assert (found.code, found.out) == (3, "")
    assert "The server refuses this" in found.err
