"""The parts of the kit by themselves."""

from __future__ import annotations

import httpx2
import msgspec
import pytest

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.providers._kit.deadline import Deadline
from linernotes.providers._kit.recorder import RecordingTransport, ReplayTransport, read_exchanges, target_of
from linernotes.providers._kit.retry import Retry, read_retry_after
from tests.providers.conftest import NOW, client_of
from tests.providers.serving import Asked, Reply, told


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("0", 0.0),
        ("-5", 0.0),
        ("1.5", 1.5),
        ("86400000", 600.0),
        ("Mon, 21 Sep 2026 14:14:20 GMT", 60.0),
        ("Mon, 21 Sep 2026 14:14:20 -0000", 60.0),
        ("Mon, 21 Sep 2020 14:14:20 GMT", 0.0),
        ("Mon, 21 Sep 99999999 14:14:20 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text, seconds):
    assert read_retry_after(text, now=NOW) == seconds


@pytest.mark.parametrize(("chance", "waits"), [(0.0, [0.25, 0.5]), (1.0, [0.5, 1.0])])
def test_the_wait_doubles_and_half_of_it_is_chance(chance, waits):
    retry = Retry(times=2, first_seconds=0.5, jitter=lambda: chance)
    assert [retry.pause(failed) for failed in (1, 2, 3)] == [*waits, None]


def test_a_deadline_that_has_passed_leaves_nothing():
    assert Deadline(-1).remaining() == 0.0
    assert 0 < Deadline(60).remaining() <= 60


def test_a_target_has_no_host_and_no_key_and_one_order():
    url = httpx2.URL("https://user:pw@somewhere.example/a/b?z=1&key=secret&a=x%20y&a=w")
    assert target_of(url, ["key"]) == "/a/b?a=w&a=x+y&key=%2A%2A%2A&z=1"
    assert target_of(httpx2.URL("https://somewhere.example/a")) == "/a"


class Thing(msgspec.Struct):
    """What is asked for."""

    n: int


@pytest.mark.anyio
async def test_what_was_recorded_can_be_played_again_anywhere(start, tmp_path):
    def respond(asked: Asked) -> Reply:
        if asked.path == "/page":
            return Reply(404, b"<html>\xff</html>", {"Content-Type": "text/html", "Set-Cookie": "secret=1"})
        return told({"n": int(asked.query["n"])})

    folder = tmp_path / "new" / "folder"
    server = start(respond)
    recording = httpx2.AsyncClient(transport=RecordingTransport(folder=folder, hidden=["key"]), base_url=server.url)
    async with recording as client:
        first = [await client.get("/a", params={"n": "1", "key": "secret"}), await client.get("/page")]
        await client.get("/a", params={"n": "2"})
    playing = httpx2.AsyncClient(
        transport=ReplayTransport(folder=folder, hidden=["key"]), base_url="https://elsewhere.example"
    )
    async with playing as client:
        again = [await client.get("/a", params={"key": "other", "n": "1"}), await client.get("/page")]
        with pytest.raises(httpx2.ConnectError, match="nothing was recorded for /b"):
            await client.get("/b")
    assert [(one.status_code, one.content) for one in again] == [(one.status_code, one.content) for one in first]
    written = "".join(file.read_text() for file in folder.glob("*.json"))
    assert "secret" not in written
    assert "127.0.0.1" not in written
    assert len(server.asked) == len(read_exchanges(folder)) == 3


@pytest.mark.anyio
async def test_a_client_takes_a_recording_for_the_network(tmp_path):
    exchange = {"target": "/a?n=1", "json": {"n": 1}}
    (tmp_path / "one.json").write_bytes(msgspec.json.encode(exchange))
    async with client_of("https://elsewhere.example", transport=ReplayTransport(folder=tmp_path)) as client:
        assert await client.get("/a", {"n": "1"}, into=Thing, deadline=Deadline(5)) == Thing(1)
        with pytest.raises(Unavailable, match="nothing was recorded"):
            await client.get("/a", {"n": "2"}, into=Thing, deadline=Deadline(5))


def test_a_file_that_is_no_exchange_is_named(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(Corrupt, match=r"broken\.json"):
        read_exchanges(tmp_path)


@pytest.mark.anyio
async def test_a_password_in_the_base_url_is_sent_and_not_written_anywhere(start, caplog):
    server = start(lambda _: told({"n": 1}))
    base = server.url.replace("http://", "http://me:pass%20word@")
    with caplog.at_level("DEBUG"):
        async with client_of(base) as client:
            await client.get("/a", {}, into=Thing, deadline=Deadline(10))
    [asked] = server.asked
    assert asked.headers["authorization"] == "Basic bWU6cGFzcyB3b3Jk"
    assert "pass" not in caplog.text
