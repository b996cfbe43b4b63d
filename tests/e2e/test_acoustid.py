"""pyacoustid, as its users have it: its fingerprints are submitted, imported, and found again from other copies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import acoustid
import pytest

from tests.e2e.acoustids import CLIENT, FPCALC, Song, account, await_index, copy_of, song_of
from tests.e2e.conftest import Home, Server, until

pytestmark = pytest.mark.slow
COPIES = [("128k.mp3", 0.0), ("small.opus", 0.0), ("trimmed.flac", 2.0), ("trimmed.mp3", 2.0)]
"""Other copies, one of each song, and how many seconds of the beginning they lack."""


@pytest.fixture(scope="module")
def songs(music: list[Path]) -> list[Song]:
    return [song_of(path) for path in music]


@pytest.fixture(scope="module")
def home(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    data = tmp_path_factory.mktemp("acoustid") / "data"
    shutil.copytree(imported, data)
    return Home(data)


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Server]:
    with home.serving() as server:
        await_index(server)
        yield server


@pytest.fixture
def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pyacoustid, with this server in the place of acoustid.org and our fpcalc."""
    monkeypatch.setenv("FPCALC", FPCALC)
    before = acoustid.API_BASE_URL
    acoustid.set_base_url(f"{server.url}/v2/")
    yield
    acoustid.set_base_url(before)


def test_what_pyacoustid_submits_it_finds_again_from_other_copies(
    client: None, home: Home, songs: list[Song], tmp_path: Path
) -> None:
    said = []
    for song in songs:
        seconds, fingerprint = acoustid.fingerprint_file(str(song.path), force_fpcalc=True)
        said.append({"duration": seconds, "fingerprint": fingerprint, "mbid": song.recording, "fileformat": "FLAC"})
    answer = acoustid.submit(CLIENT, account(home), said)
    ids = [one["id"] for one in answer["submissions"]]
    assert len(set(ids)) == len(songs)

    def told() -> list[dict[str, object]]:
        heard = acoustid.get_submission_status(CLIENT, ids)
        assert heard["status"] == "ok"
        return list(heard["submissions"])

    until(lambda: {one["status"] for one in told()} == {"imported"})
    assert len({one["result"]["id"] for one in told()}) == len(songs)

    kept = [
        copy_of(song, tmp_path / name, without_seconds=cut) for song, (name, cut) in zip(songs, COPIES, strict=True)
    ]
    for song, copy in zip(songs, kept, strict=True):
        found = list(acoustid.match(CLIENT, str(copy), force_fpcalc=True))
        score, recording, title, artist = found[0]
        assert (recording, title, artist) == (song.recording, song.title, song.artist), copy
        assert 0.5 < score <= 1
