"""An index on a real server: what is its own, beyond what every index promises."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linernotes.domain.errors import Conflict, Invalid, Unavailable
from linernotes.indexes.remote import RemoteIndex
from linernotes.indexes.remote.index import MOST_RESULTS
from linernotes.ports.fingerprints import MOST_HITS, Change, Hit, SearchRules
from tests.indexes.fake import Asked, answer, faking, proper
from tests.indexes.serving import serving


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "indexes") as url:
        yield url


@pytest.fixture
def index(url: str) -> Iterator[RemoteIndex]:
    with closing(RemoteIndex(url=url)) as index:
        yield index


def test_an_index_that_is_not_there_is_a_fault_and_no_empty_one(index):
    for ask in (
        lambda: index.search([1]),
        lambda: index.search_all([[1], [2]]),
        lambda: index.version_of(1),
        index.state,
    ):
        with pytest.raises(Unavailable, match="no such index"):
            ask()


def test_the_first_commit_makes_the_index(index):
    assert index.apply([Change(1, [5])], expected_version=0) == 1
    assert index.search([5]) == [Hit(1, 1)]


def test_a_first_commit_that_expects_an_index_with_a_past_is_a_conflict(index):
    with pytest.raises(Conflict):
        index.apply([Change(1, [5])], expected_version=7)
    assert index.state().version == 0


@pytest.mark.parametrize("expected", [-1, 1 << 64])
def test_a_version_that_no_index_has_is_a_conflict(index, expected):
    with pytest.raises(Conflict):
        index.apply([], expected_version=expected)


def test_making_sure_of_an_index_leaves_what_is_in_it(index):
    index.ensure()
    assert index.state().version == 0
    index.apply([Change(1, [5])])
    index.ensure()
    assert index.state().documents == 1


def test_indexes_of_different_names_have_nothing_in_common(url):
    with closing(RemoteIndex(url=url, name="one")) as one, closing(RemoteIndex(url=f"{url}/", name="Two_2-")) as two:
        one.apply([Change(1, [5])])
        two.ensure()
        assert (one.search([5]), two.search([5])) == ([Hit(1, 1)], [])


def test_an_index_goes_on_when_its_server_was_started_again(tmp_path):
    with serving(tmp_path / "indexes") as url:
        index = RemoteIndex(url=url)
        index.apply([Change(1, [5])])
        # Several connections are left behind, all of which end with the server.
        index.search_all([[5]] * 20)
    with closing(index):
        with pytest.raises(Unavailable):
            index.search([5])
        with serving(tmp_path / "indexes", port=int(url.rpartition(":")[2])):
            assert index.search_all([[5]] * 20) == [[Hit(1, 1)]] * 20
            assert index.apply([Change(1)]) == 2


def test_more_than_the_most_results_are_not_to_be_had_and_those_are_the_best(index):
    index.apply([Change(id_, range(id_ % 50 + 1)) for id_ in range(1, 301)])
    everything = SearchRules(limit=MOST_HITS, min_score=0, percent=0)
    hits = index.search(range(50), everything)
    assert len(hits) == MOST_RESULTS
    assert [hit.score for hit in hits] == sorted([id_ % 50 + 1 for id_ in range(1, 301)], reverse=True)[:MOST_RESULTS]
    assert index.search_all([range(50)] * 2, everything) == [hits] * 2


def test_a_commit_or_query_that_is_larger_than_a_request_may_be_is_refused_and_not_sent():
    with faking(proper) as fake, closing(RemoteIndex(url=fake.url)) as index:
        large = range((1 << 32) - 3_500_000, 1 << 32)
        with pytest.raises(Invalid, match="at most"):
            index.search(large)
        with pytest.raises(Invalid, match="at most"):
            index.apply([Change(1, large)])
        with pytest.raises(Invalid, match="at most"):
            index.apply(Change(id_, large[:120_000]) for id_ in itertools.count(1))
        with pytest.raises(Invalid, match="at most"):
            index.apply([], metadata={"a": "b" * (16 << 20)})
        assert fake.asked == []


def test_the_largest_round_commit_fits(index):
    assert index.apply([Change(id_, range(1 << 31, (1 << 31) + 120)) for id_ in range(1, 10_001)]) == 1
    assert index.state().documents == 10_000


def test_what_is_asked_is_what_the_protocol_has_for_it():
    with faking(proper) as fake, closing(RemoteIndex(url=f"{fake.url}/some/where/", timeout_seconds=2.5)) as index:
        index.search([-1, 5, 5])
        index.search([1], SearchRules(limit=5000, min_score=0, percent=250))
        index.apply([Change(1, [-1]), Change(2)], metadata={"a": "b"}, expected_version=0)
        index.apply([])
        assert [asked.line for asked in fake.asked[1:3]] == [
            "POST /some/where/acoustid/_search HTTP/1.1", "POST /some/where/acoustid/_update HTTP/1.1",
        ]  # fmt: skip
        assert [asked.said for asked in fake.asked] == [
            {"q": [0xFFFFFFFF, 5, 5], "t": 2500, "l": 40, "s": 10},
            {"q": [1], "t": 2500, "l": 100, "s": 100, "m": 0},
            {"c": [{"i": {"i": 1, "h": [0xFFFFFFFF]}}, {"d": {"i": 2}}], "m": {"a": "b"}, "e": 0},
            {"c": []},
        ]
        assert {asked.headers["content-type"] for asked in fake.asked} == {"application/vnd.msgpack"}
        assert {asked.headers["accept"] for asked in fake.asked} == {"application/vnd.msgpack"}
        assert "authorization" not in fake.asked[0].headers


def test_what_cannot_find_anything_is_not_asked():
    with faking(proper) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search([]) == index.search([1], SearchRules(limit=0)) == []
        assert index.search_all([[], []]) == [[], []]
        assert index.version_of(0) is index.version_of(1 << 32) is None
        assert fake.asked == []


def test_one_query_of_several_needs_no_second_look_at_the_version():
    with faking(proper) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search_all([[], [1]]) == [[], [Hit(7, 2)]]
        assert len(fake.asked) == 1


def test_answers_may_say_more_than_is_known_here():
    def reply(asked: Asked) -> list[bytes]:
        return answer({"r": [{"i": 1, "s": 2, "x": None}], "t": "later"}, content_type="Application/VND.msgpack; v=2")

    with faking(reply) as fake, closing(RemoteIndex(url=fake.url)) as index:
        assert index.search([1]) == [Hit(1, 2)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a/b"},
        {"name": "a b"},
        {"name": "x" * 256},
        {"timeout_seconds": 0},
        {"update_seconds": -1},
        {"timeout_seconds": float("nan")},
        {"update_seconds": float("inf")},
        {"connections": 0},
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(wrong):
    with pytest.raises(Invalid):
        RemoteIndex(url="http://127.0.0.1:1", **wrong)
