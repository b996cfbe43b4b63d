"""beets with its chroma plugin: what it submits from tagged files names copies that have no tags."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.acoustids import CLIENT, FPCALC, UNLIMITED, account, await_index, copy_of, lookup, post, song_of
from tests.e2e.conftest import PATIENCE, Home, Server, environment, until

pytestmark = pytest.mark.slow
PLUGINS = Path(__file__).with_name("beetsplug")


class Beets:
    """A person's library of beets, in a folder of its own."""

    def __init__(self, folder: Path, *, server: Server, key: str = "") -> None:
        folder.mkdir()
        settings = {
            "directory": str(folder / "music"),
            "library": str(folder / "library.db"),
            "pluginpath": str(PLUGINS),
            "plugins": ["linernotes_here", "chroma"],
            "linernotes_here": {"url": server.url},
            "acoustid": {"apikey": key},
            "import": {"copy": False, "write": False, "quiet": True, "log": str(folder / "import.log")},
            # The names of a file without tags are nothing like those of the candidate, and nobody is there to say yes.
            "match": {"strong_rec_thresh": 0.9},
            "raise_on_error": True,
        }
        (folder / "config.yaml").write_text(json.dumps(settings))  # JSON is YAML
        self._env = environment({"BEETSDIR": str(folder), "HOME": str(folder), "FPCALC": FPCALC})

    def __call__(self, *words: object) -> str:
        """Run a command of beets; return all that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "beets", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=PATIENCE * 2, check=False, env=self._env,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def listed(self, form: str, *query: str) -> list[list[str]]:
        """Return these fields of what the library holds."""
        return [line.split("|") for line in self("list", "-f", form, *query).splitlines()]


def test_what_beets_submits_names_copies_without_tags(loaded: Home, music: list[Path], tmp_path: Path) -> None:
    *songs, untold = [song_of(path) for path in music[:3]]
    with loaded.serving(env=UNLIMITED) as server:
        await_index(server)
        giver = Beets(tmp_path / "giver", server=server, key=account(loaded))
        # Of the last one nobody knows the recording: it is submitted with its names.
        named = copy_of(untold, tmp_path / "named.flac", tags={"title": untold.title, "artist": untold.artist})
        giver("import", "--noautotag", "--singletons", *(song.path for song in songs), named)
        assert "submitting 3 fingerprints" in giver("-v", "submit")

        tracks = {}
        for song in songs:
            until(lambda song=song: tracks_of(server, song.recording))
            [tracks[song.recording]] = tracks_of(server, song.recording)

        taker = Beets(tmp_path / "taker", server=server)
        copies = [
            copy_of(song, tmp_path / f"{at}{suffix}")
            for at, (song, suffix) in enumerate(zip(songs, [".mp3", ".opus"], strict=True))
        ]
        said = taker("-vv", "import", "--singletons", *copies)
        found = taker.listed("$mb_trackid|$acoustid_id|$title|$artist")
        assert sorted(found) == sorted([s.recording, tracks[s.recording], s.title, s.artist] for s in songs)
        for song in songs:
            [line] = [line for line in said.splitlines() if f"matched recordings ['{song.recording}']" in line]
            assert song.release in line

        [[fingerprint]] = giver.listed("$acoustid_fingerprint", f"path:{named}")
        until(lambda: lookup(server, duration=45, fingerprint=fingerprint))
        [result] = lookup(server, duration=45, fingerprint=fingerprint, meta="recordings usermeta")
        [told] = result["recordings"]
        assert (told["title"], told["artists"]) == (untold.title, [untold.artist])


def tracks_of(server: Server, recording: str) -> list[str]:
    """Return the tracks that are linked to a recording."""
    answer = post(server, "track/list_by_mbid", {"client": CLIENT, "format": "json", "mbid": recording})
    assert answer.status == 200, answer
    return [track["id"] for track in answer.json["tracks"]]
