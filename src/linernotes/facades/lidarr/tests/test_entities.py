"""What artist and album pages hold to: one MBID in any spelling, merges, switches, closed albums, caching."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from linernotes.domain.entities import Artist, CreditName
from linernotes.domain.ids import MBID
from linernotes.facades.lidarr import wire
from linernotes.facades.lidarr.tests import world as w
from linernotes.facades.lidarr.tests.world import Server


def read(server: Server, target: str) -> Any:
    reply = server.get(target)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


@pytest.mark.parametrize(
    "spelling",
    [
        w.ALPHA.mbid.upper(),
        w.ALPHA.mbid.replace("-", ""),
        "{" + w.ALPHA.mbid + "}",
        "urn:uuid:" + w.ALPHA.mbid,
        w.ALPHA.mbid + "/",
    ],
)
def test_any_spelling_of_an_mbid_gives_the_same_answer(spelling: str) -> None:
    server = Server()
    assert server.get(f"/artist/{spelling}") == server.get(f"/artist/{w.ALPHA.mbid}")


@pytest.mark.parametrize("old", w.ALPHA.old_mbids)
def test_a_merged_artist_answers_with_its_whole_discography(old: MBID) -> None:
    server = Server()
    answer = read(server, f"/artist/{old}")
    assert answer == read(server, f"/artist/{w.ALPHA.mbid}")
    assert old in answer["oldids"]
    assert len(answer["Albums"]) == 3


def test_a_merged_group_answers_with_its_new_id() -> None:
    server = Server()
    assert server.get(f"/album/{w.FULL.old_mbids[0]}").body == server.get(f"/album/{w.FULL.mbid}").body


def test_an_artist_merged_inside_an_album_is_named_by_its_new_id_once() -> None:
    old = w.ALPHA.old_mbids[0]
    group = msgspec.structs.replace(w.FULL, credit=(CreditName(old, "Alpha"),))
    server = Server(w.catalogue(release_groups=(group,)))
    answer = read(server, f"/album/{w.FULL.mbid}")
    assert answer["artistid"] == w.ALPHA.mbid
    assert [artist["id"] for artist in answer["artists"]] == [w.ALPHA.mbid, w.BETA.mbid, w.GAMMA.mbid]


def test_an_album_with_a_missing_artist_is_a_fault_and_not_an_answer() -> None:
    reply = Server(w.catalogue(artists=(w.ALPHA, w.BETA))).get(f"/album/{w.FULL.mbid}")
    assert reply.status == 503
    assert list(json.loads(reply.body)) == ["error"]
    assert ("cache-control", "no-cache") in reply.headers
    assert not reply.shared


def test_without_a_catalogue_everything_is_a_fault() -> None:
    server = Server()
    server.live.publish(None)  # type: ignore[arg-type]
    targets = ("/", f"/artist/{w.ALPHA.mbid}", f"/album/{w.FULL.mbid}", "/search?type=all&query=x", "/spotify/album/x")
    assert {server.get(target).status for target in targets} == {503}


def test_statusless_releases_are_official_on_demand() -> None:
    server = Server(statusless_releases=True)
    [release] = read(server, f"/album/{w.WITHOUT_STATUS.mbid}")["releases"]
    assert (release["id"], release["status"]) == (w.STATUSLESS.mbid, "Official")
    statuses = {album["Title"]: album["ReleaseStatuses"] for album in read(server, f"/artist/{w.ALPHA.mbid}")["Albums"]}
    assert statuses == {"Full": ["Bootleg", "Official"], "Without status": ["Official"], "Without releases": []}


def test_wider_albums_lists_other_credit_positions_on_demand() -> None:
    titles = [album["Title"] for album in read(Server(wider_albums=True), f"/artist/{w.ALPHA.mbid}")["Albums"]]
    assert titles == ["Full", "Without status", "Without releases", "Second fiddle"]


def test_an_empty_filter_keeps_everything_and_case_matters() -> None:
    server = Server()
    assert len(read(server, f"/artist/{w.ALPHA.mbid}?primTypes=")["Albums"]) == 3
    assert read(server, f"/artist/{w.ALPHA.mbid}?primTypes=album")["Albums"] == []


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("secTypes=Studio", ["Without status", "Without releases"]),
        ("secTypes=Studio%7CLive", ["Full", "Without status", "Without releases"]),
        ("secTypes=Demo", []),
        ("releaseStatuses=Bootleg", ["Full"]),
        ("primTypes=EP%7COther", ["Without status", "Without releases"]),
        ("primTypes=EP&releaseStatuses=Official", []),
    ],
)
def test_albums_are_filtered_by_type_secondary_type_and_status(query: str, titles: list[str]) -> None:
    assert [album["Title"] for album in read(Server(), f"/artist/{w.ALPHA.mbid}?{query}")["Albums"]] == titles


def test_images_come_from_the_base_that_is_set() -> None:
    images = read(Server(image_base="http://images.example/caa"), f"/album/{w.FULL.mbid}")["images"]
    assert images[0] == {
        "CoverType": "Cover", "Url": f"http://images.example/caa/{w.FIRST_EDITION.mbid}/9-1200.jpg"
    }  # fmt: skip


def test_without_a_chosen_cover_an_official_release_comes_before_an_earlier_bootleg() -> None:
    group = msgspec.structs.replace(w.FULL, cover=None)
    bootleg = msgspec.structs.replace(w.SECOND_EDITION, events=(), images=w.FIRST_EDITION.images)
    official = msgspec.structs.replace(w.FIRST_EDITION, events=())
    early = msgspec.structs.replace(bootleg, mbid=w.mbid("c", 0))
    server = Server(w.catalogue(release_groups=(group,), releases=(early, official)))
    [cover] = read(server, f"/album/{w.FULL.mbid}")["images"]
    assert w.FIRST_EDITION.mbid in cover["Url"]


def test_data_answers_may_be_kept_by_proxies_and_by_the_server() -> None:
    reply = Server(max_age_seconds=60).get(f"/album/{w.FULL.mbid}")
    assert reply.shared
    assert reply.headers == (
        ("cache-control", "public, s-maxage=60, max-age=0"),
        ("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
    )


def test_a_second_request_reads_nothing_again() -> None:
    reads: list[str] = []

    class Counting:
        def __init__(self) -> None:
            self._inner = w.catalogue()

        def __getattr__(self, name: str) -> Any:
            reads.append(name)
            return getattr(self._inner, name)

    server = Server(Counting())  # type: ignore[arg-type]
    first = server.get(f"/album/{w.FULL.mbid}")
    assert reads == ["release_groups", "releases_of", "artists"]
    assert server.get(f"/album/{w.FULL.mbid}") == first
    assert len(reads) == 3


def test_a_new_build_is_read_anew() -> None:
    server = Server()
    server.get(f"/album/{w.FULL.mbid}")
    renamed = msgspec.structs.replace(w.FULL, title="Fuller")
    server.live.publish(server.live.current()._replace(catalogue=w.catalogue(release_groups=(renamed,))))
    assert read(server, f"/album/{w.FULL.mbid}")["title"] == "Fuller"


def test_a_large_discography_is_rendered_off_the_event_loop() -> None:
    groups = [
        msgspec.structs.replace(w.WITHOUT_RELEASES, mbid=w.mbid("9", number), title=str(number))
        for number in range(2500)
    ]
    server = Server(w.catalogue(release_groups=groups))
    assert len(read(server, f"/artist/{w.ALPHA.mbid}")["Albums"]) == 2500
    assert server.offloaded == 1


def test_only_a_release_group_is_an_album() -> None:
    assert Server().get(f"/album/{w.FIRST_EDITION.mbid}").status == 404


@pytest.mark.parametrize("struct", [s for s in vars(wire).values() if isinstance(s, type) and s is not msgspec.Struct])
def test_fields_are_declared_in_the_order_of_their_keys(struct: type[msgspec.Struct]) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(struct)]
    assert keys == sorted(keys)


def test_many_artists_of_one_album_are_read_off_the_event_loop() -> None:
    artists = [Artist(mbid=w.mbid("a", 1000 + n), name=f"{n}", sort_name=f"{n}") for n in range(300)]
    tracks = tuple(w.track(1000 + n, artist, n + 1) for n, artist in enumerate(artists))
    media = (msgspec.structs.replace(w.SAMPLER_CD.media[0], tracks=tracks, track_count=len(tracks)),)
    release = msgspec.structs.replace(w.SAMPLER_CD, media=media)
    server = Server(w.catalogue(artists=(w.VARIOUS, *artists), releases=(release,)))
    assert len(read(server, f"/album/{w.SAMPLER.mbid}")["artists"]) == 301
    assert server.offloaded == 1
