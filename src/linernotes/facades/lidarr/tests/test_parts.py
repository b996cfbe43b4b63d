"""The small parts: words, times, queries, paths, what is kept and what is done once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid
from linernotes.facades.lidarr.asked import Query
from linernotes.facades.lidarr.flight import SingleFlight
from linernotes.facades.lidarr.routes import Route, Router
from linernotes.facades.lidarr.shelf import Shelf
from linernotes.facades.lidarr.times import LATEST, http_date, plain_date, read_time
from linernotes.facades.lidarr.words import link_type, title_case

SITES = {
    "https://www.wikidata.org/wiki/Q1": "wikidata",
    "http://www.bbc.co.uk/music": "bbc",
    "https://foo.com.au/": "com",
    "https://co.uk/": "co.uk",
    "ftp://ftp.co/x": "ftp",
    "http://localhost/": "localhost",
    "http://nodot:8080/": "nodot:8080",
    "http://user.example.test:8080/path?a=1": "example",
    "https://user:pw@auth.example/": "user:pw@auth",
    "HTTPS://Www.UPPER.Example/": "UPPER",
    "https://trailing.example./": "example",
    "https://[2001:db8::1]:8443/x": "[2001:db8::1]:8443",
    "http://192.0.2.7/x": "2",
    "http://www.日本.example/": "日本",
    "https://x.bandcamp.com?y=a.b/c": "bandcamp",
    "https://x.bandcamp.com#a.b/c": "bandcamp",
    "no-slashes": "",
    "": "",
}


@pytest.mark.parametrize("url", SITES)
def test_a_link_is_of_the_second_level_label_of_its_host(url: str) -> None:
    assert link_type(url) == SITES[url]


@given(st.text())
def test_any_text_has_a_link_type(url: str) -> None:
    assert link_type(url) in url


@pytest.mark.parametrize(
    ("genre", "title"),
    [
        ("hip hop", "Hip Hop"),
        ("r&b", "R&B"),
        ("drum and bass", "Drum And Bass"),
        ("lo-fi", "Lo-Fi"),
        ("2-step", "2-Step"),
        ("80s rock", "80s Rock"),
        ("rock 'n' roll", "Rock 'N' Roll"),
        ("EDM", "Edm"),
        ("neue deutsche härte", "Neue Deutsche Härte"),
        ("русский рок", "Русский Рок"),
        ("under_score", "Under_Score"),
    ],
)
def test_genres_are_in_title_case(genre: str, title: str) -> None:
    assert title_case(genre) == title


def test_times_are_written_in_both_forms() -> None:
    assert http_date(1_795_219_200_999) == "Sat, 21 Nov 2026 00:00:00 GMT"
    assert plain_date(1_795_219_200_999) == "2026-11-21T00:00:00"


@given(st.integers(0, LATEST))
def test_written_times_are_read_back_to_the_second(at: int) -> None:
    second = at // 1000 * 1000
    assert read_time(http_date(at)) == read_time(plain_date(at)) == read_time(str(at // 1000)) == second


@given(st.text())
def test_a_time_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert isinstance(read_time(text), int)


def test_a_time_stamp_of_a_dump_is_read_in_its_zone() -> None:
    assert read_time("2026-11-21 02:00:00.123456+02") == 1_795_219_200_123


@given(st.text(), st.sampled_from(["limit", "since", "query", "primTypes"]))
def test_any_query_string_is_read_or_refused(text: str, name: str) -> None:
    query = Query(text)
    assert 1 <= query.limit(50) <= 50
    assert isinstance(query.text(name), str)
    with suppress(Invalid):
        assert isinstance(query.number(name), int | None)


def test_paths_lead_to_handlers_and_hand_over_their_parts() -> None:
    async def handler() -> None: ...

    router = Router([Route("GET", "/", handler), Route("GET", "/a/*", handler), Route("POST", "/a/b", handler)])
    assert router.match("/") == router.match("") == ({"GET": handler}, ())
    assert router.match("/a/x") == router.match("/a/x/") == ({"GET": handler}, ("x",))
    assert router.match("/a/x//") is None
    assert router.match("/a") is None
    assert router.match("/b/x") is None


def test_a_shelf_drops_what_was_not_asked_for_longest() -> None:
    shelf = Shelf[str, str](4000)
    for name in "abcd":
        shelf.put(name, name, 200)
    assert shelf.get("a") == "a"
    for number in range(5):
        shelf.put(f"more {number}", "x", 200)
    assert shelf.get("a") == "a"
    assert shelf.get("b") is None


def test_a_shelf_takes_nothing_that_would_fill_it() -> None:
    shelf = Shelf[str, str](4000)
    shelf.put("large", "x", 4000)
    assert shelf.get("large") is None
    Shelf[str, str](0).put("any", "x", 0)


def test_the_same_work_is_done_once_for_all_who_wait() -> None:
    begun: list[int] = []

    async def work() -> bytes:
        begun.append(1)
        await asyncio.sleep(0)
        return b"done"

    async def ask() -> list[bytes]:
        flight = SingleFlight[str, bytes]()
        answers = await asyncio.gather(*(flight.run("key", work) for _ in range(3)))
        return [*answers, await flight.run("key", work)]

    assert asyncio.run(ask()) == [b"done"] * 4
    assert len(begun) == 2


def test_who_gives_up_waiting_does_not_stop_the_work() -> None:
    async def ask() -> bytes:
        flight, gate = SingleFlight[str, bytes](), asyncio.Event()

        async def work() -> bytes:
            await gate.wait()
            return b"done"

        first, second = (asyncio.ensure_future(flight.run("key", work)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        gate.set()
        return await second

    assert asyncio.run(ask()) == b"done"
