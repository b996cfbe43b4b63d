"""Which words of `meta` mean what."""

from __future__ import annotations

from itertools import combinations

import pytest

from linernotes.facades.acoustid.meta import Meta
from linernotes.facades.acoustid.tests.meta_world import G1, GROUPS, L1, L3, R1, R3, RECORDINGS, RELEASES, T1
from linernotes.usecases.identify.values import Description, Detail, LinkedRecording

WORDS = [
    "m2",
    "recordings",
    "recordingids",
    "isrcs",
    "releasegroups",
    "releasegroupids",
    "releases",
    "releaseids",
    "tracks",
    "sources",
    "usermeta",
    "compress",
]
KNOWN = Description(
    links={T1.id: (LinkedRecording(R1, 5, RECORDINGS[0]), LinkedRecording(R3, 1))},
    releases={release.mbid: release for release in RELEASES},
    release_groups={group.mbid: group for group in GROUPS},
)


def attached(meta: str) -> dict[str, list[dict[str, object]]]:
    """Return what a result gets beside id and score."""
    result: dict[str, list[dict[str, object]]] = {}
    Meta.parse(meta).attach([result], [T1], KNOWN)
    return result


@pytest.mark.parametrize(
    ("meta", "listed"),
    [
        ("", None),
        ("0", None),
        ("1", "recordings"),
        ("2", "recordings"),
        ("3", None),
        ("1 0", None),
        ("tracks sources usermeta compress", None),
        ("recordings", "recordings"),
        ("isrcs releases", "recordings"),
        ("releases recordingids", "recordings"),
        ("releasegroups releases", "releasegroups"),
        ("releasegroupids", "releasegroups"),
        ("releases tracks", "releases"),
        ("releaseids", "releases"),
        ("\trecordings\n releases ", "recordings"),
        ("recordings,releases", None),
        ("RECORDINGS", None),
        ("nonsense releases", "releases"),
    ],
)
def test_the_first_list_that_is_asked_for_is_the_one_that_a_result_gets(meta, listed):
    assert list(attached(meta)) == ([] if listed is None else [listed])
    assert bool(Meta.parse(meta)) == (listed is not None)


@pytest.mark.parametrize("size", range(len(WORDS) + 1))
def test_every_set_of_words_gives_what_the_table_says(size):
    for some in combinations(WORDS, size):
        check(set(some), attached(" ".join(some)))


def check(words: set[str], result: dict[str, list[dict[str, object]]]) -> None:
    """Compare a result with the decision table, written down once more."""
    groups, releases = words & {"releasegroups", "releasegroupids"}, words & {"releases", "releaseids"}
    inner = "releasegroups" if groups else "releases" if releases else None
    if "m2" in words:
        assert [set(one) for one in result["recordings"]] == [{"id", "duration", "tracks"}, {"id"}], words
        return
    if words & {"recordings", "recordingids", "isrcs"}:
        assert list(result) == ["recordings"], words
        known, bare = result["recordings"]
        ids = "recordingids" in words
        expected = {"id"} | ({"sources"} & words) | ({inner} if inner else set())
        expected |= set() if ids else {"title", "duration", "artists"} | ({"isrcs"} & words)
        assert set(known) == expected, words
        assert set(bare) == {"id"} | ({"sources"} & words), words
        result = {inner: known[inner]} if inner else {}  # type: ignore[dict-item]
    assert list(result) == ([inner] if inner else []), words
    if groups:
        [first, second] = result["releasegroups"]
        assert ("releases" in first) == bool(releases), words
        assert ("title" in first) == ("releasegroupids" not in words), words
        check_releases(words, [*first.get("releases", ()), *second.get("releases", ())])  # type: ignore[misc]
    elif releases:
        check_releases(words, result["releases"])


def check_releases(words: set[str], releases: list[dict[str, object]]) -> None:
    """Check releases: three or none, whole or as ids, with media where tracks are asked for."""
    assert len(releases) in {0, 3}, words
    for one in releases:
        assert ("mediums" in one) == ("tracks" in words), words
        assert ("medium_count" in one) == ("releaseids" not in words), words


@pytest.mark.parametrize(
    ("meta", "detail"),
    [
        ("", Detail()),
        ("compress usermeta", Detail()),
        ("1", Detail()),
        ("recordings recordingids isrcs sources", Detail()),
        ("recordingids releaseids", Detail(recordings=True, releases=True)),
        ("isrcs", Detail(recordings=True)),
        ("2", Detail(recordings=True, releases=True)),
        ("recordings usermeta", Detail(recordings=True, user_metadata=True)),
        ("releases usermeta", Detail(recordings=True, releases=True)),
        ("releasegroupids", Detail(recordings=True, releases=True, release_groups=True)),
        ("recordings releases", Detail(recordings=True, releases=True)),
    ],
)
def test_nothing_is_looked_up_that_is_not_told(meta, detail):
    assert Meta.parse(meta).detail == detail


def test_a_track_that_is_found_twice_is_told_of_twice():
    results: list[dict[str, object]] = [{"id": "T1"}, {"id": "T1"}]
    Meta.parse("recordings").attach(results, [T1, T1], KNOWN)
    assert results[0] == results[1]
    assert results[0]["recordings"]


def test_a_release_that_is_not_known_here_is_its_id_but_in_no_group():
    description = Description(links=KNOWN.links, releases={}, release_groups={})
    result: dict[str, list[dict[str, object]]] = {}
    Meta.parse("releases tracks").attach([result], [T1], description)
    assert {"id": L1, "mediums": []} in result["releases"]
    grouped: dict[str, list[dict[str, object]]] = {}
    Meta.parse("releasegroups releases tracks").attach([grouped], [T1], description)
    assert grouped == {"releasegroups": []}


def test_a_group_that_is_not_known_here_is_its_id_with_the_releases_that_are():
    description = Description(links=KNOWN.links, releases=KNOWN.releases, release_groups={})
    result: dict[str, list[dict[str, object]]] = {}
    Meta.parse("releasegroups releaseids compress").attach([result], [T1], description)
    assert result["releasegroups"][0] == {"id": G1, "releases": [{"id": L3}, {"id": L1}]}
