"""What stands before a guarded mount: keys, scopes and limits, asked before the cache answers."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.domain.keys import Scope
from linernotes.facades._kit.http import Reply, Request
from linernotes.usecases.access import KEY_SECONDS
from linernotes.web.cache import ResponseCache
from linernotes.web.dispatch import Dispatcher
from linernotes.web.gate import credential
from linernotes.web.leases import Leases
from linernotes.web.metrics import Metrics
from linernotes.web.mounts import Mounted, Mounts
from linernotes.web.settings import AccessSettings
from tests.web.conftest import LONG, Answer, Script, Site, new_build
from tests.web.keyring import id_of
from tests.web.test_measured import read

pytestmark = pytest.mark.anyio
KEPT = Reply(200, LONG, headers=(("cache-control", "public, max-age=60"),), shared=True)
UNKNOWN = f"ln_{'0' * 12}_{'x' * 43}"
NAMES = ("type", "title", "status", "detail", "hint", "instance", "retry_after")
LIMITS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


def new_site(*, server: dict[str, Any] | None = None, **access: Any) -> Site:
    site = Site(access=AccessSettings(**access), **(server or {}))
    site.facade.replies["/artist"] = site.guarded.replies["/artist"] = KEPT
    return site


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def left(answer: Answer) -> tuple[str, ...]:
    return tuple(answer.headers[name] for name in LIMITS)


def assert_problem(answer: Answer, status: int) -> None:
    problem = answer.json
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert list(problem) == [name for name in NAMES if name in problem]
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert (problem["type"], problem["title"]) == ("about:blank", HTTPStatus(status).phrase)
    assert problem["detail"]
    assert problem["instance"].startswith("/v1/")
    assert answer.headers.get("retry-after") == (str(problem["retry_after"]) if "retry_after" in problem else None)


async def test_anybody_may_read_and_the_facade_hears_who_asks() -> None:
    site = new_site()
    text = site.keys.give(Scope.READ, Scope.ADMIN)
    await site.ask("/v1/artist")
    await site.ask("/v1/artist", query="a=1", headers=bearer(text))
    await site.ask("/api/artist", headers=bearer(text))
    anybody, holder = (request.caller for request in site.guarded.asked)
    assert anybody is not None
    assert holder is not None
    assert (anybody.key_id, anybody.address, anybody.scopes) == (None, "192.0.2.1", {Scope.READ})
    assert (holder.key_id, holder.scopes) == (id_of(text), {Scope.READ, Scope.ADMIN})
    assert site.facade.asked[0].caller is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_without_a_key_nobody_reads_where_the_setting_says_so(method: str) -> None:
    site = new_site(anonymous_read=False)
    answer = await site.ask("/v1/artist", method=method)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    if method != "HEAD":
        assert_problem(answer, 401)
        assert "X-Api-Key" in answer.json["hint"]
    assert site.guarded.asked == []
    assert (await site.ask("/api/artist", method=method)).status == 200


@pytest.mark.parametrize("kept", [True, False])
async def test_a_wrong_key_is_refused_even_where_anybody_may_read(kept: object) -> None:
    site = new_site()
    if kept:
        await site.ask("/v1/artist")
    for headers in (
        bearer(UNKNOWN), bearer(""), bearer("hello"), {"authorization": UNKNOWN}, {"authorization": ""},
        {"x-api-key": UNKNOWN}, {"x-api-key": ""}, {"authorization": "Token x"},
    ):  # fmt: skip
        answer = await site.ask("/v1/artist", headers=headers)
        assert_problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert UNKNOWN.encode() not in answer.body
    assert len(site.guarded.asked) == bool(kept)


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
async def test_a_key_comes_in_either_of_two_headers(scheme: str) -> None:
    site = new_site(anonymous_read=False)
    text = site.keys.give()
    for headers in (
        {"authorization": scheme + text}, {"x-api-key": text}, {"x-api-key": text, "authorization": scheme + text},
        {"x-api-key": text, "authorization": "Basic cHJveHk6cGFzcw=="},
    ):  # fmt: skip
        assert (await site.ask("/v1/artist", headers=headers)).status == 200


async def test_two_different_keys_at_once_are_refused() -> None:
    site = new_site()
    one, two = site.keys.give(), site.keys.give()
    assert (await site.ask("/v1/artist", headers={**bearer(one), "x-api-key": two})).status == 401
    assert (await site.ask("/v1/artist", headers=[("x-api-key", one), ("x-api-key", two)])).status == 401


async def test_a_password_for_a_proxy_in_front_is_no_key() -> None:
    site = new_site()
    assert (await site.ask("/v1/artist", headers={"authorization": "Basic cHJveHk6cGFzcw=="})).status == 200


async def test_a_key_that_may_not_read_is_refused() -> None:
    site = new_site()
    answer = await site.ask("/v1/artist", headers=bearer(site.keys.give(Scope.SUBMIT)))
    assert_problem(answer, 403)
    assert answer.json["hint"] == "It would need the scope read."


async def test_an_answer_made_for_a_key_is_given_to_nobody_without_one() -> None:
    site = new_site(anonymous_read=False)
    answer = await site.ask("/v1/artist", headers=bearer(site.keys.give()))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, max-age=60"
    for headers in ({}, {"if-none-match": "*"}, {"if-none-match": answer.headers["etag"]}):
        refused = await site.ask("/v1/artist", headers=headers)
        assert (refused.status, "etag" in refused.headers) == (401, False)
    assert (await site.ask("/v1/artist", headers=bearer(site.keys.give()))).body == LONG
    assert len(site.guarded.asked) == 1


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("public, max-age=60", "private, max-age=60"), ("max-age=0, s-maxage=60", "private, max-age=0"),
        ("Public", "private"), ("no-cache", "no-cache"), ("private, max-age=1",) * 2, (None, "private"),
    ],
)  # fmt: skip
async def test_what_needs_a_key_stays_out_of_caches_in_front(said: str | None, sent: str) -> None:
    site = new_site(anonymous_read=False)
    site.guarded.replies["/artist"] = Reply(200, LONG, headers=(("Cache-Control", said),) if said else (), shared=True)
    answer = await site.ask("/v1/artist", headers=bearer(site.keys.give()))
    assert answer.headers["cache-control"] == sent


async def test_where_anybody_may_read_caches_in_front_may_keep_answers() -> None:
    site = new_site()
    assert (await site.ask("/v1/artist")).headers["cache-control"] == "public, max-age=60"


async def test_a_revoked_key_stops_within_seconds_though_its_answers_are_kept() -> None:
    site = new_site()
    text = site.keys.give()
    assert (await site.ask("/v1/artist", headers=bearer(text))).status == 200
    site.keys.revoke(id_of(text), now=2)
    site.clock.now += KEY_SECONDS
    assert (await site.ask("/v1/artist", headers=bearer(text))).status == 401
    assert (await site.ask("/v1/artist")).status == 200


async def test_a_limit_holds_for_kept_answers_too_and_is_told_with_every_one() -> None:
    site = new_site(anonymous_per_minute=4, key_per_minute=1)
    assert left(await site.ask("/v1/artist")) == ("4", "3", "60")
    site.clock.now += 9.5
    whole = await site.ask("/v1/artist")
    assert left(whole) == ("4", "2", "51")
    etag = whole.headers["etag"]
    assert left(await site.ask("/v1/artist", headers={"if-none-match": etag})) == ("4", "1", "51")
    assert left(await site.ask("/v1/unknown")) == ("4", "0", "51")
    answer = await site.ask("/v1/artist")
    assert_problem(answer, 429)
    assert left(answer) == ("4", "0", "51")
    assert answer.headers["retry-after"] == "51"
    assert left(await site.ask("/v1/artist", headers=bearer(site.keys.give()))) == ("1", "0", "60")
    assert (await site.ask("/v1/artist", client="192.0.2.2")).status == 200
    site.clock.now += 51
    assert (await site.ask("/v1/artist")).status == 200


async def test_refusals_tell_what_is_left_too() -> None:
    site = new_site(anonymous_per_minute=2, key_per_minute=2)
    assert left(await site.ask("/v1/artist", headers=bearer(UNKNOWN))) == ("2", "1", "60")
    answer = await site.ask("/v1/artist", headers=bearer(site.keys.give(Scope.SUBMIT)))
    assert (answer.status, left(answer)) == (403, ("2", "1", "60"))


async def test_other_mounts_and_the_server_know_no_limits_and_no_keys() -> None:
    site = new_site(anonymous_read=False, anonymous_per_minute=1)
    for path in ("/api/artist", "/health/live", "/metrics", "/version", "/nothing"):
        for _ in range(2):
            answer = await site.ask(path, headers=bearer(UNKNOWN))
            assert answer.status in {200, 404}
            assert not set(LIMITS) & set(answer.headers)


async def test_head_and_304_say_what_get_says() -> None:
    site = new_site(key_per_minute=100, cors_origins=("https://music.example",))
    headers = {**bearer(site.keys.give()), "origin": "https://music.example", "x-request-id": "r"}
    get = await site.ask("/v1/artist", headers=headers)
    head = await site.ask("/v1/artist", method="HEAD", headers=headers)
    unchanged = await site.ask("/v1/artist", headers={**headers, "if-none-match": get.headers["etag"]})
    assert (head.status, head.body, unchanged.status, unchanged.body) == (200, b"", 304, b"")
    counts = ("ratelimit-remaining",)
    assert [one.headers[counts[0]] for one in (get, head, unchanged)] == ["99", "98", "97"]
    same = {name: value for name, value in get.headers.items() if name not in counts}
    assert {name: value for name, value in head.headers.items() if name not in counts} == same
    for name in ("content-type", "content-length"):
        del same[name]
    assert {name: value for name, value in unchanged.headers.items() if name not in counts} == same


async def test_the_address_is_the_one_that_a_trusted_proxy_tells() -> None:
    site = new_site(anonymous_per_minute=1, server={"trusted_proxies": ("10.0.0.1",)})
    for client in ("198.51.100.1", "198.51.100.2"):
        headers = {"x-forwarded-for": client}
        assert (await site.ask("/v1/artist", client="10.0.0.1", headers=headers)).status == 200
        assert (await site.ask("/v1/artist", client="10.0.0.1", headers=headers)).status == 429
    assert (await site.ask("/v1/artist", client="192.0.2.9", headers={"x-forwarded-for": "1.2.3.4"})).status == 200
    assert (await site.ask("/v1/artist", client="192.0.2.9", headers={"x-forwarded-for": "1.2.3.5"})).status == 429


async def test_the_gate_stands_below_the_base_path_too() -> None:
    site = new_site(anonymous_read=False, server={"base_path": "/music"})
    for path in ("/music/v1/artist", "/v1/artist", "/v1", "/v1/"):
        assert (await site.ask(path)).status == 401
    assert (await site.ask("/v10/artist")).status == 404


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [(Unavailable("the disk is gone", retry_after=2.5), 503, "the disk is gone"), (OSError("secret"), 500, "Internal")],
)
async def test_a_key_that_cannot_be_looked_up_is_a_fault_and_lets_nobody_in(
    fault: Exception, status: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = new_site()
    site.keys.fault = fault
    answer = await site.ask("/v1/artist", headers=bearer(UNKNOWN))
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"].startswith(text)
    assert answer.headers.get("retry-after") == ("3" if status == 503 else None)
    assert UNKNOWN not in "".join(capsys.readouterr())
    assert site.guarded.asked == []
    site.keys.fault = None
    assert (await site.ask("/v1/artist", headers=bearer(site.keys.give()))).status == 200


async def test_every_fault_of_a_guarded_mount_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail(request: Request) -> Reply:
        raise ZeroDivisionError("secret")

    async def lack(request: Request) -> Reply:
        raise Unavailable("no catalogue", retry_after=1)

    async def dawdle(request: Request) -> Reply:
        await asyncio.sleep(60)
        return KEPT

    site = new_site(server={"request_timeout_seconds": 0.01, "max_body_bytes": 1024, "max_url_bytes": 300})
    site.guarded.replies |= {"/fails": fail, "/lacks": lack, "/dawdles": dawdle}
    assert_problem(await site.ask("/v1/fails"), 500)
    assert_problem(await site.ask("/v1/lacks"), 503)
    assert_problem(await site.ask("/v1/dawdles"), 503)
    assert_problem(await site.ask("/v1/" + "x" * 300), 414)
    assert_problem(await site.ask("/v1/artist", headers={"x": "y" * 40_000}), 431)
    too_long = {"content-length": "9999"}
    assert_problem(await site.ask("/v1/artist", method="POST", headers=too_long), 413)
    assert_problem(await site.ask("/v1/artist", headers={"accept-encoding": "*;q=0"}), 406)
    assert (await site.ask("/api/artist", headers={"accept-encoding": "*;q=0"})).json.keys() == {"error"}


async def test_refusals_are_counted_by_status_and_keys_are_logged_nowhere() -> None:
    site = new_site(anonymous_per_minute=2)
    text = site.keys.give(Scope.SUBMIT)
    for path, headers in (("a", bearer(UNKNOWN)), ("b", bearer(text)), ("c", {}), ("artist", {})):
        await site.ask(f"/v1/{path}", headers=headers)
    samples = read((await site.ask("/metrics")).body)
    counted = {
        dict(labels)["status"]: value
        for (name, labels), value in samples.items()
        if name == "linernotes_requests_refused_total"
    }
    assert counted == {"401": 1, "403": 1, "429": 1}
    site.access_log.flush()
    assert [line.status for line in site.logged] == [401, 403, 404, 429, 200]
    assert text not in repr(site.logged)
    assert {key for key in site.metrics.snapshot().requests if "/" in key} == {"server\n/metrics\nGET\n200"}


async def test_many_who_wait_for_one_answer_are_each_asked_for_a_key() -> None:
    site = new_site(anonymous_read=False)
    gate = asyncio.Event()

    async def slowly(request: Request) -> Reply:
        await gate.wait()
        return KEPT

    site.guarded.replies["/artist"] = slowly
    who = [bearer(site.keys.give()), {}, bearer(site.keys.give()), bearer(UNKNOWN)]
    waiting = [asyncio.create_task(site.ask("/v1/artist", headers=headers)) for headers in who]
    await asyncio.sleep(0.05)
    gate.set()
    assert [answer.status for answer in await asyncio.gather(*waiting)] == [200, 401, 200, 401]
    assert len(site.guarded.asked) == 1


def test_a_guarded_mount_without_a_gate_is_a_mistake() -> None:
    site = Site()
    with pytest.raises(Invalid):
        Dispatcher(
            settings=site.settings,
            mounts=Mounts([Mounted("a", "/v1", Script(), guarded=True)]),
            native=site.application._dispatcher._native,
            cache=ResponseCache(limit=0),
            metrics=Metrics(),
            leases=Leases(),
        )


async def test_a_new_build_changes_nothing_about_who_is_let_in() -> None:
    site = new_site(anonymous_read=False)
    text = site.keys.give()
    await site.ask("/v1/artist", headers=bearer(text))
    site.live.publish(new_build("two"))
    assert (await site.ask("/v1/artist")).status == 401
    assert (await site.ask("/v1/artist", headers=bearer(text))).status == 200
    assert len(site.guarded.asked) == 2


LATIN = st.text(st.characters(max_codepoint=255), max_size=80)


@settings(max_examples=300)
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                ["authorization", "x-api-key", "origin", "access-control-request-method", "if-none-match", "vary"]
            ),
            LATIN | LATIN.map("Bearer ".__add__) | st.sampled_from([f"Bearer {UNKNOWN}", "https://music.example", "*"]),
        ),
        max_size=5,
    ),
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "BREW"]),
    origins=st.sampled_from([(), ("*",), ("https://music.example",)]),
)
def test_whatever_headers_say_it_is_never_a_fault_of_ours(
    headers: list[tuple[str, str]], method: str, origins: tuple[str, ...]
) -> None:
    site = new_site(cors_origins=origins, anonymous_per_minute=3)
    for _ in range(2):
        answer = asyncio.run(site.ask("/v1/artist", method=method, headers=headers))
        assert answer.status in {200, 204, 304, 401, 429}
        assert answer.headers.get("access-control-allow-origin") in {None, "*", "https://music.example"}


@given(st.dictionaries(st.sampled_from([b"authorization", b"x-api-key"]), st.binary(max_size=60)))
def test_a_credential_is_read_from_any_bytes(headers: dict[bytes, bytes]) -> None:
    found = credential(headers)
    assert found is None or found == found.strip()
    assert found is not None or b"x-api-key" not in headers
