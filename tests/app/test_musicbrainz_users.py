"""Whose access token it is, as MusicBrainz says; the network is a transport that answers by a script."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from linernotes.app.musicbrainz_users import who_am_i
from linernotes.domain.errors import Unavailable


class Script(httpx2.AsyncBaseTransport):
    """Stands where the network is."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.status = status
        self.body = body
        self.asked: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(self.status, content=self.body)


class Broken(httpx2.AsyncBaseTransport):
    """A network that is not there."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody listens", request=request)


def ask(transport: httpx2.AsyncBaseTransport, token: str = "token") -> str | None:
    return asyncio.run(who_am_i(token, transport=transport))


def test_the_name_of_the_user_is_told_and_the_token_is_sent_as_bearer() -> None:
    script = Script(200, b'{"sub": "rob", "profile": "x"}')
    assert ask(script) == "rob"
    assert script.asked[0].headers["authorization"] == "Bearer token"


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_token_that_musicbrainz_refuses_is_nobodys(status: int) -> None:
    assert ask(Script(status)) is None


@pytest.mark.parametrize("token", ["a\nb", "ü", "\x00"])
def test_a_token_that_no_header_can_hold_is_nobodys_and_is_not_sent(token: str) -> None:
    script = Script(200, b'{"sub": "rob"}')
    assert ask(script, token) is None
    assert not script.asked


@pytest.mark.parametrize(
    "transport",
    [Script(503), Script(200, b"<html>"), Script(200, b"{}"), Script(200, b" " * 100_000), Broken()],
    ids=["fault", "no JSON", "no name", "endless", "no network"],
)
def test_whatever_goes_wrong_is_a_fault_and_no_answer(transport: httpx2.AsyncBaseTransport) -> None:
    with pytest.raises(Unavailable):
        ask(transport)
