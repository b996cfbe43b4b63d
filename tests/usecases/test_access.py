"""Who is let in: keys and anybody, their scopes and limits, and how long a revoked key goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.caches.memory.rates import MemoryRates
from linernotes.domain.errors import Forbidden, RateLimited, Unauthorised, Unavailable
from linernotes.domain.keys import Caller, Scope
from linernotes.usecases.access import KEY_SECONDS, KEYS_KEPT, Access
from tests.web.keyring import Clock, Keyring, id_of

pytestmark = pytest.mark.anyio
HERE = "192.0.2.1"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Door:
    """An ``Access`` with its surroundings."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.keys = Keyring()
        self.access = Access(keys=self.keys, limits=MemoryRates(clock=self.clock), clock=self.clock, **settings)

    async def admit(self, text: str | None = None, *, scope: Scope = Scope.READ, address: str = HERE, cost: int = 1):
        return await self.access.admit(text, address=address, scope=scope, cost=cost)

    async def refusal(self, kind: type[Exception], text: str | None = None, **how: Any) -> Any:
        with pytest.raises(kind) as caught:
            await self.admit(text, **how)
        assert type(caught.value) is kind
        return caught.value


async def test_anybody_may_read_where_the_setting_says_so_and_nothing_else() -> None:
    door = Door()
    assert await door.admit() == (Caller(None, HERE, frozenset({Scope.READ})), None)
    for scope in (Scope.SUBMIT, Scope.ADMIN):
        assert "X-Api-Key" in (await door.refusal(Unauthorised, scope=scope)).hint
    await Door(anonymous_read=False).refusal(Unauthorised)


async def test_a_key_brings_its_scopes_and_no_others() -> None:
    door = Door(anonymous_read=False)
    text = door.keys.give(Scope.READ, Scope.ADMIN)
    caller = Caller(id_of(text), HERE, frozenset({Scope.READ, Scope.ADMIN}))
    assert await door.admit(text) == await door.admit(text, scope=Scope.ADMIN) == (caller, None)
    assert "submit" in (await door.refusal(Forbidden, text, scope=Scope.SUBMIT)).hint
    await door.refusal(Forbidden, door.keys.give(Scope.SUBMIT))


async def test_a_wrong_key_is_refused_even_where_anybody_may_read() -> None:
    door = Door()
    text = door.keys.give()
    other = ("A" if text[-1] != "A" else "B").join([text[:-1], ""])
    unknown = f"ln_{'0' * 12}_{'x' * 43}"
    for wrong in ("", " ", "hello", other, unknown, text + "x", text.upper(), "ln_" + "é" * 60, "x" * 10_000):
        error = await door.refusal(Unauthorised, wrong)
        assert not wrong.strip() or wrong not in repr((error.message, error.hint))


@given(text=st.text())
def test_whatever_is_sent_as_a_key_is_refused_and_not_asked_for(text: str) -> None:
    door = Door()
    asyncio.run(door.refusal(Unauthorised, text))
    assert door.keys.asked == 0


async def test_keys_are_looked_up_once_in_a_while_and_not_for_each_request() -> None:
    door = Door()
    text, unknown = door.keys.give(), f"ln_{'0' * 12}_{'x' * 43}"
    for _ in range(50):
        await door.admit(text)
        await door.refusal(Unauthorised, unknown)
    assert door.keys.asked == 2


async def test_many_who_come_with_one_key_at_once_cause_one_look_up() -> None:
    door = Door()
    text = door.keys.give()
    await asyncio.gather(*(door.admit(text) for _ in range(20)))
    assert door.keys.asked == 1


async def test_one_who_leaves_takes_the_look_up_from_nobody() -> None:
    door = Door()
    text = door.keys.give()
    first, second = (asyncio.create_task(door.admit(text)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)[0].key_id == id_of(text)


async def test_a_revoked_key_stops_within_five_seconds_and_a_new_one_begins() -> None:
    door = Door()
    text = door.keys.give()
    await door.admit(text)
    door.keys.revoke(id_of(text), now=2)
    door.clock.now += KEY_SECONDS - 0.1
    await door.admit(text)
    door.clock.now += 0.1
    await door.refusal(Unauthorised, text)
    assert KEY_SECONDS <= 5
    await door.admit(door.keys.give())


async def test_how_many_keys_are_remembered_is_bounded() -> None:
    door = Door()
    for number in range(KEYS_KEPT + 50):
        await door.access._keys.get(f"{number:012x}")
    assert len(door.access._keys._kept) == KEYS_KEPT
    assert door.access._keys._asking == {}


async def test_a_fault_of_the_store_is_a_fault_and_is_forgotten_at_once() -> None:
    door = Door()
    text = door.keys.give()
    door.keys.fault = Unavailable("the disk is gone")
    for _ in range(2):
        assert (await door.refusal(Unavailable, text)).message == "the disk is gone"
    door.keys.fault = None
    await door.admit(text)


async def test_keys_and_addresses_have_limits_of_their_own() -> None:
    door = Door(anonymous_per_minute=1, key_per_minute=2)
    one, two = door.keys.give(), door.keys.give()
    left = [(await door.admit(text))[1].remaining for text in (None, one, one, two)]
    assert left == [0, 1, 0, 1]
    for text in (None, one):
        assert (await door.refusal(RateLimited, text)).retry_after == pytest.approx(60)
    await door.admit(two)
    await door.admit(address="192.0.2.2")
    door.clock.now += 60
    await door.admit(one)


async def test_a_limit_for_the_one_is_none_for_the_other() -> None:
    door = Door(key_per_minute=1)
    assert (await door.admit())[1] is None
    door = Door(anonymous_per_minute=1)
    text = door.keys.give()
    assert (await door.admit(text))[1] is None


async def test_costly_requests_count_for_more_and_refused_ones_for_nothing() -> None:
    door = Door(anonymous_per_minute=10)
    assert (await door.admit(cost=8))[1].remaining == 2
    await door.refusal(RateLimited, cost=3)
    assert (await door.admit(cost=2))[1].remaining == 0


async def test_who_tries_wrong_keys_is_slowed_down() -> None:
    door = Door(anonymous_per_minute=2)
    for _ in range(2):
        await door.refusal(Unauthorised, "wrong")
    await door.refusal(RateLimited, "wrong")


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 0),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 1),
        ("::ffff:192.0.2.1", "192.0.2.1", 0),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", 1),
        ("fe80::1%eth0", "fe80::2", 0),
        ("", "", 0),
        ("unix", "other", 1),
    ],
)
async def test_a_household_of_addresses_is_counted_as_one(first: str, second: str, left: int) -> None:
    door = Door(anonymous_per_minute=2)
    await door.admit(address=first)
    assert (await door.admit(address=second))[1].remaining == left


async def test_it_says_when_there_is_nothing_to_ask() -> None:
    assert Door().access.open
    assert Door(key_per_minute=9).access.open
    assert not Door(anonymous_per_minute=9).access.open
    assert not Door(anonymous_read=False).access.open
