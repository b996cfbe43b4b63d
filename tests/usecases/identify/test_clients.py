"""Who may ask and submit: which keys are accepted, how long that is remembered, and what a first start makes."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Conflict, Invalid, NotFound, Unauthorised, Unavailable
from linernotes.domain.identification import Account, Application
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.usecases.identify.clients import ANY_CLIENT, BUILT_IN, DEMO, UNFINISHED_MILLISECONDS, Keyring
from linernotes.usecases.identify.keys import demo_key, is_demo_key, new_key
from linernotes.usecases.identify.known import KEPT_SECONDS, MOST_KEPT
from tests.web.keyring import Clock

pytestmark = pytest.mark.anyio
DAY = 86_400_000
NEW_YEAR = 1_767_225_600_000  # 2026-01-01 00:00 UTC
ORDINAL = 739_617


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class AskedClients:
    """Clients that count the questions for keys, and can be broken or made to wait."""

    def __init__(self) -> None:
        self.kept = MemoryIdentification().clients
        self.asked = 0
        self.fault: Exception | None = None
        self.before_adding: Callable[[], object] = lambda: None
        self.dies_at_account = False
        self.gate = threading.Event()
        self.gate.set()

    def application(self, digest: bytes) -> Application | None:
        self._count()
        found = self.kept.application(digest)
        self.gate.wait()
        return found

    def account(self, digest: bytes) -> Account | None:
        self._count()
        return self.kept.account(digest)

    def add_application(self, new: Application, digest: bytes) -> Application:
        self.before_adding()
        return self.kept.add_application(new, digest)

    def add_account(self, new: Account, digest: bytes) -> Account:
        if self.dies_at_account:
            raise KeyboardInterrupt
        return self.kept.add_account(new, digest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)

    def _count(self) -> None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault


class Desk:
    """A keyring with its surroundings."""

    def __init__(self, clients: AskedClients | None = None, *, any_client: bool = False, demo_secret: str = "") -> None:
        self.clients = clients or AskedClients()
        self.clock = Clock()
        self.now = NEW_YEAR
        self.keyring = Keyring(
            clients=self.clients,
            offload=asyncio.to_thread,
            now=lambda: self.now,
            any_client=any_client,
            demo_secret=demo_secret,
            clock=self.clock,
        )
        self.first_keys = self.keyring.ensure()
        self.clients.asked = 0

    async def refused(self, key: str) -> bool:
        try:
            await self.keyring.application(key)
        except Unauthorised:
            return True
        return False


async def test_the_first_start_makes_an_application_and_an_account_and_tells_their_keys_once() -> None:
    desk = Desk()
    assert desk.first_keys is not None
    key, user_key = desk.first_keys
    account = await desk.keyring.account(user_key)
    application = await desk.keyring.application(key)
    assert (application.account, application.name, account.name) == (account.id, "default", "default")
    assert desk.keyring.ensure() is None
    assert Desk(desk.clients).first_keys is None
    assert len(await desk.keyring.accounts()) == 1


async def test_a_first_start_that_was_broken_off_is_made_up_for_a_minute_later() -> None:
    clients = AskedClients()
    clients.dies_at_account = True
    with pytest.raises(KeyboardInterrupt):
        Desk(clients)
    clients.dies_at_account = False
    desk = Desk(clients)
    assert desk.first_keys is None
    desk.now += UNFINISHED_MILLISECONDS
    keys = desk.keyring.ensure()
    assert keys is not None
    assert (await desk.keyring.account(keys[1])).name == "default"
    desk.now += UNFINISHED_MILLISECONDS
    assert desk.keyring.ensure() is None


async def test_of_two_processes_that_start_at_once_one_makes_the_first_keys() -> None:
    clients = AskedClients()
    others: list[tuple[str, str] | None] = []

    def start_another() -> None:
        clients.before_adding = lambda: None
        others.append(Desk(clients).first_keys)

    clients.before_adding = start_another
    desk = Desk(clients)
    assert [desk.first_keys is None, others[0] is None].count(True) == 1
    assert len(await desk.keyring.accounts()) == 1


async def test_programs_that_everybody_has_are_known_by_their_names() -> None:
    desk = Desk()
    names = {key: (await desk.keyring.application(key)).name for key in BUILT_IN.values()}
    assert names == {
        "1vOwZtEn": "beets",
        "v8pQ6oyB": "MusicBrainz Picard",
        "QANd68ji1L": "Lidarr",
        "cSpUJKpD": "pyacoustid",
    }


@pytest.mark.parametrize("key", ["", "unknown", "a\0b", "\ud800", "no key: demo", f"no key: {ANY_CLIENT}", "x" * 10**6])
async def test_whatever_is_no_key_is_refused(key: str) -> None:
    desk = Desk()
    assert await desk.refused(key)
    with pytest.raises(Unauthorised):
        await desk.keyring.account(key)


async def test_a_user_key_is_no_application_key_nor_the_other_way_round() -> None:
    desk = Desk()
    assert desk.first_keys is not None
    key, user_key = desk.first_keys
    assert await desk.refused(user_key)
    with pytest.raises(Unauthorised, match="user"):
        await desk.keyring.account(key)


async def test_with_any_client_every_key_is_accepted_but_the_empty_and_those_switched_off() -> None:
    desk = Desk(any_client=True)
    some = await desk.keyring.application("whatever")
    assert (some.name, some.active) == (ANY_CLIENT, True)
    assert (await desk.keyring.application("a\0b")).id == some.id
    assert (await desk.keyring.application("v8pQ6oyB")).name == "MusicBrainz Picard"
    assert await desk.refused("")
    application, key = await desk.keyring.new_application(account=None, name="mine", version="1")
    await desk.keyring.set_active(application.id, active=False)
    assert await desk.refused(key)
    with pytest.raises(Unauthorised):
        await desk.keyring.account("whatever")


async def test_an_application_that_is_switched_off_is_refused_at_once_in_this_process_and_comes_back() -> None:
    desk = Desk()
    application, key = await desk.keyring.new_application(account=None, name="mine", version="1")
    assert (await desk.keyring.application(key)).id == application.id
    assert await desk.keyring.set_active(application.id, active=False)
    assert await desk.refused(key)
    assert await desk.keyring.set_active(application.id, active=True)
    assert not await desk.refused(key)
    assert not await desk.keyring.set_active(999, active=True)


@pytest.mark.parametrize("key", ["unknown", "v8pQ6oyB"])
async def test_known_and_unknown_keys_are_remembered_for_a_minute(key: str) -> None:
    desk = Desk()
    for _ in range(3):
        await desk.refused(key)
    desk.clock.now += KEPT_SECONDS - 1
    await desk.refused(key)
    assert desk.clients.asked == 1
    desk.clock.now += 1
    await desk.refused(key)
    assert desk.clients.asked == 2


async def test_an_account_can_be_asked_for_as_it_is_now() -> None:
    desk = Desk()
    _, key = await desk.keyring.new_account(name="somebody")
    for _ in range(2):
        await desk.keyring.account(key, fresh=True)
    assert desk.clients.asked == 2


async def test_many_who_come_with_one_key_at_once_cause_one_look_up_and_one_who_leaves_disturbs_nobody() -> None:
    desk = Desk()
    asking = [asyncio.create_task(desk.keyring.application("v8pQ6oyB")) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["CancelledError", *["Application"] * 49]
    assert desk.clients.asked == 1


async def test_how_many_keys_are_remembered_is_bounded() -> None:
    desk = Desk()
    for number in range(MOST_KEPT + 1):
        await desk.refused(f"key {number}")
    await desk.refused(f"key {MOST_KEPT}")
    assert desk.clients.asked == MOST_KEPT + 1
    await desk.refused("key 0")
    assert desk.clients.asked == MOST_KEPT + 2


async def test_a_fault_is_no_answer_and_is_not_remembered() -> None:
    desk = Desk()
    desk.clients.fault = Unavailable("gone")
    with pytest.raises(Unavailable):
        await desk.keyring.application("v8pQ6oyB")
    desk.clients.fault = None
    assert (await desk.keyring.application("v8pQ6oyB")).name == "MusicBrainz Picard"


async def test_what_was_being_asked_for_when_something_changed_is_not_remembered() -> None:
    desk = Desk()
    application, key = await desk.keyring.new_application(account=None, name="mine", version="1")
    desk.clients.gate.clear()
    asking = asyncio.create_task(desk.keyring.application(key))
    await asyncio.sleep(0.01)
    await desk.keyring.set_active(application.id, active=False)
    desk.clients.gate.set()
    await asyncio.gather(asking, return_exceptions=True)
    assert await desk.refused(key)


async def test_a_new_key_replaces_the_old_one() -> None:
    desk = Desk()
    account, old = await desk.keyring.new_account(name="somebody", user="Somebody")
    application, old_client = await desk.keyring.new_application(account=account.id, name="mine", version="1")
    new, new_client = await desk.keyring.renew_account(account.id), await desk.keyring.renew_application(application.id)
    assert (await desk.keyring.account(new)).id == account.id
    assert (await desk.keyring.application(new_client)).id == application.id
    with pytest.raises(Unauthorised):
        await desk.keyring.account(old)
    assert await desk.refused(old_client)
    for renew in (desk.keyring.renew_account, desk.keyring.renew_application):
        with pytest.raises(NotFound):
            await renew(999)


async def test_a_musicbrainz_user_has_one_account() -> None:
    desk = Desk()
    account, _ = await desk.keyring.new_account(name="Somebody", user="Somebody")
    with pytest.raises(Conflict):
        await desk.keyring.new_account(name="somebody", user="somebody")
    found = await desk.keyring.account_of("SOMEBODY")
    assert found is not None
    assert found.id == account.id


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 201])
async def test_names_that_cannot_be_kept_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        await Desk().keyring.new_application(account=None, name=name, version="1")


def test_new_keys_are_ten_letters_and_digits_and_never_alike() -> None:
    keys = {new_key() for _ in range(2000)}
    assert len(keys) == 2000
    assert all(re.fullmatch("[A-Za-z0-9]{10}", key) for key in keys)


def test_the_demo_key_of_a_day_is_acoustids() -> None:
    assert demo_key("foo", ORDINAL) == "QQCYXM125AA"


@pytest.mark.parametrize("days", range(-9, 10))
async def test_demo_keys_are_good_for_a_week_and_the_next_day(days: int) -> None:
    desk = Desk(demo_secret="foo")
    desk.now += 12 * 3_600_000
    accepted = not await desk.refused(demo_key("foo", ORDINAL + days))
    assert accepted == (-6 <= days <= 1)


async def test_demo_keys_belong_to_an_application_of_their_own_and_need_a_secret() -> None:
    desk = Desk(demo_secret="foo")
    assert (await desk.keyring.application("QQCYXM125AA")).name == DEMO
    assert await Desk().refused("QQCYXM125AA")
    assert await Desk().refused(demo_key("", ORDINAL))


@given(key=st.text())
def test_no_text_breaks_the_check_for_demo_keys(key: str) -> None:
    assert not is_demo_key(key, secret="foo", now=NEW_YEAR)
    assert not is_demo_key((key + "x" * 11)[:9] + "Ax", secret="foo", now=NEW_YEAR)
