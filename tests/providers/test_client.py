"""What becomes of everything that can go wrong between us and a source."""

from __future__ import annotations

import asyncio
import gzip
import logging
import threading

import msgspec
import pytest

from linernotes.domain.errors import NotFound, RateLimited, Unavailable
from linernotes.providers._kit.breaker import Breaker
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers._kit.faults import Refusal, TooLarge
from linernotes.stores.memory.turns import MemoryPace
from tests.providers.conftest import NOW, Turns, client_of
from tests.providers.serving import Asked, Reply, nobody_there, told

pytestmark = pytest.mark.anyio
GOOD = told({"n": 1})


class Thing(msgspec.Struct):
    """What is asked for."""

    n: int


async def get(client, path="/thing", seconds=5.0, **parameters: str):
    return await client.get(path, parameters, into=Thing, deadline=Deadline(seconds))


def then(*replies: Reply):
    """Answer with one after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def always(reply: Reply):
    return lambda _: reply


async def test_an_answer_is_decoded_and_the_request_says_who_we_are(start):
    server = start(always(GOOD))
    async with client_of(server.url + "/") as client:
        assert await get(client, inc="a b", q="ä&?") == Thing(1)
    [asked] = server.asked
    assert (asked.path, asked.query) == ("/thing", {"inc": "a b", "q": "ä&?"})
    assert asked.headers["user-agent"] == "linernotes/1"
    assert asked.headers["accept-encoding"] == "gzip"


async def test_gzip_is_understood(start):
    body = gzip.compress(GOOD.body)
    async with client_of(start(always(Reply(200, body, {"Content-Encoding": "gzip"}))).url) as client:
        assert await get(client) == Thing(1)


FAULTS = {
    "not JSON": Reply(200, b"<html>"),
    "not text": Reply(200, b'{"n": "\xff"}'),
    "empty": Reply(200, b""),
    "cut off": Reply(200, b'{"n": '),
    "too short for its length": Reply(200, GOOD.body, length=1000),
    "too long for its length": Reply(200, GOOD.body, length=3),
    "cut off gzip": Reply(200, gzip.compress(GOOD.body * 1000)[:40], {"Content-Encoding": "gzip"}),
    "not gzip": Reply(200, b"plain", {"Content-Encoding": "gzip"}),
    "another shape": told({"n": "one"}),
    "nested too deep": Reply(200, b"[" * 100_000),
    "a proxy's 404": Reply(404, b"<html>Not Found</html>"),
    "another service's 404": told({"detail": "Not Found"}, 404),
    "a proxy's 400": Reply(400, b"Bad Request"),
    "401": told({"error": "no"}, 401),
    "403": told({"error": "no"}, 403),
    "500": Reply(500, b"Internal Server Error"),
    "503": told({"error": "busy"}, 503),
    "an empty 204": Reply(204),
    "a redirect to nowhere": Reply(301),
    "a redirect to another host": Reply(301, b"", {"Location": "http://192.0.2.1/thing"}),
    "a redirect to another port": Reply(301, b"", {"Location": "http://127.0.0.1:1/thing"}),
    "a redirect to a file": Reply(301, b"", {"Location": "file:///etc/passwd"}),
    "a redirect that is no URL": Reply(301, b"", {"Location": "http://[/"}),
    "redirects in a circle": Reply(302, b"", {"Location": "/thing"}),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_is_unavailable_and_names_the_source(start, name):
    async with client_of(start(always(FAULTS[name])).url) as client:
        with pytest.raises(Unavailable) as caught:
            await get(client)
    assert (caught.value.source, isinstance(caught.value, NotFound)) == ("there", False)
    assert caught.value.message.startswith("there: ")


async def test_a_source_that_is_not_there_is_unavailable():
    async with client_of(nobody_there()) as client:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await get(client)


async def test_a_slow_answer_is_given_up_at_the_deadline(start):
    server = start(always(Reply(200, GOOD.body, after=30)))
    async with client_of(server.url) as client:
        with pytest.raises(Unavailable, match="no answer in time"):
            await get(client, seconds=0.2)
    assert len(server.asked) == 1


async def test_who_had_little_time_does_not_open_the_breaker(start):
    breaker = Breaker(source="there", most=1)
    server = start(then(Reply(200, GOOD.body, after=30), GOOD))
    async with client_of(server.url, breaker=breaker) as client:
        with pytest.raises(Unavailable, match="no answer in time"):
            await get(client, seconds=0.2)
        assert await get(client) == Thing(1)


async def test_a_turn_that_leaves_no_time_for_an_answer_is_not_taken(start):
    server = start(always(GOOD))
    pace = MemoryPace()
    pace.hold("there", until=NOW + 16_000)
    async with client_of(server.url, pace=pace) as client:
        with pytest.raises(RateLimited):
            await get(client, seconds=20)
    assert server.asked == []


@pytest.mark.parametrize("status", [400, 404, 406])
async def test_a_refusal_in_the_sources_own_words_is_no_fault(start, status):
    server = start(always(told({"error": "Not Found", "help": "…"}, status)))
    async with client_of(server.url) as client:
        for _ in range(10):
            with pytest.raises(Refusal) as caught:
                await get(client)
    assert (caught.value.status, caught.value.reason) == (status, "Not Found")
    assert len(server.asked) == 10, "it is not asked again, and the breaker does not mind"


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_without_end_is_cut_off(start, packed):
    body = b'{"n": "' + b" " * (32 << 20) + b'"}'
    reply = Reply(200, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else Reply(200, body)
    async with client_of(start(always(reply)).url) as client:
        with pytest.raises(TooLarge, match="larger than 8 MiB"):
            await get(client)


@pytest.mark.parametrize("passing", [told({}, 502), told({}, 503), told({}, 504), told({}, 429)])
async def test_a_passing_fault_is_asked_again(start, passing):
    server = start(then(passing, passing, GOOD))
    turns = Turns()
    async with client_of(server.url, pace=turns) as client:
        assert await get(client) == Thing(1)
    assert (len(server.asked), turns.reserved) == (3, 3), "each time has a turn of its own"


async def test_a_connection_that_breaks_is_tried_again(start):
    server = start(then(FAULTS["too short for its length"], GOOD))
    async with client_of(server.url) as client:
        assert await get(client) == Thing(1)


async def test_it_is_asked_again_twice_at_most(start):
    server = start(always(told({}, 503)))
    async with client_of(server.url) as client:
        with pytest.raises(Unavailable, match="HTTP 503"):
            await get(client)
    assert len(server.asked) == 3


async def test_retry_after_is_told_and_holds_everybody(start):
    server = start(always(told({}, 429, Retry_After="120")))
    turns = Turns()
    async with client_of(server.url, pace=turns) as client:
        with pytest.raises(RateLimited) as caught:
            await get(client)
    assert (caught.value.retry_after, turns.held) == (120.0, [NOW + 120_000])
    assert len(server.asked) == 1, "the deadline would pass first"


async def test_a_date_in_retry_after_counts_from_now(start):
    # 1,790,000,000 is Mon, 21 Sep 2026 14:13:20 GMT.
    server = start(always(told({"error": "busy"}, 503, Retry_After="Mon, 21 Sep 2026 14:14:20 GMT")))
    turns = Turns()
    async with client_of(server.url, pace=turns) as client:
        with pytest.raises(Unavailable) as caught:
            await get(client)
    assert (caught.value.retry_after, turns.held) == (60.0, [NOW + 60_000])


async def test_503_with_an_empty_allowance_is_a_limit(start):
    server = start(always(told({"error": "slow down"}, 503, X_RateLimit_Remaining="0")))
    async with client_of(server.url) as client:
        with pytest.raises(RateLimited):
            await get(client)


async def test_redirects_within_the_host_are_followed_three_times_at_most(start):
    def respond(asked: Asked) -> Reply:
        hops = int(asked.query["hops"])
        return GOOD if not hops else Reply(301, b"", {"Location": f"/thing?hops={hops - 1}"})

    turns = Turns()
    async with client_of(start(respond).url, pace=turns) as client:
        assert await get(client, hops="3") == Thing(1)
        assert turns.reserved == 4
        with pytest.raises(Unavailable, match="more than 3 redirects"):
            await get(client, hops="4")


async def test_the_breaker_opens_after_faults_in_a_row_and_closes_when_a_probe_succeeds(start):
    clock = [0.0]
    breaker = Breaker(source="there", most=3, pause_seconds=10, clock=lambda: clock[0], jitter=lambda: 0.0)
    server = start(then(*[Reply(500)] * 4, GOOD))
    async with client_of(server.url, breaker=breaker) as client:
        for _ in range(3):
            with pytest.raises(Unavailable, match="HTTP 500"):
                await get(client)
        with pytest.raises(Unavailable, match="left alone after 3 faults") as caught:
            await get(client)
        assert (len(server.asked), caught.value.retry_after) == (3, 10.0)
        clock[0] = 10.0
        with pytest.raises(Unavailable, match="HTTP 500"):  # the probe fails
            await get(client)
        with pytest.raises(Unavailable, match="left alone"):
            await get(client)
        clock[0] = 20.0
        assert await get(client) == Thing(1)
        assert await get(client) == Thing(1)
    assert len(server.asked) == 6


async def test_of_many_only_one_probes_a_source_that_was_down(start):
    clock, refused = [0.0], threading.Event()
    breaker = Breaker(source="there", most=1, pause_seconds=1, clock=lambda: clock[0], jitter=lambda: 0.0)

    def respond(_: Asked) -> Reply:
        if not clock[0]:
            return Reply(500)
        refused.wait(10)  # the probe takes until all others were sent away
        return GOOD

    server = start(respond)
    async with client_of(server.url, breaker=breaker) as client:
        with pytest.raises(Unavailable):
            await get(client)
        clock[0] = 2.0
        waiting = {asyncio.create_task(get(client, seconds=30)) for _ in range(5)}
        while len(waiting) > 1:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert all(isinstance(task.exception(), Unavailable) for task in done)
        refused.set()
        [probe] = waiting
        assert await probe == Thing(1)
    assert len(server.asked) == 2


async def test_a_probe_that_nobody_waits_for_any_more_makes_room_for_another(start):
    clock = [0.0]
    breaker = Breaker(source="there", most=1, pause_seconds=1, clock=lambda: clock[0], jitter=lambda: 0.0)
    server = start(then(Reply(500), Reply(200, GOOD.body, after=5), GOOD))
    async with client_of(server.url, breaker=breaker) as client:
        with pytest.raises(Unavailable):
            await get(client)
        clock[0] = 2.0
        probe = asyncio.create_task(get(client))
        while len(server.asked) < 2:  # noqa: ASYNC110 - the server runs in another thread
            await asyncio.sleep(0.01)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        assert await get(client) == Thing(1)


async def test_two_clients_share_one_pace(start):
    server = start(always(GOOD))
    pace = Remembering()
    async with client_of(server.url, pace=pace) as one, client_of(server.url, pace=pace) as other:
        await asyncio.gather(*(get(client) for client in (one, other) * 5))
    assert sorted(pace.moments) == [NOW + number for number in range(10)]


async def test_a_queue_that_is_too_long_says_so_at_once(start):
    server = start(always(GOOD))
    pace = MemoryPace()
    pace.hold("there", until=NOW + 60_000)
    async with client_of(server.url, pace=pace) as client:
        with pytest.raises(RateLimited, match="waiting for their turn") as caught:
            await get(client)
    assert (server.asked, caught.value.source) == ([], "there")


async def test_nothing_that_identifies_a_person_is_logged(start, caplog):
    caplog.set_level(logging.DEBUG, "linernotes")
    async with client_of(start(always(Reply(500))).url) as client:
        with pytest.raises(Unavailable):
            await get(client, key="secret")
    assert "secret" not in "".join(record.getMessage() for record in caplog.records if "linernotes" in record.name)


class Remembering(MemoryPace):
    """A pace that remembers which moments it gave."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[int] = []

    def reserve(self, name: str, *, interval: int, now: int, latest: int) -> int | None:
        moment = super().reserve(name, interval=interval, now=now, latest=latest)
        assert moment is not None
        self.moments.append(moment)
        return moment
