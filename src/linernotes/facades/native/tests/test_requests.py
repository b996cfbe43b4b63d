"""What requests may ask and how they are answered, beyond the golden files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.facts import wanted
from linernotes.domain.ids import EntityRef, Kind
from linernotes.facades.native.tests.world import ADMIN, ANYBODY, NOW, READER, Site
from tests.contracts import world as w
from tests.contracts.catalogues import memory
from tests.contracts.world import WORLD, mbid
from tests.library import FakeSource

ALPHA = w.ALPHA.mbid
NOBODY = mbid("nobody")
SOURCED = {wanted(Kind.ARTIST, one.mbid): one for one in (w.ALPHA, w.BETA)}


@pytest.fixture
def site() -> Site:
    return Site()


def fake(fault: Exception | None = None) -> FakeSource:
    source: Any = FakeSource(now=lambda: NOW, values=SOURCED)
    source.fault = fault
    return source


def pages(site: Site, target: str) -> Iterator[Any]:
    """Follow ``next`` to the end."""
    following: str | None = target
    while following:
        reply = site.get(following.removeprefix("/v1"))
        assert reply.status == 200, reply.body
        page = msgspec.json.decode(reply.body)
        following = page["next"]
        assert site.header(reply, "link") == (f'<{following}>; rel="next"' if following else "")
        yield page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"/artists/{mbid('Alpha before')}", f"/artists/{ALPHA}"),
        (f"/artists/{mbid('Alpha before')}?include=tags", f"/artists/{ALPHA}?include=tags"),
        (
            f"/artists/{mbid('Alpha before')}/release-groups?limit=1",
            f"/artists/{ALPHA}/release-groups?limit=1",
        ),
        (f"/release-groups/{mbid('Full before')}/releases", f"/release-groups/{w.FULL.mbid}/releases"),
        (f"/releases/{mbid('Full on CD before')}", f"/releases/{w.FULL_ON_CD.mbid}"),
        (f"/recordings/{mbid('Song before')}", f"/recordings/{w.SONG}"),
        (f"/labels/{mbid('Label before')}", f"/labels/{w.LABEL.mbid}"),
        (f"/series/{mbid('Series before')}", f"/series/{w.SERIES.mbid}"),
    ],
)
def test_a_merged_mbid_leads_to_where_the_entity_is(site, old, new) -> None:
    reply = site.get(old, prefix="/music/v1")
    assert (reply.status, site.header(reply, "location"), reply.body) == (301, f"/music/v1{new}", b"")


def test_another_spelling_of_an_mbid_is_understood(site) -> None:
    plain = site.get(f"/artists/{ALPHA}").body
    for spelling in (ALPHA.upper(), ALPHA.replace("-", ""), f"{{{ALPHA}}}"):
        assert site.get(f"/artists/{spelling}/").body == plain


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "path",
    [
        f"/artists/{ALPHA}/release-groups",
        f"/release-groups/{w.FULL.mbid}/releases",
        "/releases?barcode=12345678905",
        "/changes?type=artist",
    ],
)
def test_pages_of_any_size_show_everything_once_and_in_one_order(site, path, limit) -> None:
    joint = "&" if "?" in path else "?"
    whole = [item["mbid"] for page in pages(site, f"{path}{joint}limit=100") for item in page["items"]]
    told = [page["items"] for page in pages(site, f"{path}{joint}limit={limit}")]
    assert [item["mbid"] for items in told for item in items] == whole
    assert len(whole) >= 2
    assert all(len(items) == limit for items in told[:-1])


def test_pages_keep_what_else_was_asked_for(site) -> None:
    first, *_ = pages(site, f"/release-groups/{w.FULL.mbid}/releases?include=tracks,images&limit=1")
    assert "include=tracks,images" in first["next"]


def test_the_list_inside_of_an_entity_leads_to_its_own_pages() -> None:
    groups = tuple(
        msgspec.structs.replace(w.EMPTY, mbid=mbid(f"group {n}"), title=f"{n}", old_mbids=()) for n in range(101)
    )
    site = Site(memory(msgspec.structs.replace(WORLD, release_groups=groups, releases=()), None))  # type: ignore[arg-type]
    inside = site.read(f"/artists/{ALPHA}?include=release-groups,tags")["release_groups"]
    assert len(inside["items"]) == 100
    assert inside["next"].startswith(f"/v1/artists/{ALPHA}/release-groups?limit=100&cursor=")
    [rest] = pages(site, inside["next"])
    assert len(rest["items"]) == 1


def test_changes_that_come_in_while_pages_are_turned_hide_nothing(site) -> None:
    first, *_ = pages(site, "/changes?type=artist&limit=1")
    site.shelf.marks.mark([EntityRef(Kind.ARTIST, NOBODY)], changed_at=NOW, reason="test")
    rest = list(pages(site, first["next"]))
    shown = {item["mbid"] for page in [first, *rest] for item in page["items"]}
    assert {w.BETA.mbid, w.SILENT.mbid, ALPHA} <= shown


def test_changes_before_what_is_known_are_not_complete(site) -> None:
    assert site.read("/changes?type=artist&since=1970-01-01T00:00:00Z")["complete"] is False
    assert site.read("/changes?type=artist&since=1970-01-01T00:00:01%2B00:00")["complete"] is True
    assert site.read("/changes?type=artist&since=1970-01-01T00:00:01+00:00")["complete"] is True


def test_each_mbid_is_answered_once_and_in_order(site) -> None:
    found = site.read(f"/artists?ids={w.BETA.mbid}, {ALPHA},{w.BETA.mbid.upper()},")
    assert [one["mbid"] for one in found["items"]] == [w.BETA.mbid, ALPHA]


def test_more_than_500_mbids_are_refused(site) -> None:
    many = [mbid(str(n)) for n in range(501)]
    assert site.get(f"/artists?ids={','.join(many)}").status == 400
    assert site.post("/batch", {"artists": many}).status == 400
    assert site.post("/batch", {"artists": many[:300], "labels": many[300:]}).status == 400
    assert site.post("/batch", {"artists": many[:250], "labels": many[250:500]}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"\xff\xfe",
        b'{"artists": "x"}',
        b'{"artists": ["x"]}',
        b'{"artist": []}',
        b'{"include": {"artists": ["tracks"]}}',
        b'{"include": {"nobody": ["tracks"]}}',
        b'{"include": {"series": []}}',
    ],
)
def test_a_batch_that_is_not_as_it_should_be_is_refused(site, body) -> None:
    reply = site.ask("POST", "/batch", body=body)
    assert (reply.status, reply.content_type) == (400, "application/problem+json")


def test_an_empty_batch_has_an_empty_answer(site) -> None:
    assert site.post("/batch", {}).body == b"{}"


def test_what_a_source_cannot_be_asked_for_is_named_and_the_answer_is_not_kept() -> None:
    site = Site(sources=[fake(Unavailable("it is down", retry_after=7))])
    reply = site.get(f"/artists?ids={ALPHA},{NOBODY}")
    found = msgspec.json.decode(reply.body)
    assert [one["mbid"] for one in found["items"]] == [ALPHA]
    assert found["unavailable"] == [{"mbid": NOBODY, "detail": "it is down", "retry_after": 7.0}]
    assert found["missing"] == []
    assert (reply.status, reply.shared, site.header(reply, "cache-control")) == (200, False, "no-store")


def test_a_fault_of_a_source_is_503_and_never_404() -> None:
    site = Site(sources=[fake(Unavailable("it is down", retry_after=6.2))])
    for path in (f"/artists/{NOBODY}", f"/artists/{NOBODY}/release-groups", "/recordings?isrc=DEA009900001"):
        reply = site.get(path)
        assert (reply.status, site.header(reply, "retry-after"), reply.shared) == (503, "7", False)
        assert site.header(reply, "cache-control") == "no-store"


def test_without_a_catalogue_a_source_answers() -> None:
    site = Site(empty=True, sources=[fake()])
    found = site.read(f"/artists/{ALPHA}")
    assert found["provenance"] == {"source": "fake", "fetched_at": "2026-11-21T00:00:00Z", "stale": False}
    assert site.get(f"/artists/{NOBODY}").status == 404
    assert site.read("/stats")["catalogue"] is None


def test_without_a_catalogue_and_a_source_everything_is_503_but_what_the_server_knows_itself() -> None:
    site = Site(empty=True)
    for path in (f"/artists/{ALPHA}", "/search?q=x", f"/labels?ids={ALPHA}", "/changes?type=artist", "/urls?url=x"):
        assert site.get(path).status == 503, path
    assert site.post("/batch", {"artists": [ALPHA], "labels": [ALPHA]}).status == 503
    assert site.read("/stats")["catalogue"] is None
    assert site.get("/").status == 200


def test_a_search_tells_which_types_could_not_be_asked_for() -> None:
    site = Site(sources=[fake(Unavailable("it is down"))])
    reply = site.get("/search?q=silent")
    found = msgspec.json.decode(reply.body)
    assert ([hit["mbid"] for hit in found["items"]], found["unavailable"]) == ([w.SILENT.mbid], ["release-group"])
    assert reply.shared is False
    assert site.get("/search?q=zzzzzz").status == 503


def test_a_reply_is_shared_where_it_is_an_answer_from_the_library_and_kept_as_long_as_the_setting_says() -> None:
    site = Site(max_age_seconds=5)
    reply = site.get(f"/artists/{ALPHA}")
    assert (reply.shared, site.header(reply, "cache-control")) == (True, "public, max-age=5")
    missing = site.get(f"/artists/{NOBODY}")
    assert (missing.shared, site.header(missing, "cache-control")) == (False, "public, max-age=5")
    assert site.header(site.get("/changes?type=artist"), "cache-control") == "no-store"
    assert site.header(site.get("/artists/x"), "cache-control") == "no-store"


@pytest.mark.parametrize("kind", ["artists", "release-groups", "releases", "recordings", "labels", "series"])
def test_a_refresh_needs_an_admin(kind: str) -> None:
    site = Site(sources=[fake()])
    path = f"/{kind}/{ALPHA}/refresh"
    assert site.post(path).status == 401
    assert site.post(path, caller=ANYBODY).status == 401
    assert site.post(path, caller=READER).status == 403
    assert site.shelf.queue.jobs() == []
    assert site.post("/artists/x/refresh", caller=ADMIN).status == 400
    queued = msgspec.json.decode(site.post(path, caller=ADMIN).body)["queued"]
    assert queued == len(site.shelf.queue.jobs()) >= 1
    assert msgspec.json.decode(site.post(path, caller=ADMIN).body)["queued"] == 0


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        (f"/artists/{ALPHA}", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
        ("/batch", "OPTIONS, POST"),
        (f"/artists/{ALPHA}/refresh", "OPTIONS, POST"),
    ],
)
def test_other_methods_are_told_which_there_are(site, path, allow) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"):
        reply = site.ask(method, path)
        assert (reply.status, site.header(reply, "allow")) == (405, allow)
    reply = site.ask("OPTIONS", path)
    assert (reply.status, reply.body, site.header(reply, "allow")) == (204, b"", allow)


@pytest.mark.parametrize(
    "target",
    [
        "/search",
        "/search?q=",
        "/search?q=%20",
        f"/search?q={'x' * 301}",
        "/search?q=x&type=label",
        "/search?q=x&type=artist&artist=y",
        "/search?q=x&q=y",
        "/search?q=x&limit=0",
        "/search?q=x&limit=-1",
        "/search?q=x&limit=%D9%A1",
        "/artists",
        "/artists?ids=",
        f"/artists?ids={ALPHA}&limit=1",
        f"/releases?ids={ALPHA}&limit=1",
        "/releases?barcode=x",
        "/releases?disc_id=x",
        "/releases?track=x",
        "/recordings?isrc=x",
        "/urls",
        "/changes",
        "/changes?type=label",
        f"/series/{ALPHA}?include=tags",
        f"/artists/{ALPHA}?limit=1",
        "/stats?x=1",
        "/releases?barcode=1&cursor=WyJ4Il0x",
        f"/artists/{ALPHA}/release-groups?cursor=WyJ4Il0",
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(site, target) -> None:
    reply = site.get(target)
    assert reply.status == 400, reply.body
    assert msgspec.json.decode(reply.body)["detail"]


@pytest.mark.parametrize(
    "path", ["/x", "/artists/x/y", f"/artists/{ALPHA}/releases", "/artists/a/b/c", "//x", "/batch/x"]
)
def test_other_paths_lead_nowhere(site, path) -> None:
    assert site.get(path).status == 404


def test_the_prefix_stands_before_every_address() -> None:
    site = Site(prefix="/api/rest", docs_prefix="/api/try")
    told = site.read("/search?q=alpha", prefix="/music/api/rest")
    assert told["items"][0]["href"] == f"/music/api/rest/artists/{ALPHA}"
    problem = msgspec.json.decode(site.get("/x", prefix="/music/api/rest").body)
    assert problem["type"] == "/music/api/try/errors#not-found"
    assert problem["instance"] == "/music/api/rest/x"
    page = site.get("/", prefix="/music/api/try").body
    assert b'content="/music/api/rest"' in page


def test_the_pages_load_nothing_from_elsewhere_and_run_nothing_but_their_own_script(site) -> None:
    for path in ("/", "/errors"):
        reply = site.get(path, prefix="/docs")
        assert (reply.status, reply.content_type, reply.shared) == (200, "text/html; charset=utf-8", True)
        policy = site.header(reply, "content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.findall(rb"(?:src|href)=.?(?:https?:)?//", reply.body) == []
        assert b"{{" not in reply.body.replace(b"`{${name}}`", b"")
    assert site.get("/nothing", prefix="/docs").status == 404
    assert site.ask("POST", "/", prefix="/docs").status == 405


def test_every_problem_leads_to_its_place_on_the_page_of_problems(site) -> None:
    page = site.get("/errors", prefix="/docs").body.decode()
    for target in ("/x", "/artists/x"):
        kind = msgspec.json.decode(site.get(target).body)["type"]
        assert f'id="{kind.partition("#")[2]}"' in page


def test_without_a_page_problems_lead_nowhere() -> None:
    site = Site(docs_prefix="")
    assert msgspec.json.decode(site.get("/x").body)["type"] == "about:blank"
