"""Which façade answers where, what the server answers itself, and what a reverse proxy may say about it."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from linernotes.domain.errors import Conflict, Invalid
from linernotes.facades._kit.http import Reply
from linernotes.web.health import Finding, Level
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.proxies import Proxies
from tests.web.conftest import Script, Site, new_build

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "prefix", "rest"),
    [
        ("/api/artist", "/api", "/artist"),
        ("/api", "/api", "/"),
        ("/api/", "/api", "/"),
        ("/apis", "", "/apis"),
        ("/", "", "/"),
        ("/api/deep/x", "/api/deep", "/x"),
    ],
)
async def test_the_longest_mount_answers(path: str, prefix: str, rest: str) -> None:
    site = Site(mounts=("", "/api", "/api/deep"))
    await site.ask(path)
    [request] = site.facade.asked
    assert (request.prefix, request.path) == (prefix, rest)


async def test_a_path_that_nobody_answers_is_a_json_404() -> None:
    answer = await Site(mounts=("/api",)).ask("/other")
    assert (answer.status, answer.json) == (404, {"error": "Nothing matches the given URI"})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("prefix", ["api", "/api/", "/"])
def test_a_mount_that_makes_no_sense_is_refused(prefix: str) -> None:
    with pytest.raises(Invalid):
        Mounts([Mounted("a", prefix, Script())])


def test_two_facades_cannot_share_a_mount() -> None:
    with pytest.raises(Conflict, match="a and b are both mounted at /"):
        Mounts([Mounted("a", "", Script()), Mounted("b", "", Script())])


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/version", "/ui"])
async def test_the_servers_own_addresses_come_before_a_facade_at_the_root(site: Site, path: str) -> None:
    site.facade.replies[path] = Reply(418)
    assert (await site.ask(path)).status == 200
    assert (await site.ask(path, method="HEAD")).status == 200
    answer = await site.ask(path, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert site.facade.asked == []


async def test_ready_names_every_check_and_what_to_do(site: Site) -> None:
    site.findings = [Finding(name="disk", level=Level.WARNING, message="nearly full", hint="Make room.")]
    answer = await site.ask("/health/ready")
    assert answer.status == 200
    check = {"status": "warning", "message": "nearly full", "hint": "Make room."}
    assert answer.json == {"status": "warning", "checks": {"disk": check}}
    site.findings.append(Finding(name="state", level=Level.FAILED))
    answer = await site.ask("/health/ready")
    assert (answer.status, answer.json["status"]) == (503, "failed")
    assert (await site.ask("/health/live")).json == {"status": "ok"}


async def test_version_says_what_is_served_from_what(site: Site) -> None:
    site.live.publish(new_build("seven"))
    answer = (await site.ask("/version")).json
    assert (answer["name"], answer["version"], answer["catalogue"]["build_id"]) == ("linernotes", "9", "seven")


async def test_the_page_for_people_needs_nothing_from_elsewhere(site: Site) -> None:
    page = await site.ask("/ui")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(rb"(?:src|href)=[\"']?(?:https?:)?//", page.body) == []
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; connect-src 'self'")
    inline = re.findall(rb"<(?:style|script)>(.*?)</(?:style|script)>", page.body, re.DOTALL)
    digests = [base64.b64encode(sha256(text).digest()).decode() for text in inline]
    assert len(digests) == 2
    assert [digest for digest in digests if f"'sha256-{digest}'" not in policy] == []


@pytest.mark.parametrize("path", ["/music/api/artist", "/api/artist"])
async def test_a_base_path_is_taken_off_and_told_to_the_facade(path: str) -> None:
    site = Site(base_path="/music")
    await site.ask(path, headers={"host": "h"})
    [request] = site.facade.asked
    assert (request.path, request.prefix, request.base_url) == ("/artist", "/music/api", "http://h/music")
    assert (await site.ask("/music/health/live")).status == 200


FORWARDED = {
    "host": "inside:8080",
    "x-forwarded-for": "203.0.113.9, 10.1.1.1",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "music.example",
    "x-forwarded-prefix": "/m/",
}


async def test_a_trusted_proxy_is_believed() -> None:
    site = Site(trusted_proxies=("10.0.0.0/8",))
    site.facade.replies["/artist"] = Reply(301, shared=True)
    await site.ask("/api/artist", headers=FORWARDED, client="10.2.2.2")
    [request] = site.facade.asked
    assert (request.prefix, request.base_url) == ("/m/api", "https://music.example/m")
    site.access_log.flush()
    assert site.logged[0].client == "203.0.113.9"
    await site.ask("/api/artist", client="10.2.2.2")
    assert site.facade.asked[1].prefix == "/api"


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8", "::1")])
async def test_a_stranger_is_not_believed(trusted: tuple[str, ...]) -> None:
    site = Site(trusted_proxies=trusted)
    await site.ask("/api/artist", headers=FORWARDED, client="192.0.2.1")
    [request] = site.facade.asked
    assert (request.prefix, request.base_url) == ("/api", "http://inside:8080")
    site.access_log.flush()
    assert site.logged[0].client == "192.0.2.1"


async def test_what_is_no_address_is_the_client_as_it_stands() -> None:
    site = Site(trusted_proxies=("10.0.0.0/8",))
    for hop in ("unknown", "x" * 5000):
        await site.ask("/api/artist", headers={"x-forwarded-for": f"203.0.113.9, {hop}, 10.1.1.1"}, client="10.2.2.2")
    site.access_log.flush()
    assert [line.client for line in site.logged] == ["unknown", "x" * 64]


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="'localhost' is no address"):
        Proxies(["localhost"])


@pytest.mark.parametrize("prefix", ["//evil.example", "https://evil.example", ""])
async def test_a_prefix_that_leads_elsewhere_is_ignored(prefix: str) -> None:
    site = Site(trusted_proxies=("10.0.0.1",), base_path="/b")
    await site.ask("/api/artist", headers={"x-forwarded-prefix": prefix}, client="10.0.0.1")
    assert site.facade.asked[0].prefix == "/b/api"
