"""A fault is never an answer: whatever the service sends, a fetch gives facts, or one of our errors, and no less."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linernotes.domain.errors import Invalid, RateLimited, Unavailable
from linernotes.domain.facts import VALUE_TYPES, Aspect, Wanted, search_key
from linernotes.domain.ids import Kind
from linernotes.providers._kit.recorder import read_exchanges
from linernotes.providers.musicbrainz.tests.conftest import connected
from tests.providers.serving import Asked, Reply, nobody_there, told

MBID = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
NEW = "00000000-0000-4000-8000-000000000001"
NOT_FOUND = told({"error": "Not Found"}, 404)
KEYS = dict.fromkeys(Aspect, MBID) | {
    Aspect.ISRC: "USGF19942501",
    Aspect.BARCODE: "720642442524",
    Aspect.DISC_ID: "xUfEpSIX4Ve.8GIyTMDb8CD1lmc-",
    Aspect.URL: "https://www.discogs.com/release/1",
    Aspect.SEARCH: search_key(Kind.ARTIST, "nirvana"),
}
EVERY = sorted(KEYS.items())
EXCHANGES = read_exchanges(Path(__file__).parent / "exchanges")


@pytest.mark.anyio
@pytest.mark.parametrize(("aspect", "key"), EVERY)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"<html>404</html>", {"Content-Type": "text/html"}),
        told({"error": "The MusicBrainz web server is currently busy."}, 503, Retry_After="400"),
        told({"error": "x is not a valid inc parameter"}, 400),
        told({"error": "You may not"}, 403),
        told({}),
        told([]),
        told(None),
        Reply(200, b'{"id": "5b11'),
    ],
    ids=["proxy 404", "busy", "bad request", "forbidden", "object", "list", "null", "cut off"],
)
async def test_no_aspect_takes_a_fault_for_an_answer(stand_in, aspect, key, reply):
    async with connected(stand_in(lambda _: reply).url) as source:
        with pytest.raises(Unavailable) as caught:
            await source.fetch(Wanted(aspect, key))
    assert caught.value.source == "musicbrainz"


@pytest.mark.anyio
async def test_a_server_that_is_not_there_is_a_fault():
    async with connected(nobody_there()) as source:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await source.fetch(Wanted(Aspect.ARTIST, MBID))


@pytest.mark.anyio
async def test_a_fetch_is_given_up_after_its_time(stand_in):
    server = stand_in(lambda _: Reply(200, b"{}", after=30))
    async with connected(server.url, timeout_seconds=0.2, listing_seconds=0.2) as source:
        for aspect in (Aspect.ARTIST, Aspect.EDITIONS):
            with pytest.raises(Unavailable, match="no answer in time"):
                await source.fetch(Wanted(aspect, MBID))


@pytest.mark.anyio
async def test_a_key_that_the_service_refuses_is_invalid(stand_in):
    async with connected(stand_in(lambda _: told({"error": "Invalid mbid."}, 400)).url) as source:
        with pytest.raises(Invalid) as caught:
            await source.fetch(Wanted(Aspect.ARTIST, "../../x?y"))
    assert caught.value.source == "musicbrainz"


@pytest.mark.anyio
async def test_a_key_never_leaves_its_place_in_the_path(stand_in):
    server = stand_in(lambda _: NOT_FOUND)
    async with connected(server.url) as source:
        for aspect in (Aspect.ARTIST, Aspect.ISRC, Aspect.DISC_ID):
            await source.fetch(Wanted(aspect, "../a?b=c#d"))
    assert [urlsplit(target).path.count("/") for target in server.targets] == [4, 4, 4]


@pytest.mark.anyio
async def test_too_much_is_told_as_such(stand_in):
    reply = told({"error": "slow down"}, 429, Retry_After="120")
    async with connected(stand_in(lambda _: reply).url) as source:
        with pytest.raises(RateLimited) as caught:
            await source.fetch(Wanted(Aspect.ARTIST, MBID))
    assert caught.value.retry_after == 120


@pytest.mark.anyio
async def test_a_redirect_to_the_entity_that_is_left_is_followed_and_told(stand_in):
    def respond(asked: Asked) -> Reply:
        if MBID in asked.path:
            return Reply(301, b"", {"Location": asked.target.replace(MBID, NEW)})
        return told({"id": NEW, "name": "New", "sort-name": "New"})

    async with connected(stand_in(respond).url) as source:
        facts = {fact.wanted.key: fact for fact in await source.fetch(Wanted(Aspect.ARTIST, MBID))}
    assert (facts[MBID].moved_to, facts[MBID].value, facts[NEW].value.name) == (NEW, None, "New")


@pytest.mark.anyio
async def test_a_list_that_ends_too_early_is_a_fault(stand_in):
    def respond(asked: Asked) -> Reply:
        rows = [{"id": MBID, "title": "One"}] if asked.query["offset"] == "0" else []
        return told({"release-group-count": 2, "release-group-offset": 0, "release-groups": rows})

    async with connected(stand_in(respond).url) as source:
        with pytest.raises(Unavailable, match="a list of 2 ended after 1"):
            await source.fetch(Wanted(Aspect.DISCOGRAPHY, MBID))


@pytest.mark.anyio
@pytest.mark.parametrize("aspect", [Aspect.DISCOGRAPHY, Aspect.EDITIONS])
async def test_a_list_that_is_denied_of_something_that_is_there_is_a_fault(stand_in, aspect):
    def respond(asked: Asked) -> Reply:
        return told({"id": MBID, "name": "One", "title": "One"}) if MBID in asked.path else NOT_FOUND

    async with connected(stand_in(respond).url) as source:
        with pytest.raises(Unavailable, match="denies its list"):
            await source.fetch(Wanted(aspect, MBID))
    async with connected(stand_in(lambda _: NOT_FOUND).url) as source:
        [fact] = await source.fetch(Wanted(aspect, MBID))
    assert fact.value is None


@pytest.mark.anyio
async def test_a_discography_whose_releases_are_denied_is_a_fault(stand_in):
    def respond(asked: Asked) -> Reply:
        if asked.path.endswith("/release"):
            return NOT_FOUND
        return told({"release-group-count": 1, "release-groups": [{"id": NEW, "title": "Album"}]})

    async with connected(stand_in(respond).url) as source:
        with pytest.raises(Unavailable, match="denies its list"):
            await source.fetch(Wanted(Aspect.DISCOGRAPHY, MBID))


@pytest.mark.anyio
async def test_a_discography_is_told_though_more_of_its_albums_cannot_be(stand_in):
    credit = [{"name": "One", "artist": {"id": MBID, "name": "One"}}]

    def respond(asked: Asked) -> Reply:
        if asked.path.endswith("/release"):
            release = {
                "id": NEW,
                "title": "Album",
                "status": "Official",
                "release-group": {"id": NEW, "title": "Album"},
            }
            return told({"release-count": 1, "release-offset": 0, "releases": [release]})
        if "tags" in asked.query["inc"]:
            return told({"error": "tags is not a valid inc parameter"}, 400)
        group = {"id": NEW, "title": "Album", "artist-credit": credit}
        return told({"release-group-count": 1, "release-group-offset": 0, "release-groups": [group]})

    async with connected(stand_in(respond).url) as source:
        facts = {fact.wanted: fact for fact in await source.fetch(Wanted(Aspect.DISCOGRAPHY, MBID))}
    [line] = facts[Wanted(Aspect.DISCOGRAPHY, MBID)].value
    assert (line.mbid, line.release_statuses) == (NEW, ("Official",))
    assert facts[Wanted(Aspect.RELEASE_GROUP, NEW)].partial


@pytest.mark.anyio
async def test_a_group_whose_releases_credit_somebody_else_has_statuses_all_the_same(stand_in):
    credit = [{"name": "One", "artist": {"id": MBID, "name": "One"}}]

    def respond(asked: Asked) -> Reply:
        if asked.path.endswith("/release"):
            rows = [{"id": NEW, "title": "x", "status": None}] if "release-group" in asked.query else []
            return told({"release-count": len(rows), "release-offset": 0, "releases": rows})
        group = {"id": NEW, "title": "Album", "artist-credit": credit}
        return told({"release-group-count": 1, "release-group-offset": 0, "release-groups": [group]})

    async with connected(stand_in(respond).url) as source:
        [fact, *_] = await source.fetch(Wanted(Aspect.DISCOGRAPHY, MBID))
    assert [(line.release_statuses, line.statusless) for line in fact.value] == [((), True)]


@pytest.mark.anyio
async def test_editions_that_change_while_they_are_read_are_a_fault(stand_in):
    group = {"id": MBID, "title": "Group"}

    def respond(asked: Asked) -> Reply:
        mbid = NEW if "recordings" in asked.query["inc"] else MBID
        row = {"id": mbid, "title": "One", "release-group": group}
        return told({"release-count": 1, "release-offset": 0, "releases": [row]})

    async with connected(stand_in(respond).url) as source:
        with pytest.raises(Unavailable, match="changed while"):
            await source.fetch(Wanted(Aspect.EDITIONS, MBID))


@pytest.mark.anyio
async def test_a_mirror_that_lists_no_tags_is_asked_for_none_from_then_on(stand_in):
    release = {"id": NEW, "title": "One", "release-group": {"id": MBID, "title": "Group"}}

    def respond(asked: Asked) -> Reply:
        if "tags" in asked.query["inc"]:
            return told({"error": "tags is not a valid inc parameter for the release resource."}, 400)
        return told({"release-count": 1, "release-offset": 0, "releases": [release]})

    server = stand_in(respond)
    async with connected(server.url) as source:
        for count in (3, 5):
            facts = {fact.wanted: fact for fact in await source.fetch(Wanted(Aspect.EDITIONS, MBID))}
            assert not facts[Wanted(Aspect.RELEASE, NEW)].partial
            assert len(server.asked) == count


@pytest.mark.anyio
async def test_a_release_that_is_too_large_is_asked_for_in_two_parts(stand_in):
    release = {"id": MBID, "title": "Box", "release-group": {"id": NEW, "title": "Box"}}

    def respond(asked: Asked) -> Reply:
        inc = asked.query["inc"].split()
        if "recordings" in inc and "tags" in inc:
            return Reply(200, b" " * (9 << 20))
        return told(release | ({"tags": [{"name": "rock", "count": 1}]} if "tags" in inc else {}))

    async with connected(stand_in(respond).url) as source:
        [fact, *_] = await source.fetch(Wanted(Aspect.RELEASE, MBID))
    assert (fact.value.title, [tag.name for tag in fact.value.tags]) == ("Box", ["rock"])


@pytest.mark.anyio
async def test_an_answer_that_stays_too_large_is_a_fault(stand_in):
    async with connected(stand_in(lambda _: Reply(200, b" " * (9 << 20))).url) as source:
        for aspect in (Aspect.RELEASE, Aspect.ARTIST):
            with pytest.raises(Unavailable, match="larger than 8 MiB"):
                await source.fetch(Wanted(aspect, MBID))


@pytest.mark.anyio
async def test_who_asks_is_told_to_the_service(stand_in):
    server = stand_in(lambda _: NOT_FOUND)
    for contact in ("me@example.org", " "):
        async with connected(server.url, contact=contact) as source:
            await source.fetch(Wanted(Aspect.ARTIST, MBID))
    assert [one.headers["user-agent"] for one in server.asked] == ["linernotes/1 ( me@example.org )", "linernotes/1"]


@pytest.mark.anyio
async def test_a_base_url_may_have_a_path(stand_in):
    server = stand_in(lambda _: NOT_FOUND)
    async with connected(server.url + "/mirror/") as source:
        await source.fetch(Wanted(Aspect.ARTIST, MBID))
    assert server.asked[0].path == f"/mirror/ws/2/artist/{MBID}"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
bodies = st.sampled_from([exchange.json for exchange in EXCHANGES.values()])


@st.composite
def spoiled(draw):
    """Draw an answer of the service with something in it replaced by something else."""
    body = deepcopy(draw(bodies))
    for _ in range(draw(st.integers(1, 3))):
        node = body
        for _ in range(draw(st.integers(0, 6))):
            inner = [
                one
                for one in (node.values() if isinstance(node, dict) else node)
                if one and isinstance(one, dict | list)
            ]
            if not inner:
                break
            node = draw(st.sampled_from(inner))
        place = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        node[place] = draw(anything)
    return body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(body=anything | spoiled() | bodies, question=st.sampled_from(EVERY))
def test_whatever_comes_gives_facts_that_can_be_kept_or_unavailable(body, question):
    text, left = json.dumps(body), [6]

    def answer(_: httpx2.Request) -> httpx2.Response:
        left[0] -= 1
        return httpx2.Response(200, text=text) if left[0] > 0 else httpx2.Response(404, text='{"error": "enough"}')

    async def fetch():
        async with connected("http://127.0.0.1", transport=httpx2.MockTransport(answer)) as source:
            return await source.fetch(Wanted(*question))

    try:
        facts = asyncio.run(fetch())
    except Unavailable:
        return
    assert facts
    for fact in facts:
        kind = VALUE_TYPES[fact.wanted.aspect]
        assert fact.value is None or msgspec.msgpack.decode(msgspec.msgpack.encode(fact.value), type=kind) == fact.value
