"""From a sample to answers: import, serve, ask, import again while clients keep asking, see what is new."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Home, Server, environment, until

pytestmark = pytest.mark.slow
LIDARR = {"user-agent": "Lidarr/2.13.3.4711 (alpine 3.22)", "accept-encoding": "identity"}


class Client(threading.Thread):
    """Asks for artists, albums and names, one after the other, until told to stop."""

    def __init__(self, server: Server, paths: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.answers = 0
        self.troubles: list[str] = []
        self._server = server
        self._paths = paths
        self._pick = random.Random(seed)
        self._stopping = threading.Event()

    def run(self) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=20)) as connection:
            self._ask(connection)

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        while not self._stopping.is_set():
            path = self._pick.choice(self._paths)
            try:
                connection.request("GET", path, headers=LIDARR)
                response = connection.getresponse()
                body = response.read()
            except OSError as exc:
                self.troubles.append(f"{path}: {exc!r}")
                return
            self.answers += 1
            if response.status != 200:
                self.troubles.append(f"{path}: {response.status} {body[:200]!r}")

    def stop(self) -> None:
        self._stopping.set()
        self.join(30)


def paths_of(server: Server) -> list[str]:
    """Return addresses of artists, their albums and searches for them that exist in both states of the sample."""
    found: list[dict[str, Any]] = [hit["artist"] for hit in server.api("search?type=all&query=the") if hit["artist"]]
    found += [hit["artist"] for hit in server.api("search?type=all&query=a&limit=50") if hit["artist"]]
    assert len(found) >= 10
    paths = [f"/api/v0.4/artist/{artist['id']}" for artist in found]
    paths += [f"/api/v0.4/album/{album['Id']}" for path in paths[:20] for album in server.api(path[10:])["Albums"]]
    return [*paths, *(f"/api/v0.4/search?type=all&query=x{number}" for number in range(20)), "/api/v0.4/recent/artist"]


def test_a_second_import_is_taken_over_without_a_failed_request(loaded: Home, samples: list[Path]) -> None:
    with loaded.serving() as server:
        paths = paths_of(server)
        before = server.api("recent/artist?since=1")
        assert (before["Count"], before["Items"]) == (0, [])
        clients = [Client(server, paths, seed) for seed in range(3)]
        for client in clients:
            client.start()
        second = loaded.load(samples[1])
        until(lambda: server.build() == second)
        asked = [client.answers for client in clients]
        until(lambda: all(client.answers > had + 20 for client, had in zip(clients, asked, strict=True)))
        for client in clients:
            client.stop()
        assert [trouble for client in clients for trouble in client.troubles] == []
        changes = json.loads((samples[1] / "changes.json").read_text())
        check_what_is_new(server, changes)
        check_merged(server, changes["artists"]["merged"])
        assert server.stop()[0] == 0


def check_what_is_new(server: Server, changes: dict[str, Any]) -> None:
    """The change feeds name what the edits touched, and little else.

    An artist further down in a credit may be among them, and albums of which only an artist's name is different.
    """
    artists, groups = changes["artists"], changes["release_groups"]
    into = {kind: {one["into"] for one in changes[kind]["merged"]} for kind in ("artists", "release_groups")}
    gone = {kind: {one["from"] for one in changes[kind]["merged"]} for kind in ("artists", "release_groups")}
    expected = {*artists["renamed"], *artists["added"], *artists["other_groups"], *into["artists"], *gone["artists"]}
    recent = server.api("recent/artist?since=1")
    assert expected <= set(recent["Items"])
    assert recent["Count"] < 2 * len(expected)
    touched = {*groups["retracked"], *groups["added"], *groups["credit_merged"]}
    touched |= into["release_groups"] | gone["release_groups"]
    recent = server.api("recent/album?since=1")
    older = {old for mbid in into["release_groups"] for old in server.api(f"album/{mbid}")["oldids"]}
    assert touched <= set(recent["Items"]) <= touched | set(groups["credit_renamed"]) | older


def check_merged(server: Server, merged: list[dict[str, str]]) -> None:
    """An artist that was merged away answers with the whole discography of the other."""
    for one in merged:
        answer = server.api(f"artist/{one['from']}")
        assert answer["id"] == one["into"]
        assert one["from"] in answer["oldids"]
        assert answer["Albums"] == server.api(f"artist/{one['into']}")["Albums"]


def test_the_first_import_is_served_by_a_server_that_waits_for_it(home: Home, samples: list[Path]) -> None:
    with home.serving() as server:
        waiting = server.ask("/api/v0.4/artist/8507c08c-d274-4274-878f-b97302e42cf8")
        assert (waiting.status, waiting.headers["content-type"]) == (503, "application/json")
        assert isinstance(waiting.json["error"], str)
        ready = server.ask("/health/ready")
        assert ready.status == 503
        assert "linernotes import" in ready.json["checks"]["catalogue"]["hint"]
        assert server.ask("/health/live").status == 200
        build = home.load(samples[0])
        until(lambda: server.build() == build)
        assert server.ask("/health/ready").status == 200
        assert server.api("search?type=all&query=a")


def test_an_import_that_is_killed_leaves_the_old_catalogue_serving(loaded: Home, samples: list[Path]) -> None:
    with loaded.serving() as server:
        first = server.build()
        process = subprocess.Popen(
            loaded.command("import", samples[1]),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True,
        )  # fmt: skip
        until(lambda: any((loaded.data / "work").rglob("*")) if (loaded.data / "work").is_dir() else False)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        assert server.build() == first
        assert server.ask("/health/ready").json["status"] == "ok"
        assert server.api("search?type=all&query=a")
        second = loaded.load(samples[1])
        until(lambda: server.build() == second)
    assert not (loaded.data / "work").exists()


def test_a_build_that_cannot_be_read_is_a_warning_and_the_old_one_serves_on(loaded: Home) -> None:
    with loaded.serving() as server:
        first = server.build()
        (loaded.data / "catalogue" / "broken").mkdir()
        pointer = loaded.data / "catalogue" / "current"
        pointer.with_name("new").write_text("broken\n")
        pointer.with_name("new").replace(pointer)
        until(lambda: server.ask("/health/ready").json["status"] == "warning")
        assert first in server.ask("/health/ready").json["checks"]["catalogue"]["message"]
        assert server.build() == first
        assert server.api("search?type=all&query=a")


def test_the_whole_way_over_http(loaded: Home) -> None:
    with loaded.serving() as server:
        hit = next(hit["artist"] for hit in server.api("search?type=all&query=the") if hit["artist"])
        path = f"/api/v0.4/artist/{hit['id']}"
        plain = server.ask(path)
        assert plain.json["artistname"] == hit["artistname"]
        assert plain.headers["cache-control"].startswith("public, s-maxage=")
        head = server.ask(path, "HEAD")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(plain.body)))
        known = server.ask(path, if_none_match=plain.headers["etag"])
        assert (known.status, known.body, known.headers["etag"]) == (304, b"", plain.headers["etag"])
        assert server.ask(f"/artist/{hit['id'].upper()}").body == plain.body
        refreshed = server.ask(f"{path}/refresh", "POST")
        assert refreshed.json == {"success": True}
        assert server.api("recent/artist")["Items"] == [hit["id"]]
        for path in ("/nonsense", "/api/v0.4/artist/x", "/api/v0.4/nonsense"):
            refused = server.ask(path)
            assert (refused.headers["content-type"], list(refused.json)) == ("application/json", ["error"])
