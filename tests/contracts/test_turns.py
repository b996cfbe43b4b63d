"""What every keeper of claims and of pace does, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linernotes.ports.turns import Claims, Pace
from tests.contracts.states import KINDS, State, opened


@pytest.fixture(params=KINDS)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    with opened(request.param, tmp_path, request) as one:
        yield one


@pytest.fixture
def claims(state: State) -> Claims:
    return state.claims


@pytest.fixture
def pace(state: State) -> Pace:
    return state.pace


def test_a_name_is_one_owners_until_its_claim_has_run_out(claims: Claims) -> None:
    assert claims.claim("x", owner="a", now=0, until=10)
    assert not claims.claim("x", owner="b", now=9, until=20)
    assert claims.held("x", now=9)
    assert not claims.held("x", now=10)
    assert claims.claim("x", owner="b", now=10, until=20)
    assert not claims.claim("x", owner="a", now=19, until=30)


def test_names_are_claimed_each_by_itself(claims: Claims) -> None:
    assert claims.claim("x", owner="a", now=0, until=10)
    assert not claims.held("y", now=0)
    assert claims.claim("y", owner="b", now=0, until=10)


def test_who_holds_a_name_extends_the_claim(claims: Claims) -> None:
    assert claims.claim("x", owner="a", now=0, until=10)
    assert claims.claim("x", owner="a", now=5, until=50)
    assert not claims.claim("x", owner="b", now=49, until=60)


def test_what_was_given_back_is_free(claims: Claims) -> None:
    claims.claim("x", owner="a", now=0, until=10)
    claims.release("x", owner="a")
    assert not claims.held("x", now=1)
    assert claims.claim("x", owner="b", now=1, until=10)


def test_only_the_holder_gives_a_name_back(claims: Claims) -> None:
    claims.claim("x", owner="a", now=0, until=10)
    claims.release("x", owner="b")
    claims.release("y", owner="b")
    assert claims.held("x", now=1)


def test_who_was_too_late_does_not_give_back_what_another_took(claims: Claims) -> None:
    claims.claim("x", owner="a", now=0, until=10)
    claims.claim("x", owner="b", now=10, until=20)
    claims.release("x", owner="a")
    assert claims.held("x", now=15)


def test_one_of_eight_threads_gets_the_claim(claims: Claims) -> None:
    def take(owner: int) -> bool:
        return claims.claim("x", owner=str(owner), now=0, until=10)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_moments_lie_an_interval_apart_and_never_in_the_past(pace: Pace) -> None:
    assert pace.reserve("mb", interval=1000, now=5000, latest=99_000) == 5000
    assert pace.reserve("mb", interval=1000, now=5100, latest=99_000) == 6000
    assert pace.reserve("mb", interval=1000, now=5200, latest=99_000) == 7000
    assert pace.reserve("mb", interval=1000, now=50_000, latest=99_000) == 50_000


def test_the_interval_is_the_one_of_who_reserves(pace: Pace) -> None:
    assert pace.reserve("mb", interval=1000, now=0, latest=99_000) == 0
    assert pace.reserve("mb", interval=300, now=0, latest=99_000) == 300
    assert pace.reserve("mb", interval=2000, now=0, latest=99_000) == 2300


def test_what_would_be_too_late_is_not_reserved(pace: Pace) -> None:
    assert pace.reserve("mb", interval=1000, now=0, latest=0) == 0
    assert pace.reserve("mb", interval=1000, now=0, latest=999) is None
    assert pace.reserve("mb", interval=1000, now=0, latest=1000) == 1000
    assert pace.reserve("new", interval=1000, now=5, latest=4) is None
    assert pace.reserve("new", interval=1000, now=0, latest=9) == 0


def test_each_source_has_its_own_pace(pace: Pace) -> None:
    assert pace.reserve("mb", interval=1000, now=0, latest=0) == 0
    assert pace.reserve("other", interval=1000, now=0, latest=0) == 0


def test_nobody_goes_while_a_source_is_held(pace: Pace) -> None:
    pace.reserve("mb", interval=10, now=0, latest=0)
    pace.hold("mb", until=5000)
    assert pace.reserve("mb", interval=10, now=100, latest=4999) is None
    assert pace.reserve("mb", interval=10, now=100, latest=9000) == 5000
    assert pace.reserve("mb", interval=10, now=100, latest=9000) == 5010


def test_a_source_can_be_held_before_it_was_ever_asked(pace: Pace) -> None:
    pace.hold("mb", until=500)
    assert pace.reserve("mb", interval=1000, now=0, latest=9000) == 500


def test_a_shorter_hold_does_not_shorten_a_longer_one(pace: Pace) -> None:
    pace.hold("mb", until=500)
    pace.hold("mb", until=100)
    assert pace.reserve("mb", interval=1, now=0, latest=9000) == 500


def test_threads_that_reserve_at_once_get_moments_apart(pace: Pace) -> None:
    def take(_: int) -> int | None:
        return pace.reserve("mb", interval=100, now=1000, latest=99_000)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(moment or 0 for moment in pool.map(take, range(16))) == list(range(1000, 2600, 100))
