"""Whatever the catalogue holds and whatever is asked, an answer is one that clients can read."""

from __future__ import annotations

import json
from typing import Any

import acoustid
from hypothesis import given, settings
from hypothesis import strategies as st

from linernotes.domain.dates import PartialDate
from linernotes.domain.entities import Area, CreditName, Medium, Recording, Release, ReleaseEvent, ReleaseGroup, Track
from linernotes.domain.identification import TrackRef, UserMetadata
from linernotes.domain.ids import MBID
from linernotes.facades.acoustid.meta import Meta
from linernotes.facades.acoustid.tests.test_meta_tokens import WORDS
from linernotes.usecases.identify.values import Description, LinkedRecording

PICARD = "recordings releasegroups releases tracks compress sources"

texts = st.sampled_from(["", "One", "Two", "Ünï ☃", '"<&>'])
mbids = st.integers(0, 5).map(lambda number: MBID(f"{number:08x}-0000-4000-8000-000000000000"))
numbers = st.none() | st.integers(-3, 400_000)
credits_ = st.lists(st.builds(CreditName, mbids, texts, texts), max_size=2).map(tuple)
dates = st.builds(PartialDate, st.none() | st.integers(1, 2), st.none() | st.integers(1, 2), st.none() | st.just(3))
areas = st.builds(Area, mbids, texts, st.none() | st.sampled_from(["", "DE", "US"]))
events = st.builds(ReleaseEvent, st.none() | dates, st.none() | areas)
some_mbids = st.lists(mbids, max_size=3).map(tuple)


def tuples(of: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return tuples of up to so many."""
    return st.lists(of, max_size=most).map(tuple)


tracks = st.builds(
    Track,
    mbids,
    mbids,
    st.integers(0, 3),
    texts,
    texts,
    credits_,
    length=numbers,
    old_recording_mbids=some_mbids,
)
media = st.builds(
    Medium,
    st.none(),
    st.integers(0, 3),
    texts,
    st.none() | texts,
    st.integers(0, 20),
    tracks=tuples(tracks),
)
releases = st.builds(Release, mbids, mbids, texts, credits_, events=tuples(events), media=tuples(media))
groups = st.builds(ReleaseGroup, mbids, texts, credits_, type=st.none() | texts, secondary_types=tuples(texts))
recordings = st.builds(
    Recording, mbids, texts, credits_, numbers, isrcs=tuples(texts), releases=some_mbids, old_mbids=some_mbids
)
links = st.builds(LinkedRecording, mbids, st.integers(0, 9), st.none() | recordings)
said = st.builds(
    UserMetadata, track=texts, artist=texts, album=texts, album_artist=texts, disc_no=numbers, year=numbers
)
descriptions = st.builds(
    Description,
    links=st.dictionaries(st.integers(1, 3), tuples(links)),
    # A store may answer an old MBID with the release that is left.
    releases=st.dictionaries(mbids, releases),
    release_groups=st.dictionaries(mbids, groups),
    metadata=st.dictionaries(st.integers(1, 3), tuples(said)),
)
metas = st.sets(st.sampled_from(WORDS)).map(lambda words: " ".join(sorted(words)))


def answer(meta: str, description: Description) -> dict[str, Any]:
    """Return the whole answer to a look-up that found three tracks, after the way through JSON."""
    found: list[dict[str, Any]] = [{"id": str(number), "score": 1.0 / number} for number in (1, 2, 3)]
    Meta.parse(meta).attach(found, [TrackRef(number, str(number)) for number in (1, 2, 3)], description)
    whole: dict[str, Any] = json.loads(json.dumps({"status": "ok", "results": found}))
    return whole


@settings(max_examples=100)
@given(metas, descriptions)
def test_compress_only_removes_artists_and_titles(meta, description):
    plain = answer(meta.replace("compress", ""), description)
    check_less(answer(f"{meta} compress", description), plain)


def check_less(less: Any, more: Any) -> None:
    """Check that two trees differ by missing artists and titles alone."""
    if isinstance(more, dict):
        assert more.keys() - less.keys() <= {"artists", "title"}
        assert less.keys() <= more.keys()
        for key in less:
            check_less(less[key], more[key])
    elif isinstance(more, list):
        assert len(less) == len(more)
        for one, other in zip(less, more, strict=True):
            check_less(one, other)
    else:
        assert less == more


@settings(max_examples=100)
@given(metas.filter(lambda meta: "usermeta" not in meta), descriptions)
def test_pyacoustid_reads_every_answer(meta, description):
    for score, mbid, title, artist in acoustid.parse_lookup_result(answer(meta, description)):
        assert 0 < score <= 1
        assert isinstance(mbid, str)
        assert isinstance(title, str | None)
        assert isinstance(artist, str | None)


@settings(max_examples=100)
@given(descriptions)
def test_picard_finds_what_it_reads_without_asking_whether_it_is_there(description):
    for result in answer(PICARD, description)["results"]:
        for recording in result.get("recordings", ()):
            check_recording(recording)


def check_recording(recording: dict[str, Any]) -> None:
    """Check what Picard reads of a recording; one without a title it does not look into."""
    assert recording["id"]
    assert isinstance(recording["sources"], int)
    if "title" not in recording:
        return
    assert isinstance(recording.get("duration", 0), int | float)
    check_artists(recording)
    for group in recording["releasegroups"]:
        assert group["id"]
        check_artists(group)
        for release in group["releases"]:
            assert release["id"]
            assert "title" in release or "title" in group
            check_artists(release)
            for medium in release["mediums"]:
                assert isinstance(medium["track_count"], int)
                for track in medium["tracks"]:
                    assert "position" in track
                    check_artists(track)


def check_artists(node: dict[str, Any]) -> None:
    """Check that artists, where there are any, have ids and names."""
    for artist in node.get("artists", ()):
        assert artist["id"]
        assert "name" in artist


@settings(max_examples=100)
@given(metas, descriptions)
def test_lists_are_in_the_order_of_mbids(meta, description):
    def check(node: Any) -> None:
        if isinstance(node, list):
            for one in node:
                check(one)
        elif isinstance(node, dict):
            for key in ("releasegroups", "releases"):
                ids = [one["id"] for one in node.get(key, ()) if "id" in one]
                assert ids == sorted(set(ids))
            for value in node.values():
                check(value)

    check(answer(meta, description)["results"])
