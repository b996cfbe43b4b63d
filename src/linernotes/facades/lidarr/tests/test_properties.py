"""Whatever the catalogue holds, answers keep the protocol's form and never hold what makes Lidarr fail."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import (
    Alias,
    Area,
    Artist,
    CoverImage,
    CreditName,
    Link,
    Medium,
    Rating,
    Release,
    ReleaseEvent,
    ReleaseGroup,
    ReleaseLabel,
    Tag,
    Track,
)
from linernotes.domain.ids import MBID
from linernotes.facades.lidarr.tests.world import INFO, Server, mbid
from linernotes.stores.memory.catalogue import MemoryCatalogue

ARTISTS = [mbid("a", number) for number in range(5)]
GROUP = mbid("b", 0)

# A lone surrogate cannot come out of UTF-8, hence not out of any store.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
dates = st.none() | st.builds(
    PartialDate, st.none() | st.integers(1, 9999), st.none() | st.integers(1, 12), st.none() | st.integers(1, 31)
)
mbids = st.uuids().map(lambda one: MBID(str(one)))
aliases = st.builds(
    Alias, texts, texts, st.sampled_from([None, "Artist name", "Release group name", "Legal name", "Search hint"])
)
tags = st.builds(Tag, texts, st.integers(-3, 9), st.none() | mbids)
links = st.builds(
    Link, st.sampled_from(["", "x", "//", "https://", "a:b"]).flatmap(lambda s: texts.map(s.__add__)), texts
)
ratings = st.builds(Rating, st.none() | st.integers(0, 100), st.integers(0, 9))
areas = st.none() | st.builds(Area, mbids, texts)


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def credited(present: list[MBID]) -> st.SearchStrategy[tuple[CreditName, ...]]:
    return st.lists(st.builds(CreditName, st.sampled_from(present), texts), min_size=1, max_size=2).map(tuple)


CREDITS = credited(ARTISTS)
artists = st.tuples(
    *(
        st.builds(
            Artist, mbid=st.just(one), name=texts, sort_name=texts, disambiguation=texts, type=st.none() | texts,
            ended=st.booleans(), aliases=some(aliases), tags=some(tags), rating=ratings, links=some(links),
        )
        for one in ARTISTS
    )
)  # fmt: skip
groups = st.builds(
    ReleaseGroup, mbid=st.just(GROUP), title=texts, credit=CREDITS, disambiguation=texts, type=st.none() | texts,
    secondary_types=some(texts), first_release_date=dates, aliases=some(aliases), tags=some(tags), rating=ratings,
    links=some(links), cover=st.none(), old_mbids=st.just(()),
)  # fmt: skip
tracks = st.builds(
    Track, mbid=mbids, recording=mbids, position=st.integers(0, 99), number=texts, title=texts, credit=CREDITS,
    length=st.none() | st.integers(0, 10**7), data=st.booleans(), video=st.booleans(), old_mbids=some(mbids),
)  # fmt: skip
media = st.builds(
    Medium, mbid=st.none(), position=st.integers(1, 9), title=texts, format=st.none() | texts,
    track_count=st.integers(0, 9), tracks=some(tracks),
)  # fmt: skip
releases = st.builds(
    Release, mbid=mbids, release_group=st.just(GROUP), title=texts, credit=CREDITS, disambiguation=texts,
    status=st.none() | st.sampled_from(["Official", "Bootleg"]), events=some(st.builds(ReleaseEvent, dates, areas)),
    labels=some(st.builds(ReleaseLabel, st.none(), st.none() | texts)), media=some(media),
    images=some(st.builds(CoverImage, st.integers(1), some(st.sampled_from(["Front", "Medium", "Back"])),
                          st.integers(1, 9))),
)  # fmt: skip


def served(people: tuple[Artist, ...], group: ReleaseGroup, editions: tuple[Release, ...], **switches: Any) -> Server:
    snapshot = MemoryCatalogue(info=INFO, artists=people, release_groups=(group,), releases=editions)
    return Server(snapshot, **switches)


def answer(server: Server, target: str) -> Any:
    """Return what a page says, after a look at its form."""
    reply = server.get(target)
    assert reply.status == 200, reply.body
    read = json.loads(reply.body)
    assert json.dumps(read, sort_keys=True, separators=(",", ":")).encode() == reply.body
    return read


MAY_BE_NULL = {"Value", "type", "durationms", "releasedate", "track_count"}


def nulls(value: object, key: str = "") -> set[str]:
    if isinstance(value, dict):
        return {found for name, inner in value.items() for found in nulls(inner, name)}
    if isinstance(value, list):
        return {found for inner in value for found in nulls(inner, key)}
    return {key} if value is None else set()


@settings(max_examples=150, deadline=None)
@given(people=artists, group=groups, editions=some(releases), statusless=st.booleans())
def test_every_album_is_closed_complete_and_well_formed(
    *, people: tuple[Artist, ...], group: ReleaseGroup, editions: tuple[Release, ...], statusless: bool
) -> None:
    album = answer(served(people, group, editions, statusless_releases=statusless), f"/album/{GROUP}")
    assert nulls(album) <= MAY_BE_NULL
    assert album["releasedate"] is not None
    assert album["type"] is not None
    ids = [artist["id"] for artist in album["artists"]]
    assert len(set(ids)) == len(ids)
    assert ids[0] == album["artistid"]
    named = {track["artistid"] for release in album["releases"] for track in release["tracks"]}
    assert named <= set(ids)
    assert len(album["releases"]) == sum(statusless or edition.status is not None for edition in editions)


@settings(max_examples=100, deadline=None)
@given(artists, groups, some(releases))
def test_every_artist_is_complete_and_lists_the_album_if_credited_first(
    people: tuple[Artist, ...], group: ReleaseGroup, editions: tuple[Release, ...]
) -> None:
    server = served(people, group, editions)
    for one in ARTISTS:
        artist = answer(server, f"/artist/{one}")
        assert nulls(artist) <= MAY_BE_NULL
        assert [album["Id"] for album in artist["Albums"]] == ([GROUP] if one == group.credit[0].artist else [])
        assert all(album["Type"] is not None for album in artist["Albums"])


@settings(max_examples=50, deadline=None)
@given(artists, groups, some(releases), st.randoms())
def test_an_answer_does_not_depend_on_the_order_in_which_lists_are_stored(
    people: tuple[Artist, ...], group: ReleaseGroup, editions: tuple[Release, ...], shuffled: Any
) -> None:
    def mixed(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(shuffled.sample(values, len(values)))

    first = served(people, group, editions).get(f"/album/{GROUP}").body
    assert served(mixed(people), group, mixed(editions)).get(f"/album/{GROUP}").body == first
