"""What everything that counts requests does, whatever it counts in."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.caches.memory.rates import MemoryRates
from linernotes.ports.keys import Allowance, RateLimits
from tests.web.keyring import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory"])
def rates(clock: Clock) -> RateLimits:
    return MemoryRates(clock=clock)


async def test_as_many_as_the_limit_are_allowed_and_the_rest_are_told_when_to_come_back(
    rates: RateLimits, clock: Clock
) -> None:
    answers = []
    for _ in range(4):
        answers.append(await rates.hit("a", limit=3, window=60))
        clock.now += 10
    assert answers == [
        Allowance(True, 3, 2, 60.0),
        Allowance(True, 3, 1, 50.0),
        Allowance(True, 3, 0, 40.0),
        Allowance(False, 3, 0, 30.0),
    ]


async def test_the_window_moves_and_gives_back_one_after_the_other(rates: RateLimits, clock: Clock) -> None:
    for _ in range(2):
        await rates.hit("a", limit=2, window=60)
        clock.now += 30
    assert (await rates.hit("a", limit=2, window=60)).allowed
    assert not (await rates.hit("a", limit=2, window=60)).allowed


async def test_a_refused_request_is_not_counted(rates: RateLimits, clock: Clock) -> None:
    await rates.hit("a", limit=1, window=60)
    for _ in range(59):
        clock.now += 1
        assert not (await rates.hit("a", limit=1, window=60)).allowed
    clock.now += 1
    assert (await rates.hit("a", limit=1, window=60)).allowed


async def test_callers_windows_and_costs_are_counted_apart(rates: RateLimits) -> None:
    assert (await rates.hit("a", limit=5, window=60, cost=4)).remaining == 1
    assert not (await rates.hit("a", limit=5, window=60, cost=2)).allowed
    assert (await rates.hit("b", limit=5, window=60)).remaining == 4
    assert (await rates.hit("a", limit=5, window=1)).remaining == 4
    assert (await rates.hit("a", limit=5, window=60)).remaining == 0


async def test_what_costs_more_than_the_limit_is_never_allowed(rates: RateLimits) -> None:
    assert await rates.hit("a", limit=2, window=60, cost=3) == Allowance(False, 2, 2, 60.0)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(1, 4)), max_size=60))
def test_in_no_window_are_more_allowed_than_the_limit(hits: list[tuple[str, int, int]]) -> None:
    clock = Clock()
    rates = MemoryRates(clock=clock)
    allowed: dict[str, list[float]] = {"a": [], "b": []}

    async def ask() -> None:
        for who, pause, cost in hits:
            clock.now += pause
            before = sum(at > clock.now - 60 for at in allowed[who])
            answer = await rates.hit(who, limit=5, window=60, cost=cost)
            assert answer.allowed == (before + cost <= 5)
            if answer.allowed:
                allowed[who] += [clock.now] * cost
            assert answer.remaining == 5 - sum(at > clock.now - 60 for at in allowed[who])
            assert 0 <= answer.reset <= 60

    asyncio.run(ask())


async def test_in_memory_the_caller_who_was_silent_longest_is_forgotten_first(clock: Clock) -> None:
    rates = MemoryRates(callers=2, clock=clock)
    for who in ("a", "b", "a", "c"):
        await rates.hit(who, limit=3, window=60)
    assert len(rates) == 2
    assert (await rates.hit("a", limit=3, window=60)).remaining == 0
    assert not (await rates.hit("a", limit=3, window=60)).allowed


async def test_in_memory_nobody_is_remembered_longer_than_the_window(clock: Clock) -> None:
    rates = MemoryRates(clock=clock)
    for number in range(100):
        await rates.hit(str(number), limit=3, window=60)
    clock.now += 60
    await rates.hit("new", limit=3, window=60)
    assert len(rates) == 1
