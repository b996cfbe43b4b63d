"""What the setting of the index does: excerpts are found in one of whole tracks, and one for one process stays so."""

from __future__ import annotations

import subprocess
from uuid import UUID

import pytest

from linernotes.fingerprint.codec_fast import encode
from tests.e2e.acoustids import (
    CLIENT,
    UNLIMITED,
    account,
    await_index,
    imported_as,
    item_of,
    lookup,
    lookups,
    post,
    submit,
)
from tests.e2e.conftest import Home, environment, free_port, until
from tests.fingerprint.made_up import noisy, track

pytestmark = pytest.mark.slow

SONGS = [track(seed, 1500) for seed in range(1, 5)]
RECORDINGS = [str(UUID(int=0xE0000000_0000_4000_8000_000000000000 + number)) for number in range(len(SONGS))]
FROM, SECONDS = 900, 15
EXCERPT = noisy(SONGS[2][FROM : FROM + 121], 0.02)
CLIP = {"duration": SECONDS, "fingerprint": encode(EXCERPT), "clip": 1, "meta": "recordingids"}
FULL = {**UNLIMITED, "LINERNOTES_IDENTIFICATION__INDEX": "full"}


def test_an_index_of_whole_tracks_is_made_where_it_is_asked_for_and_finds_excerpts(home: Home) -> None:
    with home.serving(env=UNLIMITED) as server:
        await_index(server)
        items = [item_of(words, mbid=mbid) for words, mbid in zip(SONGS, RECORDINGS, strict=True)]
        tracks = imported_as(server, submit(server, account(home), items))
        until(lambda: all(lookups(server, SONGS)))
        refused = post(server, "lookup", {"client": CLIENT, **CLIP})
        assert (refused.status, refused.json["status"]) == (400, "error")
        server.stop()
    with home.serving(env=FULL) as server:
        await_index(server)
        [result] = lookup(server, **CLIP)
        assert (result["id"], result["recordings"]) == (tracks[2], [{"id": RECORDINGS[2]}])
        assert result["offset"] == pytest.approx(FROM * 0.1238, abs=0.5)
        assert [results[0]["id"] for results in lookups(server, SONGS)] == tracks
        assert lookup(server, **{**CLIP, "fingerprint": encode(track(99, 121))}) == []
        server.stop()
        assert b"made anew" in server.log.read_bytes()
    with home.serving(env=UNLIMITED) as server:
        await_index(server)
        assert post(server, "lookup", {"client": CLIENT, **CLIP}).status == 400
        assert [results[0]["id"] for results in lookups(server, SONGS)] == tracks


def test_several_processes_say_that_they_identify_no_music(home: Home) -> None:
    with home.serving("--workers", 2, env=UNLIMITED) as server:
        answer = post(server, "lookup", {"client": CLIENT, "format": "json", **item_of(SONGS[0])})
        assert (answer.status, answer.json["error"]["code"]) == (503, 13)
        assert server.ask("/health/live").status == 200
    told = home.data.with_name("said.log")
    with (
        told.open("wb") as said,
        subprocess.Popen(
            home.command("serve", "--port", free_port(), "--workers", 2), stdout=said, stderr=said, env=environment()
        ) as process,
    ):
        try:
            until(lambda: process.poll() is not None or "Music is not identified" in told.read_text())
        finally:
            process.terminate()
    assert "linernotes fpindex" in told.read_text()
