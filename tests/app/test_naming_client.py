"""The client for servers of AcoustID's protocol: what it sends, how it waits, and what errors become."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import msgspec
import pytest

from linernotes.app.naming.acoustid_client import AcoustidClient, is_loopback
from linernotes.app.naming.acoustid_wire import Found
from linernotes.domain.errors import Invalid, LinernotesError, RateLimited, Unauthorised, Unavailable

FAR = "https://acoustid.example/v2/"
Answer = tuple[int, Any, dict[str, str]]
FOUND: Answer = (200, {"status": "ok", "results": []}, {})


class ScriptedServer(httpx2.AsyncBaseTransport):
    """Gives one answer after the other, the last one for ever, and keeps what was sent."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return httpx2.Response(status, headers=headers, content=data)


class Clock:
    """A time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def refused(code: int, status: int = 400, message: str = "no", **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"status": "error", "error": {"code": code, "message": message}}, named


def asking(server: ScriptedServer, times: int = 1, *, url: str = FAR, clock: Clock | None = None) -> Found:
    clock = clock or Clock()

    async def ask() -> Found:
        client = AcoustidClient(server=url, client="key", transport=server, sleep=clock.sleep, clock=lambda: clock.now)
        try:
            for _ in range(times):
                found = await client.ask("/v2/lookup", [("meta", "recordings sources"), ("duration.0", "9")], Found)
            return found
        finally:
            await client.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("url", ["https://acoustid.example", "https://acoustid.example/", FAR])
def test_a_gzipped_form_goes_where_the_server_is_with_or_without_its_version(url: str) -> None:
    server = ScriptedServer(FOUND)
    asking(server, url=url)
    [request] = server.asked
    assert (request.method, str(request.url)) == ("POST", "https://acoustid.example/v2/lookup")
    assert request.headers["content-encoding"] == "gzip"
    form = parse_qs(gzip.decompress(request.content).decode())
    assert (form["client"], form["format"], form["meta"]) == (["key"], ["json"], ["recordings sources"])


def test_a_name_and_password_in_the_address_are_sent_and_never_told() -> None:
    server = ScriptedServer((500, b"oops", {}))
    with pytest.raises(Unavailable) as caught:
        asking(server, url="https://me:secret@acoustid.example")
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_server_elsewhere_gets_three_requests_a_second() -> None:
    clock = Clock()
    asking(ScriptedServer(FOUND), 4, clock=clock)
    assert clock.slept == [0.334] * 3


def test_a_server_on_this_machine_gets_them_at_once() -> None:
    clock = Clock()
    asking(ScriptedServer(FOUND), 4, url="http://127.0.0.1:8080", clock=clock)
    assert clock.slept == []


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://localhost:1", True),
        ("http://[::1]/x", True),
        ("http://127.8.0.1", True),
        ("https://api.acoustid.org", False),
        ("http://192.168.1.2", False),
        ("http://[::1", False),
    ],
)
def test_what_is_on_this_machine_is_told_by_its_address(url: str, *, near: bool) -> None:
    assert is_loopback(url) is near


@pytest.mark.parametrize(
    "busy",
    [
        refused(14, 429, retry_after="7"),
        refused(13, 503, retry_after="7"),
        (503, b"<html>", {"retry-after": "7"}),
        (429, b"", {"Retry-After": "7"}),
    ],
)
def test_it_comes_back_when_a_busy_server_says(busy: Answer) -> None:
    clock, server = Clock(), ScriptedServer(busy, FOUND)
    asking(server, url="http://127.0.0.1", clock=clock)
    assert (clock.slept, len(server.asked)) == ([7.0], 2)


def test_without_a_time_it_comes_back_later_and_later_and_then_gives_up() -> None:
    clock, server = Clock(), ScriptedServer(refused(14, 429))
    with pytest.raises(RateLimited):
        asking(server, url="http://127.0.0.1", clock=clock)
    assert (clock.slept, len(server.asked)) == ([1, 2, 4, 8], 5)


def test_it_does_not_wait_for_minutes_but_says_how_long_it_would_be() -> None:
    clock = Clock()
    with pytest.raises(RateLimited) as caught:
        asking(ScriptedServer(refused(14, 429, retry_after="300")), url="http://127.0.0.1", clock=clock)
    assert (caught.value.retry_after, clock.slept) == (300, [])


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (refused(4), Unauthorised, "client key"),
        (refused(6), Unauthorised, "user key"),
        (refused(3, message="invalid fingerprint"), Invalid, "invalid fingerprint"),
        (refused(19, 413, "request too large"), Invalid, "request too large"),
        (refused(2, message="Ask alone."), Invalid, "refuses this: Ask alone."),
        ((413, b"<html>", {}), Invalid, "that large"),
        ((302, b"", {"location": "https://elsewhere.example/"}), Unavailable, "https://elsewhere.example/"),
        ((200, b"<html>", {}), Unavailable, "no answer of AcoustID's"),
        ((200, {"status": "ok", "results": 5}, {}), Unavailable, "another shape"),
        ((200, [1, 2], {}), Unavailable, "another shape"),
        ((200, b"\xff\xfe", {}), Unavailable, "no answer of AcoustID's"),
        ((200, b'{"a":' * 100_000, {}), Unavailable, "no answer of AcoustID's"),
        ((200, b'"' + b"x" * (9 << 20) + b'"', {}), Unavailable, "larger than"),
        (httpx2.ConnectError("nobody there"), Unavailable, "nobody there"),
    ],
)
def test_every_way_of_failing_is_one_of_our_errors_and_is_told_at_once(
    answer: Answer | Exception, kind: type[LinernotesError], said: str
) -> None:
    server = ScriptedServer(answer)
    with pytest.raises(kind) as caught:
        asking(server)
    assert said in caught.value.message
    assert ".." not in caught.value.message
    assert len(server.asked) == 1


def test_a_server_that_has_answered_before_is_asked_again_after_a_fault_of_the_network() -> None:
    server = ScriptedServer(FOUND, httpx2.ReadError("gone"), FOUND)
    asking(server, 2)
    assert len(server.asked) == 3


def test_an_answer_that_does_not_come_is_given_up() -> None:
    class Silent(httpx2.AsyncBaseTransport):
        """Never answers."""

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def ask(make: Callable[[], AcoustidClient]) -> None:
        client = make()
        try:
            await client.ask("/v2/lookup", [], Found)
        finally:
            await client.close()

    with pytest.raises(Unavailable, match="no answer in time"):
        asyncio.run(ask(lambda: AcoustidClient(server=FAR, client="k", transport=Silent(), answer_seconds=0.01)))
