"""Scripts of other origins read a guarded mount where the setting lets them, and nothing of it is kept for another."""

from __future__ import annotations

import pytest

from linernotes.domain.errors import Invalid
from linernotes.facades._kit.http import Reply
from linernotes.web.cors import Cors
from linernotes.web.settings import AccessSettings
from tests.web.conftest import LONG, Site

pytestmark = pytest.mark.anyio
MUSIC, OTHER, EVIL = "https://music.example", "http://localhost:3000", "https://evil.example"
ALLOWED = "access-control-allow-origin"
PREFLIGHT = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}


def new_site(*origins: str, **access: object) -> Site:
    site = Site(access=AccessSettings(cors_origins=origins, **access))  # type: ignore[arg-type]
    site.facade.replies["/artist"] = site.guarded.replies["/artist"] = Reply(200, LONG, shared=True)
    site.guarded.replies["/short"] = Reply(200, b"{}", headers=(("vary", "Accept"),), shared=True)
    return site


async def test_without_the_setting_no_other_origin_reads_anything() -> None:
    site = new_site()
    answer = await site.ask("/v1/artist", headers={"origin": MUSIC})
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["vary"] == "accept-encoding"
    await site.ask("/v1/artist", method="OPTIONS", headers={"origin": MUSIC, **PREFLIGHT})
    assert site.guarded.asked[-1].method == "OPTIONS"


async def test_each_origin_is_answered_for_itself_though_the_answer_is_kept() -> None:
    site = new_site(MUSIC, OTHER)
    told = []
    for origin in (MUSIC, OTHER, EVIL, None, MUSIC):
        answer = await site.ask("/v1/artist", headers={"origin": origin} if origin else {})
        assert answer.headers["vary"] == "accept-encoding, origin"
        told.append(answer.headers.get(ALLOWED))
    assert told == [MUSIC, OTHER, None, None, MUSIC]
    assert len(site.guarded.asked) == 1


async def test_what_a_script_may_see_of_an_answer() -> None:
    site = new_site(MUSIC)
    answer = await site.ask("/v1/artist", headers={"origin": MUSIC})
    seen = set(answer.headers["access-control-expose-headers"].split(", "))
    assert seen == {
        "etag", "link", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after", "x-request-id",
    }  # fmt: skip
    assert "access-control-allow-credentials" not in answer.headers


async def test_all_origins_get_one_answer_that_caches_may_keep() -> None:
    site = new_site("*")
    for headers in ({}, {"origin": MUSIC}, {"origin": "null"}):
        answer = await site.ask("/v1/artist", headers=headers)
        assert (answer.headers[ALLOWED], answer.headers["vary"]) == ("*", "accept-encoding")


async def test_what_else_an_answer_varies_by_stays() -> None:
    assert (await new_site(MUSIC).ask("/v1/short")).headers["vary"] == "accept, origin"
    assert (await new_site().ask("/v1/short")).headers["vary"] == "accept"


@pytest.mark.parametrize("origins", [(MUSIC,), ("*",)])
async def test_a_preflight_needs_no_key_and_reaches_no_facade(origins: tuple[str, ...]) -> None:
    site = new_site(*origins, anonymous_read=False, anonymous_per_minute=1)
    for path in ("/v1/artist", "/v1/wp-login.php", "/v1/artist"):
        answer = await site.ask(path, method="OPTIONS", headers={"origin": MUSIC, **PREFLIGHT})
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers[ALLOWED] in {MUSIC, "*"}
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST"
        assert {"authorization", "x-api-key"} <= set(answer.headers["access-control-allow-headers"].split(", "))
        assert "content-length" not in answer.headers
    assert site.guarded.asked == []
    assert len(site.metrics.snapshot().requests) == 1


async def test_a_preflight_from_elsewhere_allows_nothing() -> None:
    answer = await new_site(MUSIC).ask("/v1/artist", method="OPTIONS", headers={"origin": EVIL, **PREFLIGHT})
    assert (answer.status, answer.headers["vary"]) == (204, "origin")
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_script_can_read_why_it_was_refused() -> None:
    site = new_site(MUSIC, anonymous_read=False)
    for path, status in (("/v1/artist", 401), ("/v1/" + "x" * 9000, 414)):
        answer = await site.ask(path, headers={"origin": MUSIC})
        assert (answer.status, answer.headers[ALLOWED], answer.headers["vary"]) == (status, MUSIC, "origin")


async def test_other_mounts_are_open_to_no_other_origin() -> None:
    site = new_site("*")
    for path in ("/api/artist", "/version", "/nothing"):
        assert ALLOWED not in (await site.ask(path, headers={"origin": MUSIC})).headers


@pytest.mark.parametrize(
    "origin", ["music.example", "https://music.example/", "https://a.example/b", "", "http://", " *"]
)
def test_an_origin_that_is_none_is_a_mistake_in_the_settings(origin: str) -> None:
    with pytest.raises(Invalid, match=r"access\.cors_origins"):
        Cors((origin,))
