"""What is too much is refused with a JSON object, and what is sane goes through."""

from __future__ import annotations

import asyncio
import re

import pytest

from linernotes.facades._kit.http import Reply, Request
from tests.web.conftest import Site

pytestmark = pytest.mark.anyio


async def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    site = Site(max_body_bytes=1024)
    answer = await site.ask("/api/lookup", method="POST", headers={"content-length": "1025"}, body=[])
    assert (answer.status, answer.json) == (413, {"error": "The body is longer than 1024 bytes"})
    assert site.facade.asked == []


async def test_a_body_that_turns_out_too_long_is_refused() -> None:
    site = Site(max_body_bytes=1024)
    answer = await site.ask("/api/lookup", method="POST", body=[b"x" * 1000] * 3)
    assert answer.status == 413
    assert (await site.ask("/api/lookup", method="POST", body=[b"x" * 512] * 2)).status == 404
    assert len(site.facade.asked[0].body) == 1024


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    site = Site(request_timeout_seconds=0.01)
    answer = await site.ask("/api/lookup", method="POST", body=[])
    assert (answer.status, answer.json) == (408, {"error": "The body took too long to arrive"})


async def test_an_answer_that_does_not_come_is_503_and_not_kept() -> None:
    site = Site(request_timeout_seconds=0.01)

    async def never(request: Request) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    site.facade.replies["/artist"] = never
    answer = await site.ask("/api/artist")
    assert (answer.status, answer.json) == (503, {"error": "This took too long; try again later"})
    assert answer.headers["retry-after"] == "5"
    site.facade.replies["/artist"] = Reply(200, b"{}", shared=True)
    assert (await site.ask("/api/artist")).status == 200


async def test_an_address_has_a_longest_length() -> None:
    site = Site(max_url_bytes=300)
    answer = await site.ask("/api/" + "x" * 200, query="y" * 96)
    assert (answer.status, answer.json) == (414, {"error": "The address is longer than 300 bytes"})
    assert (await site.ask("/api/" + "x" * 200, query="y" * 95)).status == 404


async def test_headers_have_a_largest_size_even_for_an_answer_that_is_kept() -> None:
    site = Site(max_header_bytes=1024)
    site.facade.replies["/artist"] = Reply(200, b"{}", shared=True)
    assert (await site.ask("/api/artist", headers={"x-a": "y" * 1021})).status == 200
    answer = await site.ask("/api/artist", headers={"x-a": "y" * 1022})
    assert (answer.status, answer.json) == (431, {"error": "The headers are longer than 1024 bytes"})


@pytest.mark.parametrize("given", ["abc", "A-b_c.9", "x" * 64])
async def test_a_sane_request_id_comes_back(site: Site, given: str) -> None:
    assert (await site.ask("/", headers={"x-request-id": given})).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "ä"])
async def test_any_other_request_id_is_replaced_by_one_of_ours(site: Site, given: str) -> None:
    ids = [(await site.ask("/", headers={"x-request-id": given})).headers["x-request-id"] for _ in range(2)]
    assert all(re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", one) for one in ids)
    assert ids[0] != ids[1]
