"""How long a job waits after a failed attempt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import RateLimited, Unavailable
from linernotes.worker.backoff import MOST_RETRY_AFTER_SECONDS, wait_seconds

chances = st.floats(0, 1)


def wait(attempts: int, *, asked: float | None = None, chance: float = 0.0) -> float:
    return wait_seconds(attempts, Unavailable(retry_after=asked), first=10, most=3600, chance=chance)


def test_the_wait_doubles_and_is_capped() -> None:
    assert [wait(attempts) for attempts in (1, 2, 3, 4)] == [10, 20, 40, 80]
    assert wait(10) == wait(5000) == 3600


@given(attempts=st.integers(1, 100), chance=chances)
def test_chance_takes_at_most_half_of_it(attempts: int, chance: float) -> None:
    assert wait(attempts) / 2 <= wait(attempts, chance=chance) <= wait(attempts)


@given(attempts=st.integers(1, 100), asked=st.floats(0, MOST_RETRY_AFTER_SECONDS), chance=chances)
def test_what_a_source_asks_for_is_never_undercut(attempts: int, asked: float, chance: float) -> None:
    assert wait(attempts, asked=asked, chance=chance) >= asked


def test_a_limit_of_requests_counts_as_such_a_source() -> None:
    assert wait_seconds(1, RateLimited(retry_after=120), first=10, most=3600, chance=0) == 120


def test_those_who_were_told_the_same_time_do_not_come_back_together() -> None:
    assert len({wait(1, asked=120, chance=chance / 10) for chance in range(10)}) == 10


def test_nobody_is_sent_away_for_years() -> None:
    assert wait(1, asked=1e9) == MOST_RETRY_AFTER_SECONDS
    assert wait(1, asked=-5) == 10


def test_other_errors_wait_too() -> None:
    assert wait_seconds(2, ValueError("x"), first=10, most=3600, chance=0) == 20
