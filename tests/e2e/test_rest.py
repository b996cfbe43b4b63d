"""The REST API as a client has it: over HTTP, through `linernotes get`, with keys, and as its guide says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.conftest import Home, Server

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
# The same cases each time, 20 for an operation: some seconds in all.
BOUNDED = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def home(imported: Path) -> Home:
    """The sample; nothing here changes it but keys."""
    return Home(imported)


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Server]:
    with home.serving() as server:
        yield server


@pytest.fixture(scope="module")
def known(server: Server) -> dict[str, str]:
    """An artist with release groups and such a group, by the names that the guide has for them."""
    hits = server.ask("/v1/search?q=the&limit=100").json["items"]
    for hit in hits:
        if hit["type"] == "artist":
            groups = server.ask(f"{hit['href']}/release-groups").json["items"]
            if groups:
                return {"ARTIST": hit["mbid"], "GROUP": groups[0]["mbid"], "KEY": "none"}
    raise AssertionError("the sample has nobody with an album")


def test_an_answer_can_be_asked_for_again_without_sending_it_again(server: Server, known: dict[str, str]) -> None:
    path = f"/v1/artists/{known['ARTIST']}"
    first = server.ask(path)
    assert (first.status, first.json["mbid"]) == (200, known["ARTIST"])
    assert first.headers["cache-control"] == "public, max-age=60"
    again = server.ask(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    head = server.ask(path, "HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", first.headers["etag"])


def test_every_entity_that_an_answer_names_is_there(server: Server, known: dict[str, str]) -> None:
    releases = server.ask(f"/v1/release-groups/{known['GROUP']}/releases?include=tracks").json["items"]
    named = [("releases", one["mbid"]) for one in releases]
    named += [("labels", label["mbid"]) for one in releases for label in one["labels"] if label["mbid"]]
    tracks = [track for one in releases for medium in one["media"] for track in medium["tracks"]]
    named += [("recordings", track["recording"]) for track in tracks]
    named += [("artists", name["mbid"]) for track in tracks for name in track["artist_credit"]]
    wishes: dict[str, list[str]] = {}
    for resource, mbid in named:
        wishes.setdefault(resource, []).append(mbid)
    answer = server.ask("/v1/batch", "POST", json.dumps(wishes).encode())
    assert answer.status == 200
    for resource, mbids in wishes.items():
        found = answer.json[resource]
        assert (found["missing"], found["unavailable"]) == ([], [])
        assert {one["mbid"] for one in found["items"]} | set(found["moved"]) >= set(mbids)


def test_pages_of_changes_can_be_followed_to_the_end(server: Server) -> None:
    seen: list[str] = []
    following = "/v1/changes?type=release-group&limit=100"
    while following:
        page = server.ask(following).json
        seen += [one["mbid"] for one in page["items"]]
        following = page["next"]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [
        (400, "GET", "/v1/artists/x"),
        (404, "GET", "/v1/nothing"),
        (404, "GET", "/docs/nothing"),
        (405, "PUT", "/v1/stats"),
        (401, "POST", "/v1/artists/x/refresh"),
        (413, "POST", "/v1/batch"),
        (414, "GET", f"/v1/search?q={'x' * 9000}"),
    ],
)
def test_every_refusal_has_one_shape_whoever_refuses(server: Server, status: int, method: str, path: str) -> None:
    headers = {"content_length": str(17 << 20)} if status == 413 else {}
    answer = server.ask(path, method, **headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["title"]


def test_the_page_and_its_description_are_there(server: Server) -> None:
    page = server.ask("/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b'content="/v1"' in page.body
    assert server.ask("/v1/openapi.json").json["openapi"] == "3.1.0"


def test_what_is_asked_without_a_server_is_answered_the_same(home: Home, server: Server, known: dict[str, str]) -> None:
    for path in (f"/v1/artists/{known['ARTIST']}?include=tags", "/v1/search?q=the", "/docs"):
        done = home.run("get", path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip("\n") == server.ask(path).body.decode().rstrip("\n")


def test_a_refusal_without_a_server_is_a_failure_of_the_command(home: Home) -> None:
    done = home.run("get", "/v1/artists/x", "--include-headers", "--pretty", "--header", "X-Request-Id: mine")
    assert done.returncode == 1
    assert done.stdout.startswith("400\n")
    assert "x-request-id: mine\n" in done.stdout
    assert '\n  "status": 400,\n' in done.stdout
    assert home.run("get", "/v1", "--header", "nonsense").returncode == 2


def test_where_nobody_may_read_a_key_opens_the_door_and_admins_may_refresh(loaded: Home, known: dict[str, str]) -> None:
    reader, admin = (loaded.run("keys", "create", name, *scopes).stdout.strip() for name, scopes in KEYS.items())
    path = f"/v1/artists/{known['ARTIST']}"
    with loaded.serving(env={"LINERNOTES_ACCESS__ANONYMOUS_READ": "false"}) as server:
        assert server.ask(path).status == 401
        assert server.ask(path, X_Api_Key=reader).status == 200
        assert server.ask(path, Authorization=f"Bearer {reader}").status == 200
        assert server.ask(path).status == 401
        assert server.ask(f"{path}/refresh", "POST").status == 401
        assert server.ask(f"{path}/refresh", "POST", X_Api_Key=reader).status == 403
        answer = server.ask(f"{path}/refresh", "POST", X_Api_Key=admin)
        assert (answer.status, answer.json["queued"]) == (202, 0)  # there is no source to ask


KEYS = {"reader": (), "admin": ("--scope", "read", "--scope", "admin")}


def test_the_guide_is_right(repository: Path, server: Server, known: dict[str, str]) -> None:
    page = (repository / "docs/guides/rest.md").read_text("utf-8")
    lines = re.findall(r"^curl .+$", page, re.MULTILINE)
    assert len(lines) > 10
    for line in lines:
        method, path, body = request_of(line, known)
        answer = server.ask(path, method, body)
        assert answer.status == (401 if method == "POST" and "refresh" in path else 200), (line, answer)


def request_of(line: str, variables: dict[str, str]) -> tuple[str, str, bytes | None]:
    """Return what a line for curl asks."""
    for name, value in variables.items():
        line = line.replace(f"${name}", value)
    words = shlex.split(line)
    [url] = [word for word in words if word.startswith("http://")]
    split = urlsplit(url)
    path = split.path + (f"?{split.query}" if split.query else "")
    if "--data-urlencode" in words:
        name, _, value = words[words.index("--data-urlencode") + 1].partition("=")
        return "GET", f"{path}?{urlencode({name: value})}", None
    if "-d" in words:
        return "POST", path, words[words.index("-d") + 1].encode()
    return ("POST" if "POST" in words else "GET"), path, None


def test_nothing_that_the_document_allows_is_too_much(server: Server, known: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/v1/openapi.json")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]
    statuses = {status for operation in operations for status in tried(operation, known)}
    assert statuses >= {200, 400, 401, 404}
    assert max(statuses) < 500


def tried(operation: Any, known: dict[str, str]) -> set[int]:
    """Ask an operation for what the document allows, now and then of an entity that is there; return the statuses."""
    mbid = known["GROUP" if operation.path.startswith("/release-groups/") else "ARTIST"]
    statuses: set[int] = set()

    @BOUNDED
    @given(operation.as_strategy(), st.booleans())
    def ask(case: Any, real: bool) -> None:  # noqa: FBT001 - Hypothesis hands over what it drew
        if real and "{mbid}" in operation.path:
            case.path_parameters["mbid"] = mbid
        answer = case.call()
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    return statuses
