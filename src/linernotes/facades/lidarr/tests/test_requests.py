"""Search, changes, Spotify and all that is refused."""

from __future__ import annotations

import json

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.ids import EntityRef, Kind
from linernotes.domain.secret import Secret
from linernotes.facades.lidarr import FACADE
from linernotes.facades.lidarr.asked import MOST_IDS
from linernotes.facades.lidarr.settings import LidarrSettings
from linernotes.facades.lidarr.tests import world as w
from linernotes.facades.lidarr.tests.world import NOW, Server

PLUS_AND_MINUS = [("%2B", "plus"), ("-", "minus"), ("%20AC%2FDC%20", "AC/DC"), ("%2B%2F-", "+/-"), ("x%00", "x")]


@pytest.mark.parametrize(("typed", "searched"), PLUS_AND_MINUS)
def test_text_is_trimmed_and_a_lone_sign_is_spelled_out(typed: str, searched: str) -> None:
    server = Server()
    assert server.get(f"/search/artist?query={typed}").status == 200
    assert server.names.asked == [(searched,)]


@pytest.mark.parametrize(("limit", "hits"), [("1", 1), ("0", 2), ("-1", 2), ("abc", 2), ("500", 2), ("1.5", 2)])
def test_a_limit_that_makes_no_sense_is_the_usual_one(limit: str, hits: int) -> None:
    reply = Server().get(f"/search/album?query=x&includeTracks=0&limit={limit}")
    assert len(json.loads(reply.body)) == hits


def test_the_limit_has_a_limit() -> None:
    assert len(json.loads(Server(max_search_limit=1).get("/search/album?query=x&limit=500").body)) == 1


def test_include_tracks_counts_as_said_whatever_it_says() -> None:
    [sampler, _] = json.loads(Server().get("/search?type=album&query=x&includeTracks=false").body)
    assert sampler["releases"]


def test_an_empty_artist_searches_albums_alone() -> None:
    server = Server()
    server.get("/search/album?query=x&artist=")
    server.get("/search/album?query=x&artist=Beta")
    assert server.names.asked == [("x",), ("x", "Beta")]


def test_hits_are_sorted_by_score_with_artists_first_among_equals() -> None:
    items = json.loads(Server().get("/search/all?query=x").body)
    kinds = [(item["score"], "artist" if item["artist"] else "album") for item in items]
    assert kinds == [(100, "artist"), (100, "album"), (40, "artist"), (40, "album")]


def test_no_hits_are_an_empty_list_that_nobody_keeps() -> None:
    server = Server(w.catalogue(artists=(), release_groups=()))
    reply = server.get("/search/artist?query=x")
    assert (reply.status, reply.body) == (200, b"[]")
    assert ("cache-control", "public, s-maxage=0, max-age=0") in reply.headers


@pytest.mark.parametrize("body", [b'["x"]', b"[1]", b"{}", b"null", b'"abc"', b"[", b"", b"[null]", b"\xff"])
@pytest.mark.parametrize("path", ["/search/fingerprint", "/spotify/lookup"])
def test_a_body_that_is_no_list_of_ids_is_refused(path: str, body: bytes) -> None:
    status = Server().post(path, body).status
    assert status == (200 if (path, body) == ("/spotify/lookup", b'["x"]') else 400)


@pytest.mark.parametrize("path", ["/search/fingerprint", "/spotify/lookup"])
def test_a_list_that_would_keep_others_waiting_is_refused(path: str) -> None:
    mbid = b'"00000000-0000-4000-8000-000000000000"'
    assert Server().post(path, b"[" + b",".join([mbid] * MOST_IDS) + b"]").status == 200
    assert Server().post(path, b"[" + b",".join([mbid] * (MOST_IDS + 1)) + b"]").status == 400


def test_a_list_that_is_not_sent_as_json_is_refused() -> None:
    assert Server().post("/search/fingerprint", b"[]", "text/plain").status == 400
    assert Server().post("/search/fingerprint", b"[]", "application/json; charset=utf-8").status == 200


def test_no_recordings_match_nothing() -> None:
    reply = Server().post("/search/fingerprint", b"[]")
    assert reply.body == b"[]"
    assert ("cache-control", "public, s-maxage=0, max-age=0") in reply.headers


def test_the_mark_of_a_refresh_is_seen_in_recent() -> None:
    server = Server(w.catalogue(changed_at={}))
    assert server.post(f"/artist/{w.ALPHA.old_mbids[0]}/refresh", b"").body == b'{"success":true}'
    assert server.post(f"/album/{w.FULL.mbid.upper()}/refresh", b"").status == 200
    assert json.loads(server.get("/recent/artist").body)["Items"] == [w.ALPHA.mbid]
    assert json.loads(server.get("/recent/album").body)["Items"] == [w.FULL.mbid]


def test_refreshing_what_is_not_there_marks_nothing() -> None:
    server = Server()
    assert server.post(f"/artist/{w.FULL.mbid}/refresh", b"").status == 200
    assert server.post("/artist/x/refresh", b"").status == 400
    assert server.marks.marked_since(Kind.ARTIST, 0, 10) == []


@pytest.mark.parametrize("since", ["", "?since=0", "?since=-5", "?since="])
def test_recent_without_a_time_is_the_last_two_days(since: str) -> None:
    server = Server(w.catalogue(changed_at={}))
    reply = server.get(f"/recent/artist{since}")
    assert json.loads(reply.body) == {"Count": 0, "Items": [], "Limited": False, "Since": "2026-11-19T00:00:00"}
    assert reply.headers == (("cache-control", "no-cache"),)


def test_recent_is_limited_when_it_is_cut_and_newest_first() -> None:
    server = Server(recent_limit=1)
    server.marks.mark([EntityRef(Kind.ARTIST, w.GAMMA.mbid)], changed_at=NOW, reason="test")
    answer = json.loads(server.get("/recent/artist?since=1000").body)
    assert (answer["Items"], answer["Count"], answer["Limited"]) == ([w.GAMMA.mbid], 1, True)


def test_recent_is_limited_when_it_reaches_back_before_the_first_import() -> None:
    first = w.INFO.history_since // 1000
    assert json.loads(Server().get(f"/recent/artist?since={first - 1}").body)["Limited"] is True
    assert json.loads(Server().get(f"/recent/artist?since={first}").body)["Limited"] is False


def test_recent_in_the_far_future_is_empty() -> None:
    assert json.loads(Server().get("/recent/artist?since=999999999999999").body)["Since"] == "9999-12-31T23:59:59"


def test_recent_answers_even_if_nothing_can_be_read(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __getattr__(self, _: str) -> object:
            raise Unavailable

    reply = Server(Broken()).get("/recent/album?since=1795219200")  # type: ignore[arg-type]
    assert json.loads(reply.body) == {"Count": 0, "Items": [], "Limited": True, "Since": "2026-11-21T00:00:00"}
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("given", ["", "wrong", "kéy"])
def test_invalidate_needs_the_key_that_is_set(given: str) -> None:
    server = Server(invalidate_key=Secret("right"))
    reply = server.get("/invalidate", headers={"authorization": given})
    assert (reply.status, reply.body) == (401, b'{"error":"Unauthorized"}')
    assert server.get("/invalidate", headers={"authorization": "right"}).status == 200


@pytest.mark.parametrize(
    "since",
    [
        "2026-11-20",
        "2026-11-19T23:59:59Z",
        "2026-11-20T01:00:00+02:00",
        "Fri%2C%2020%20Nov%202026%2000%3A59%3A59%20%2B0100",
        "1795132799",
    ],
)
def test_invalidate_reads_dates_in_many_forms(since: str) -> None:
    server = Server(w.catalogue(changed_at={EntityRef(Kind.ARTIST, w.BETA.mbid): w.BUILT + 1}))
    reply = server.get(f"/invalidate?since={since}", prefix="/api/v0.4", base_url="http://here")
    assert json.loads(reply.body) == [f"http://here/api/v0.4/artist/{w.BETA.mbid}"]


def test_invalidate_without_a_key_is_open_whatever_the_client_sends() -> None:
    assert Server().get("/invalidate", headers={"authorization": "anything"}).status == 200


def test_invalidate_refuses_what_is_no_date() -> None:
    assert Server().get("/invalidate?since=yesterday").status == 400


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/spotify/artist/AlphaOnSpotify", f"/artist/{w.ALPHA.mbid}"),
        ("/spotify/album/ReleaseOnSpotify", f"/album/{w.FULL.mbid}"),
        ("/spotify/album/GroupOnSpotify", f"/album/{w.FULL.mbid}"),
    ],
)
def test_a_spotify_id_leads_to_the_page_under_the_same_prefix(path: str, location: str) -> None:
    reply = Server().get(path, prefix="/api/v0.4")
    assert (reply.status, reply.body) == (301, b"")
    assert ("location", f"/api/v0.4{location}") in reply.headers


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/spotify/auth", 400),
        ("/spotify/auth?code=x", 400),
        ("/spotify/auth?code=x&state=http://evil.example/", 400),
        ("/spotify/auth?code=x&state=http://lidarr/oauth.html", 503),
        ("/spotify/renew", 400),
        ("/spotify/renew?refresh_token=x", 503),
    ],
)
def test_spotify_sign_in_is_refused_and_never_kept(target: str, status: int) -> None:
    reply = Server().get(target)
    assert reply.status == status
    assert ("cache-control", "no-cache") in reply.headers


def test_the_api_is_mounted_where_the_settings_say() -> None:
    assert FACADE.mounts(LidarrSettings()) == ("/api/v0.4", "/api/v0.3", "/api/testing", "")
    assert FACADE.mounts(LidarrSettings(prefixes=("/x",), root=False)) == ("/x",)


def test_any_version_of_the_api_is_answered_at_the_root() -> None:
    server = Server()
    assert server.get(f"/api/v9.9/album/{w.FULL.mbid}").body == server.get(f"/album/{w.FULL.mbid}").body
    assert server.get("/api/v9.9").body == server.get("/").body
    moved = server.get("/api/v9.9/spotify/artist/AlphaOnSpotify")
    assert ("location", f"/api/v9.9/artist/{w.ALPHA.mbid}") in moved.headers
    assert ("cache-control", "no-cache") in server.get("/api/v9.9/recent/artist?since=abc").headers
    assert server.get("/api/v0.4/api/v0.4", prefix="/api/v0.4").status == 404


def test_a_wrong_method_names_the_right_ones() -> None:
    reply = Server().ask("DELETE", "/search/fingerprint")
    assert reply.status == 405
    assert ("allow", "OPTIONS, POST") in reply.headers
    options = Server().ask("OPTIONS", f"/album/{w.FULL.mbid}")
    assert (options.status, options.body, options.content_type) == (200, b"", "application/json")


def test_an_unexpected_fault_is_a_json_object_too(caplog: pytest.LogCaptureFixture) -> None:
    class Strange:
        def __getattr__(self, _: str) -> object:
            raise RuntimeError("not one of ours")

    reply = Server(Strange()).get(f"/album/{w.FULL.mbid}")  # type: ignore[arg-type]
    assert (reply.status, reply.body) == (500, b'{"error":"Internal server error"}')
    assert ("cache-control", "no-cache") in reply.headers
    assert "not one of ours" in caplog.text
