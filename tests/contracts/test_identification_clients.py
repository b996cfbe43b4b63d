"""What every store of applications and accounts does, and every keeper of counts, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from linernotes.domain.errors import Conflict, Invalid
from linernotes.domain.identification import (
    Account,
    AgentCount,
    Application,
    DayCount,
    LookupCount,
    key_digest,
)
from tests.contracts.identification_worlds import KINDS, PUID, SONG, World, import_all, opened_world, said

K1, K2, K3 = (key_digest(key) for key in ("one", "two", "three"))
PLAYER = Application(
    id=0, name="Player ♫", version="1.0", account=3, email="a@example.org", website="https://x/", created_at=9
)
SOMEBODY = Account(
    id=0,
    name="Somebody",
    user="Bjørn",
    anonymous=True,
    application=4,
    application_version="2",
    address="::1",
    created_at=8,
)
NUMBERS = [0, 99, -1, 1 << 63, -(1 << 80)]
UNFIT = ["a\0b", "\ud800"]


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with opened_world(request.param, tmp_path, request) as one:
        yield one


def test_clients_come_back_as_they_were_under_the_next_number(world: World) -> None:
    clients = world.clients
    assert (clients.applications(), clients.accounts()) == ([], [])
    player, other = clients.add_application(PLAYER, K1), clients.add_application(replace(PLAYER, id=77), K2)
    assert [player, other] == [replace(PLAYER, id=1), replace(PLAYER, id=2)]
    one = clients.add_account(SOMEBODY, K1)
    two = clients.add_account(replace(SOMEBODY, id=77, user=None), K2)
    assert [one, two] == [replace(SOMEBODY, id=1), replace(SOMEBODY, id=2, user=None)]
    assert (clients.applications(), clients.accounts()) == ([player, other], [one, two])


def test_clients_are_known_by_their_keys_each_kind_by_itself(world: World) -> None:
    clients = world.clients
    player = clients.add_application(PLAYER, K1)
    somebody = clients.add_account(SOMEBODY, K2)
    assert [clients.application(key) for key in (K1, K2, b"", b"x")] == [player, None, None, None]
    assert [clients.account(key) for key in (K1, K2, b"", b"x")] == [None, somebody, None, None]


def test_a_key_is_never_given_to_two(world: World) -> None:
    clients = world.clients
    player, somebody = clients.add_application(PLAYER, K1), clients.add_account(SOMEBODY, K1)
    with pytest.raises(Conflict):
        clients.add_application(replace(PLAYER, name="Other"), K1)
    with pytest.raises(Conflict):
        clients.add_account(replace(SOMEBODY, user="other"), K1)
    clients.add_application(PLAYER, K2)
    clients.add_account(replace(SOMEBODY, user=None), K2)
    with pytest.raises(Conflict):
        clients.set_application_key(1, K2)
    with pytest.raises(Conflict):
        clients.set_account_key(1, K2)
    assert (clients.application(K1), clients.account(K1)) == (player, somebody)


def test_an_application_is_switched_off_and_on_but_stays_known(world: World) -> None:
    clients = world.clients
    clients.add_application(PLAYER, K1)
    assert clients.set_active(1, active=False)
    assert clients.application(K1) == replace(PLAYER, id=1, active=False)
    assert clients.set_active(1, active=False)
    assert not clients.set_active(1, active=True, account=4)
    assert not clients.set_active(1, active=True, account=1 << 63)
    assert clients.applications()[0].active is False
    assert clients.set_active(1, active=True, account=3)
    assert clients.applications()[0].active is True
    assert [clients.set_active(number, active=True) for number in NUMBERS] == [False] * len(NUMBERS)


def test_another_key_takes_the_place_of_the_old_one(world: World) -> None:
    clients = world.clients
    clients.add_application(PLAYER, K1)
    clients.add_account(SOMEBODY, K1)
    assert clients.set_application_key(1, K2)
    assert clients.set_account_key(1, K3)
    assert clients.set_account_key(1, K3)
    assert [clients.application(key) for key in (K1, K2)] == [None, replace(PLAYER, id=1)]
    assert [clients.account(key) for key in (K1, K3)] == [None, replace(SOMEBODY, id=1)]
    for set_key in (clients.set_application_key, clients.set_account_key):
        assert [set_key(number, b"new") for number in NUMBERS] == [False] * len(NUMBERS)


def test_a_user_has_one_account_whatever_the_case_of_the_name(world: World) -> None:
    clients = world.clients
    somebody = clients.add_account(SOMEBODY, K1)
    assert [clients.account_of(name) for name in ("bjørn", "BJØRN", "Bjørn", "bjorn", "")] == [
        somebody, somebody, somebody, None, None,
    ]  # fmt: skip
    with pytest.raises(Conflict):
        clients.add_account(replace(SOMEBODY, user="BJØRN"), K2)
    for key in (K2, K3):
        clients.add_account(replace(SOMEBODY, user=None), key)
    assert len(clients.accounts()) == 3


@pytest.mark.parametrize("text", UNFIT)
def test_texts_that_cannot_be_kept_are_refused_and_never_found(world: World, text: str) -> None:
    clients = world.clients
    refused: list[Callable[[], object]] = [
        *(lambda name=name: clients.add_application(replace(PLAYER, **{name: text}), K1)
          for name in ("name", "version", "email", "website")),
        *(lambda name=name: clients.add_account(replace(SOMEBODY, **{name: text}), K1)
          for name in ("name", "user", "application_version", "address")),
    ]  # fmt: skip
    for add in refused:
        with pytest.raises(Invalid):
            add()
    assert (clients.applications(), clients.accounts()) == ([], [])
    assert clients.account_of(text) is None


def test_numbers_and_names_beyond_bounds_are_refused(world: World) -> None:
    clients = world.clients
    with pytest.raises(Invalid):
        clients.add_application(replace(PLAYER, account=1 << 63), K1)
    with pytest.raises(Invalid):
        clients.add_account(replace(SOMEBODY, application=-1), K1)
    with pytest.raises(Invalid):
        clients.add_account(replace(SOMEBODY, user="ß" * 1500), K1)
    assert clients.account_of("x" * 10_000) is None


def test_one_of_many_threads_has_the_key(world: World) -> None:
    def add(number: int) -> bool:
        try:
            world.clients.add_account(replace(SOMEBODY, user=f"user {number}"), K1)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(8))) == 1


def counted(world: World, application: int, date: str, hour: int, hits: int, misses: int) -> None:
    world.counts.add_lookups([LookupCount(application, date, hour, hits, misses)])


def test_lookups_add_up_by_day(world: World) -> None:
    for key in (K1, K2):
        world.clients.add_application(PLAYER, key)
    counted(world, 1, "2026-11-20", 23, 1, 2)
    counted(world, 1, "2026-11-21", 0, 10, 20)
    world.counts.add_lookups([LookupCount(1, "2026-11-21", 0, 100, 0), LookupCount(1, "2026-11-21", 1, 0, 200)])
    counted(world, 2, "2026-11-21", 0, 1000, 0)
    counted(world, 2, "2026-11-23", 0, 0, 1)
    assert world.counts.lookups([1], first="2026-11-20", last="2026-11-21") == [
        DayCount("2026-11-20", 1, 2),
        DayCount("2026-11-21", 110, 220),
    ]
    assert world.counts.lookups([2, 1, 2], first="2026-11-21", last="2026-11-30") == [
        DayCount("2026-11-21", 1110, 220),
        DayCount("2026-11-23", 0, 1),
    ]
    assert world.counts.lookups([], first="2026-01-01", last="2026-12-31") == []
    assert world.counts.lookups([3, *NUMBERS], first="2026-01-01", last="2026-12-31") == []
    assert world.counts.lookups([1], first="2026-11-22", last="2026-11-19") == []
    for nonsense in ("", "\0", "\ud800", "9" * 5000):
        assert world.counts.lookups([1], first=nonsense, last=nonsense) == []


def test_an_application_that_is_not_known_is_left_out_of_counts(world: World) -> None:
    world.clients.add_application(PLAYER, K1)
    world.counts.add_lookups([LookupCount(number, "2026-11-21", 0, 5, 5) for number in [*NUMBERS, 1]])
    world.counts.add_agents([AgentCount(number, "2026-11-21", "x", "::1", 5) for number in [*NUMBERS, 1]])
    assert world.counts.lookups([1, *NUMBERS], first="2026-11-21", last="2026-11-21") == [DayCount("2026-11-21", 5, 5)]
    world.counts.add_lookups([])
    world.counts.add_agents(iter(()))


def test_whatever_a_client_calls_itself_is_counted(world: World) -> None:
    world.clients.add_application(PLAYER, K1)
    agents = ["", "Mozilla/5.0 (♫)", "\0\0", "\ud800", "x" * 1_000_000, "'; DROP TABLE acoustid_stats --"]
    for _ in range(2):
        world.counts.add_agents(AgentCount(1, "2026-11-21", agent, agent, 1) for agent in agents)


def test_counts_that_nobody_can_have_are_refused_with_all_that_came_along(world: World) -> None:
    world.clients.add_application(PLAYER, K1)
    fine = LookupCount(1, "2026-11-21", 1, 1, 1)
    for unfit in (
        replace(fine, hour=24),
        replace(fine, hour=-1),
        replace(fine, hits=-1),
        replace(fine, misses=1 << 63),
        replace(fine, date="\0"),
    ):
        with pytest.raises(Invalid):
            world.counts.add_lookups([fine, unfit])
    with pytest.raises(Invalid):
        world.counts.add_agents([AgentCount(1, "2026-11-21", "x", "y", -1)])
    assert world.counts.lookups([1], first="", last="9999") == []


def test_threads_that_count_at_once_lose_nothing(world: World) -> None:
    for key in (K1, K2):
        world.clients.add_application(PLAYER, key)

    def count(turn: int) -> None:
        lookups = [LookupCount(1, "2026-11-21", 0, 1, 0), LookupCount(2, "2026-11-21", 0, 0, 1)]
        world.counts.add_lookups(lookups if turn % 2 else lookups[::-1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(20)))
    assert world.counts.lookups([1, 2], first="", last="9") == [DayCount("2026-11-21", 20, 20)]


def test_totals_tell_how_much_there_is(world: World) -> None:
    assert set(world.counts.totals().values()) == {0}
    world.clients.add_application(PLAYER, K1)
    world.clients.add_account(SOMEBODY, K1)
    import_all(world, said(b"1", puid=PUID, metadata=SONG, foreign_id="a:1"), said(b"2", foreign_id="a:2"))
    world.submissions.add([said(b"3")], now=1)
    assert world.counts.totals() == {
        "track": 2,
        "fingerprint": 2,
        "track_mbid": 2,
        "track_puid": 1,
        "track_meta": 1,
        "track_foreignid": 2,
        "meta": 1,
        "foreignid": 2,
        "source": 1,
        "submission": 3,
        "submission_waiting": 1,
        "application": 1,
        "account": 1,
    }
