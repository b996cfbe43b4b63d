"""What a client gets: from the façade once, then from the cache, whole, compressed, as 304 or as a head alone."""

from __future__ import annotations

import asyncio
import gzip

import brotli
import msgspec
import pytest

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.facades._kit.http import Reply, Request
from tests.web.conftest import LONG, Site, new_build

pytestmark = pytest.mark.anyio
KEPT = Reply(200, LONG, headers=(("cache-control", "public, max-age=0"),), shared=True)


async def test_a_shared_answer_is_made_once(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    first = await site.ask("/api/artist")
    second = await site.ask("/api/artist")
    assert len(site.facade.asked) == 1
    assert first.body == second.body == LONG
    assert first.status == second.status == 200
    assert {name: value for name, value in first.headers.items() if name != "x-request-id"} == {
        name: value for name, value in second.headers.items() if name != "x-request-id"
    }
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "public, max-age=0"
    assert first.headers["content-length"] == str(len(LONG))


@pytest.mark.parametrize("other", [{"path": "/artist"}, {"query": "a=1"}, {"path": "/api/artist/"}])
async def test_another_path_prefix_or_query_is_another_answer(site: Site, other: dict[str, str]) -> None:
    site.facade.replies["/artist"] = KEPT
    await site.ask("/api/artist")
    await site.ask(**{"path": "/api/artist", **other})
    assert len(site.facade.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [Reply(200, LONG), Reply(500, b"{}", shared=True), Reply(503, b"{}", shared=True), Reply(400, b"{}", shared=True)],
)
async def test_other_answers_are_made_every_time(site: Site, reply: Reply) -> None:
    site.facade.replies["/recent"] = reply
    await site.ask("/api/recent")
    await site.ask("/api/recent")
    assert len(site.facade.asked) == 2


@pytest.mark.parametrize("status", [200, 301, 404])
async def test_an_answer_is_an_answer_even_if_it_is_that_there_is_nothing(site: Site, status: int) -> None:
    site.facade.replies["/artist"] = Reply(status, b"{}", shared=True)
    await site.ask("/api/artist")
    await site.ask("/api/artist")
    assert len(site.facade.asked) == 1


async def test_a_post_is_never_kept(site: Site) -> None:
    site.facade.replies["/lookup"] = Reply(200, b"[]", shared=True)
    await site.ask("/api/lookup", method="POST", body=[b"[1", b"]"])
    await site.ask("/api/lookup", method="POST", body=[b"[2]"])
    assert [request.body for request in site.facade.asked] == [b"[1]", b"[2]"]
    await site.ask("/api/lookup")
    assert site.facade.asked[2].method == "GET"


async def test_a_new_build_empties_the_cache(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    await site.ask("/api/artist")
    site.live.publish(new_build("two"))
    site.facade.replies["/artist"] = Reply(200, b"new", shared=True)
    assert (await site.ask("/api/artist")).body == b"new"


async def test_an_answer_begun_before_the_swap_is_not_kept_after_it(site: Site) -> None:
    async def slowly(request: Request) -> Reply:
        site.live.publish(new_build("two"))
        await site.ask("/api/other")
        return Reply(200, b"old", shared=True)

    site.facade.replies["/artist"] = slowly
    assert (await site.ask("/api/artist")).body == b"old"
    site.facade.replies["/artist"] = Reply(200, b"new", shared=True)
    assert (await site.ask("/api/artist")).body == b"new"


async def test_many_who_ask_the_same_wait_for_one_answer(site: Site) -> None:
    gate = asyncio.Event()

    async def slowly(request: Request) -> Reply:
        await gate.wait()
        return KEPT

    site.facade.replies["/artist"] = slowly
    waiting = [asyncio.create_task(site.ask("/api/artist")) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.set()
    assert {answer.body for answer in await asyncio.gather(*waiting)} == {LONG}
    assert len(site.facade.asked) == 1


async def test_an_answer_that_is_not_shared_goes_to_one_client_only(site: Site) -> None:
    gate = asyncio.Event()

    async def slowly(request: Request) -> Reply:
        await gate.wait()
        return Reply(200, request.headers["x-who"].encode())

    site.facade.replies["/me"] = slowly
    waiting = [asyncio.create_task(site.ask("/api/me", headers={"x-who": who})) for who in "abc"]
    await asyncio.sleep(0)
    gate.set()
    assert [answer.body for answer in await asyncio.gather(*waiting)] == [b"a", b"b", b"c"]


async def test_a_client_that_leaves_does_not_take_the_answer_away_from_others(site: Site) -> None:
    gate = asyncio.Event()

    async def slowly(request: Request) -> Reply:
        await gate.wait()
        return KEPT

    site.facade.replies["/artist"] = slowly
    first, second = (asyncio.create_task(site.ask("/api/artist")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert (await second).body == LONG


@pytest.mark.parametrize(
    ("accepts", "coding", "read"), [("gzip", "gzip", gzip.decompress), ("gzip, br", "br", brotli.decompress)]
)
async def test_a_long_body_is_compressed_as_the_client_asks(
    site: Site, accepts: str, coding: str, read: object
) -> None:
    site.facade.replies["/artist"] = KEPT
    for _ in range(2):
        answer = await site.ask("/api/artist", headers={"accept-encoding": accepts})
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["content-length"] == str(len(answer.body))
        assert read(answer.body) == LONG  # type: ignore[operator]


async def test_a_very_long_wish_is_read_like_any_other(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    answer = await site.ask("/api/artist", headers={"accept-encoding": "x" * 5000 + ", gzip"})
    assert answer.headers["content-encoding"] == "gzip"


async def test_the_plain_form_of_a_body_that_can_be_compressed_says_that_it_varies(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    answer = await site.ask("/api/artist")
    assert answer.headers["vary"] == "accept-encoding"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("reply", [Reply(200, b'{"a":1}', shared=True), Reply(200, LONG, content_type="image/jpeg")])
async def test_what_is_short_or_compressed_already_stays_as_it_is(site: Site, reply: Reply) -> None:
    site.facade.replies["/artist"] = reply
    answer = await site.ask("/api/artist", headers={"accept-encoding": "gzip"})
    assert answer.body == reply.body
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_a_large_body_is_compressed_off_the_event_loop_and_is_the_same(site: Site) -> None:
    body = LONG * 200
    site.facade.replies["/giant"] = Reply(200, body, shared=True)
    answer = await site.ask("/api/giant", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(answer.body) == body


async def test_a_client_that_takes_no_plain_body_gets_a_short_one_compressed(site: Site) -> None:
    answer = await site.ask("/api/nothing", headers={"accept-encoding": "gzip, identity;q=0"})
    assert answer.status == 404
    assert msgspec.json.decode(gzip.decompress(answer.body)) == {"error": "not here"}


async def test_a_client_that_takes_nothing_is_told_so(site: Site) -> None:
    answer = await site.ask("/api/nothing", headers={"accept-encoding": "*;q=0"})
    assert answer.status == 406
    assert answer.json == {"error": "No acceptable content coding"}


@pytest.mark.parametrize("tag", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_what_the_client_has_is_not_sent_again(site: Site, tag: str, coding: str) -> None:
    site.facade.replies["/artist"] = KEPT
    whole = await site.ask("/api/artist", headers={"accept-encoding": coding})
    asked = {"if-none-match": tag.format(etag=whole.headers["etag"]), "accept-encoding": coding}
    answer = await site.ask("/api/artist", headers=asked)
    assert (answer.status, answer.body) == (304, b"")
    kept = {"etag", "cache-control", "vary"}
    assert {name: answer.headers[name] for name in kept} == {name: whole.headers[name] for name in kept}
    assert set(answer.headers) == {*kept, "x-request-id"}


async def test_each_coding_has_its_own_strong_tag(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    tags = {(await site.ask("/api/artist", headers={"accept-encoding": c})).headers["etag"] for c in ("", "br", "gzip")}
    assert len(tags) == 3
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


async def test_a_tag_of_another_form_or_body_is_not_what_the_client_needs(site: Site) -> None:
    site.facade.replies["/artist"] = KEPT
    plain = await site.ask("/api/artist")
    asked = {"if-none-match": plain.headers["etag"], "accept-encoding": "gzip"}
    assert (await site.ask("/api/artist", headers=asked)).status == 200
    assert (await site.ask("/api/artist", headers={"if-none-match": '"other"'})).status == 200


async def test_an_error_is_never_not_modified(site: Site) -> None:
    answer = await site.ask("/api/nothing", headers={"if-none-match": "*"})
    assert answer.status == 404
    assert "etag" not in answer.headers


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_head_is_get_without_the_body(site: Site, coding: str) -> None:
    site.facade.replies["/artist"] = KEPT
    headers = {"accept-encoding": coding, "x-request-id": "same"}
    head = await site.ask("/api/artist", method="HEAD", headers=headers)
    get = await site.ask("/api/artist", headers=headers)
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")
    assert [request.method for request in site.facade.asked] == ["GET"]


async def test_the_facade_hears_what_it_needs_to_know(site: Site) -> None:
    headers = [("host", "music.example"), ("accept", "a"), ("accept", "b")]
    await site.ask("/api/search", query="query=a%20b", headers=headers)
    [request] = site.facade.asked
    assert (request.method, request.path, request.prefix, request.query) == ("GET", "/search", "/api", "query=a%20b")
    assert request.base_url == "http://music.example"
    assert request.headers == {"host": "music.example", "accept": "a, b"}


async def test_letters_that_were_sent_unescaped_arrive_escaped(site: Site) -> None:
    await site.ask("/api/search", query="query=déjà+vu%21&x=&y=;")
    assert site.facade.asked[0].query == "query=d%C3%A9j%C3%A0+vu%21&x=&y=;"


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (Unavailable("the disk is gone"), 503, "the disk is gone"),
        (Corrupt("page 7"), 503, "Internal server error"),
        (ZeroDivisionError("secret"), 500, "Internal server error"),
    ],
)
async def test_every_fault_is_a_json_object(
    site: Site, fault: Exception, status: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(request: Request) -> Reply:
        raise fault

    site.facade.replies["/artist"] = fail
    answer = await site.ask("/api/artist")
    assert (answer.status, answer.json) == (status, {"error": text})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache"


async def test_without_a_catalogue_the_facade_still_answers_and_nothing_is_kept() -> None:
    site = Site()
    site.live.publish(None)  # type: ignore[arg-type]
    site.facade.replies["/artist"] = Reply(503, b"{}")
    assert (await site.ask("/api/artist")).status == 503
    site.live.publish(new_build())
    site.facade.replies["/artist"] = KEPT
    assert (await site.ask("/api/artist")).status == 200
