"""Look-ups beyond what AcoustID's own transcripts show."""

from __future__ import annotations

import asyncio

import pytest

from linernotes.domain.identification import LookupCount
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.app import build_app
from linernotes.facades.acoustid.errors import refused
from linernotes.facades.acoustid.lookup import MANY
from linernotes.facades.acoustid.settings import AcoustIdSettings
from linernotes.facades.acoustid.tests.world import NOW, R1, SECONDS, SOUNDS, TEXTS, World, said, wrong
from linernotes.fingerprint.codec import encode


def asked(name: str, **more: object) -> dict[str, object]:
    return {"client": "app1key", "duration": SECONDS, "fingerprint": TEXTS[name], **more}


def test_an_index_that_is_not_ready_is_told_as_such_or_as_no_result():
    world, quiet = World(), World(timeouts_as_empty=True)
    for one in (world, quiet):
        one.add("A", R1)
        one.index = None
    reply = world.post("/v2/lookup", asked("A"))
    assert wrong(reply) == (503, 13, "service currently unavailable, try again later")
    assert ("retry-after", "5") in reply.headers
    assert said(quiet.post("/v2/lookup", asked("A"))) == {"results": [], "status": "ok"}
    batch = {"client": "app1key", "batch": 1, "fingerprint.0": TEXTS["A"], "duration.0": SECONDS}
    assert said(quiet.post("/v2/lookup", batch))["fingerprints"] == [{"index": 0, "results": []}]


@pytest.mark.parametrize("count", [MANY, MANY + 1])
def test_many_recordings_are_told_as_few_are(count):
    world = World()
    mbids = [MBID(f"dddddddd-0000-4000-8000-{number:012x}") for number in range(count)]
    gid = world.add("A", *mbids)
    (found,) = said(world.post("/v2/lookup", asked("A", meta="recordings sources")))["results"]
    assert (found["id"], [one["id"] for one in found["recordings"]]) == (gid, mbids)
    assert {one["sources"] for one in found["recordings"]} == {1}


def test_metadata_can_be_switched_off():
    world = World(return_metadata=False)
    world.add("A", R1)
    assert said(world.post("/v2/lookup", asked("A", meta="recordings")))["results"][0].keys() == {"id", "score"}


def test_an_excerpt_is_found_wherever_it_is_from_and_needs_no_duration():
    world = World(full=True)
    gid = world.add("A", R1)
    excerpt = encode(SOUNDS["A"][150:250])
    (found,) = said(world.post("/v2/lookup", {"client": "app1key", "fingerprint": excerpt, "clip": 1}))["results"]
    assert found["id"] == gid
    assert abs(found["offset"] - 150 * 0.1238) < 0.2
    assert 0 < found["score"] <= 1
    assert wrong(world.post("/v2/lookup", {"client": "app1key", "fingerprint": excerpt}))[1] == 2


def test_the_best_match_comes_first_and_a_track_once():
    world = World()
    gid = world.add("A", R1)
    results = said(world.post("/v2/lookup", asked("B")))["results"]
    assert [one["id"] for one in results] == [gid]
    assert 0.9 < results[0]["score"] < 1


def test_look_ups_are_counted_with_who_asked():
    world = World()
    world.add("A", R1)
    for name in ("A", "C", "C"):
        world.post("/v2/lookup", asked(name), headers={"user-agent": "beets"})
    world.post("/v2/lookup", asked("A", maxdurationdiff=99))
    world.counter.flush()
    (day,) = world.kept.counts.lookups([1], first="2026-11-21", last="2026-11-21")
    assert (day.date, day.hits, day.misses) == (LookupCount(1, "2026-11-21", 0).date, 1, 2)
    assert NOW % 86_400_000 == 0


def test_a_long_form_is_read_off_the_event_loop_and_answered_alike():
    world = World()
    gid = world.add("A", R1)
    items = {f"fingerprint.{n}": TEXTS["A"] for n in range(20)} | {f"duration.{n}": SECONDS for n in range(20)}
    found = said(world.post("/v2/lookup", {"client": "app1key", "batch": 1, **items, "x": "y" * 50_000}))
    assert [one["results"][0]["id"] for one in found["fingerprints"]] == [gid] * 20
    assert [one["index"] for one in found["fingerprints"]] == list(range(20))


def test_a_body_of_more_than_a_mebibyte_is_too_large():
    assert wrong(World().post("/v2/lookup", {"x": "y" * (1 << 20)})) == (413, 19, "request too large")


def test_where_music_is_not_identified_everything_is_unavailable():
    import msgspec

    world = World()
    world.app = build_app(AcoustIdSettings(), msgspec.structs.replace(world.deps, identification=None))
    for path in ("/v2/lookup", "/v2/user/lookup", "/v2/nothing"):
        assert wrong(world.get(path))[:2] == (503, 13)
    assert b"<code>13</code>" in world.get("/lookup").body
    assert world.get("/_health").status == 200


def test_what_goes_wrong_inside_is_an_internal_error_in_the_form_that_was_asked_for(caplog):
    world = World()

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise ZeroDivisionError

    world.keyring._applications = Broken()
    assert wrong(world.get("/v2/lookup?client=app1key")) == (500, 5, "internal error")
    assert world.get("/v2/lookup?client=app1key&format=xml").content_type == "text/xml; charset=UTF-8"
    assert "app1key" not in caplog.text.replace("ZeroDivisionError", "")


def test_the_server_s_own_refusals_have_the_service_s_form():
    found = [(status, *wrong(refused(status, "why", "/v2/lookup"))) for status in (400, 404, 408, 413, 414, 500, 503)]
    assert found == [
        (400, 400, 400, "why"),
        (404, 404, 404, "why"),
        (408, 408, 408, "why"),
        (413, 413, 19, "request too large"),
        (414, 414, 414, "why"),
        (500, 500, 5, "internal error"),
        (503, 503, 13, "service currently unavailable, try again later"),
    ]
    assert wrong(refused(429, "too many", "/v2/lookup")) == (429, 14, "too many")
    assert refused(413, "why", "//lookup/").content_type == "text/xml; charset=UTF-8"
    assert refused(413, "why", "/base/v2//lookup").content_type == "application/json; charset=UTF-8"
    assert ("access-control-allow-origin", "*") in refused(413, "why", "/").headers


def test_the_service_may_answer_below_other_paths():
    from linernotes.facades._kit.http import Request
    from linernotes.facades.acoustid import FACADE

    assert FACADE.mounts(AcoustIdSettings(prefixes=("/acoustid",)))[:2] == ("/acoustid/v2", "/acoustid/lookup")
    world = World()
    below = Request("GET", "/track/list_by_puid", prefix="/music/acoustid/v2", query=f"puid={R1}")
    assert asyncio.run(world.answer(below)).body == b'{"status": "ok", "tracks": []}'
    first = Request("GET", "/", prefix="/music/acoustid/lookup")
    assert asyncio.run(world.answer(first)).content_type == "text/xml; charset=UTF-8"
