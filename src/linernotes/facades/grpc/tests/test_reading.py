"""Entities, lists, searches and identifiers."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linernotes.domain.entities import Release, ReleaseGroup
from linernotes.facades.grpc.gen import catalog_pb2 as pb
from linernotes.facades.grpc.gen import entities_pb2
from linernotes.facades.grpc.tests.refused import refused
from linernotes.facades.grpc.tests.served import BUILD_TIME, Served, build, catalogue, served
from linernotes.stores.memory.live import MemoryLiveBuild
from tests.contracts import world as w

NOBODY = w.mbid("nobody")
GETS = {
    "GetArtist": (pb.GetArtistRequest, w.ALPHA),
    "GetReleaseGroup": (pb.GetReleaseGroupRequest, w.FULL),
    "GetRelease": (pb.GetReleaseRequest, w.FULL_ON_CD),
    "GetRecording": (pb.GetRecordingRequest, w.RECORDINGS[0]),
    "GetLabel": (pb.GetLabelRequest, w.LABEL),
    "GetSeries": (pb.GetSeriesRequest, w.SERIES),
}


@pytest.mark.parametrize("name", GETS)
def test_an_entity_says_where_it_came_from(server: Served, name: str) -> None:
    request, value = GETS[name]
    found = getattr(server.catalog, name)(request(mbid=value.mbid), timeout=5)
    assert (found.mbid, found.provenance.source, found.provenance.stale) == (value.mbid, "dump", False)
    assert found.provenance.fetched_at.ToMilliseconds() == BUILD_TIME


@pytest.mark.parametrize("name", GETS)
def test_a_merged_mbid_answers_with_what_it_leads_to(server: Served, name: str) -> None:
    request, value = GETS[name]
    found = getattr(server.catalog, name)(request(mbid=value.old_mbids[0]), timeout=5)
    assert found.mbid == value.mbid


@pytest.mark.parametrize("name", GETS)
def test_an_entity_that_nobody_knows_is_not_found_again_and_again(server: Served, name: str) -> None:
    request, _ = GETS[name]
    for _ in range(2):
        answer = refused(getattr(server.catalog, name), request(mbid=NOBODY))
        assert (answer.code, answer.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        assert "There is no such" in answer.text


@pytest.mark.parametrize("name", GETS)
@pytest.mark.parametrize("text", ["", "x", "89ad4ac3-39f7-470e-963a-56509c54637"])
def test_what_is_no_mbid_is_invalid_in_its_field(server: Served, name: str, text: str) -> None:
    answer = refused(getattr(server.catalog, name), GETS[name][0](mbid=text))
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["mbid"])


@pytest.mark.parametrize(
    ("release", "known", "text"),
    [(w.FULL_ON_TAPE, True, ""), (w.FULL_BOOTLEG, False, ""), (w.DUET_ONLINE, True, "12345678905")],
)
def test_no_barcode_and_an_unknown_one_are_told_apart(
    server: Served, release: Release, *, known: bool, text: str
) -> None:
    found = server.catalog.GetRelease(pb.GetReleaseRequest(mbid=release.mbid), timeout=5)
    assert (found.HasField("barcode"), found.barcode) == (known, text)


def pages(method: Any, request: Any, items: str) -> list[list[str]]:
    """Turn all pages of a list, and return the MBIDs on each."""
    found = []
    while True:
        answer = method(request, timeout=5)
        found.append([item.mbid for item in getattr(answer, items)])
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def test_a_discography_is_told_page_by_page(server: Served) -> None:
    request = pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.old_mbids[0], page_size=2)
    everything = sorted([w.FULL.mbid, w.DUET.mbid, w.EMPTY.mbid])
    assert pages(server.catalog.ListReleaseGroups, request, "release_groups") == [everything[:2], everything[2:]]


def test_releases_are_told_page_by_page_by_date(server: Served) -> None:
    request = pb.ListReleasesRequest(release_group_mbid=w.FULL.mbid, page_size=1)
    ordered = [w.FULL_BOOTLEG.mbid, w.FULL_ON_CD.mbid, w.FULL_ON_TAPE.mbid]
    assert pages(server.catalog.ListReleases, request, "releases") == [[mbid] for mbid in ordered]


def test_tracks_are_listed_on_request(server: Served) -> None:
    request = pb.ListReleasesRequest(release_group_mbid=w.DUET.mbid)
    for wanted in (False, True):
        request.include_tracks = wanted
        [release] = server.catalog.ListReleases(request, timeout=5).releases
        assert ([len(medium.tracks) for medium in release.media], release.media[0].track_count) == ([wanted], 1)


def test_a_page_of_giants_ends_early() -> None:
    group = ReleaseGroup(w.mbid("giants"), "Giants", w.BY_ALPHA)
    giants = [Release(w.mbid(f"giant {n}"), group.mbid, "x" * 900_000, w.BY_ALPHA) for n in range(5)]
    live = MemoryLiveBuild(build(catalogue(release_groups=[group], releases=giants)))
    with served(live=live) as server:
        request = pb.ListReleasesRequest(release_group_mbid=group.mbid)
        found = pages(server.catalog.ListReleases, request, "releases")
        assert [len(page) for page in found] == [2, 2, 1]
        assert [mbid for page in found for mbid in page] == sorted(giant.mbid for giant in giants)


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (pb.ListReleaseGroupsRequest(artist_mbid="x"), ["artist_mbid"]),
        (pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.mbid, page_size=-1), ["page_size"]),
        (pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.mbid, page_token="!"), ["page_token"]),
        (pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.mbid, page_token="W10"), ["page_token"]),
        (pb.ListReleaseGroupsRequest(artist_mbid=w.ALPHA.mbid, page_token="A" * 5000), ["page_token"]),
    ],
)
def test_a_list_that_cannot_be_told_names_the_field(server: Served, request_: Any, fields: list[str]) -> None:
    answer = refused(server.catalog.ListReleaseGroups, request_)
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


def test_lists_of_what_nobody_knows_are_not_found(server: Served) -> None:
    groups = refused(server.catalog.ListReleaseGroups, pb.ListReleaseGroupsRequest(artist_mbid=NOBODY))
    releases = refused(server.catalog.ListReleases, pb.ListReleasesRequest(release_group_mbid=NOBODY))
    assert {groups.code, releases.code} == {grpc.StatusCode.NOT_FOUND}


def test_release_groups_are_searched_by_artist_too(server: Served) -> None:
    request = pb.SearchReleaseGroupsRequest(query="duet", artist="beta", limit=1)
    assert [hit.mbid for hit in server.catalog.SearchReleaseGroups(request, timeout=5).hits] == [w.DUET.mbid]


def test_a_search_that_finds_nothing_is_an_empty_answer(server: Served) -> None:
    assert not server.catalog.SearchArtists(pb.SearchArtistsRequest(query="zzzzzzzz"), timeout=5).hits


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (pb.SearchArtistsRequest(query=" "), ["query"]),
        (pb.SearchArtistsRequest(query="x" * 1001), ["query"]),
        (pb.SearchArtistsRequest(query="x", limit=-1), ["limit"]),
    ],
)
def test_a_search_that_cannot_be_done_names_the_field(server: Served, request_: Any, fields: list[str]) -> None:
    answer = refused(server.catalog.SearchArtists, request_)
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


RESOLVED = {
    "isrc": ("de-a00-00-00001", [w.SONG, w.LOOSE]),
    "barcode": ("12345678905", [w.FULL_ON_CD.mbid, w.DUET_ONLINE.mbid]),
    "disc_id": ("lwHl8fGzJyLXQR33ug60E8jhf4k-", [w.FULL_ON_CD.mbid]),
    "catalog_number": ("AB-123", [w.FULL_ON_CD.mbid, w.DUET_ONLINE.mbid]),
    "url": (w.SHARED_PAGE, [w.LABEL.mbid, w.FULL.mbid]),
    "track_mbid": (w.mbid("track Song"), [w.FULL_ON_CD.mbid]),
}
UNKNOWN = {
    "isrc": "DEA000000099",
    "barcode": "99",
    "disc_id": "a" * 27 + "-",
    "catalog_number": "nothing",
    "url": "https://nobody.example/",
    "track_mbid": NOBODY,
}


@pytest.mark.parametrize("which", RESOLVED)
def test_an_identifier_leads_to_entities(server: Served, which: str) -> None:
    text, mbids = RESOLVED[which]
    found = server.catalog.Resolve(pb.ResolveRequest(**{which: text}), timeout=5)
    assert sorted(ref.mbid for ref in found.entities) == sorted(mbids)


@pytest.mark.parametrize("which", RESOLVED)
def test_an_identifier_that_nobody_has_is_an_empty_answer(server: Served, which: str) -> None:
    assert not server.catalog.Resolve(pb.ResolveRequest(**{which: UNKNOWN[which]}), timeout=5).entities


@pytest.mark.parametrize(
    ("which", "text"),
    [
        ("isrc", "x"),
        ("barcode", "x"),
        ("disc_id", "x"),
        ("catalog_number", "-"),
        ("url", ""),
        ("url", "ä" * 1025),
        ("track_mbid", "x"),
    ],
)
def test_what_is_no_identifier_is_invalid_in_its_field(server: Served, which: str, text: str) -> None:
    answer = refused(server.catalog.Resolve, pb.ResolveRequest(**{which: text}))
    assert (answer.code, answer.fields) == (grpc.StatusCode.INVALID_ARGUMENT, [which])


def test_an_identifier_is_needed(server: Served) -> None:
    assert refused(server.catalog.Resolve, pb.ResolveRequest()).code is grpc.StatusCode.INVALID_ARGUMENT


def test_every_kind_has_a_number() -> None:
    from linernotes.facades.grpc.mapping import KINDS

    assert sorted(KINDS.values()) == [number for number in entities_pb2.Kind.values() if number]
