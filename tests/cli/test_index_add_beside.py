"""`linernotes index add` and `linernotes identify` on a data folder that a server has: it imports, and they wait."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Home, Server, until
from tests.fingerprint.sounds import melody, write

READY = re.compile(rb"fingerprint_index_ready\{[^}]*\} 1")
pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data")


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    with home.serving() as server:
        until(lambda: READY.search(server.ask("/metrics").body))
        yield server


def test_beside_a_server_files_are_handed_in_and_named(home: Home, server: Server, tmp_path: Path) -> None:
    song = write(tmp_path / "song.flac", melody(20, channels=1), tags={"title": "Song", "artist": "Alpha"})
    unknown = home.run("identify", song)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "Nothing is indexed here yet" in unknown.stderr

    added = home.run("index", "add", song)
    assert (added.returncode, added.stdout) == (0, "added 1 file, 0 were known\n")
    assert "a server has the index: it imports what was handed in" in added.stderr

    named = home.run("identify", song)
    assert (named.returncode, named.stdout.split("\t")[:3]) == (0, ["1.00", "Alpha", "Song"])


def test_nobody_has_to_wait_for_the_server(home: Home, server: Server, tmp_path: Path) -> None:
    song = write(tmp_path / "song.flac", melody(20, channels=1), tags={"title": "Song"})
    added = home.run("index", "add", "--no-wait", song)
    assert (added.returncode, added.stderr) == (0, "")
    until(lambda: home.run("identify", song).returncode == 0)
