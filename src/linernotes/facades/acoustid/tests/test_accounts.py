"""Keys of people and programs, and what only the holder of the secret may ask."""

from __future__ import annotations

import re
from typing import Any

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import key_digest
from linernotes.domain.secret import Secret
from linernotes.facades.acoustid.tests.world import World, said, wrong

KEY = re.compile(r"[A-Za-z0-9]{10}")
BY_TLS = {"base_url": "https://music.example"}


async def alice(token: str) -> str | None:
    """Stands for MusicBrainz, which knows one token."""
    if token == "down":
        raise Unavailable(retry_after=3)
    return "Alice" if token == "good" else None


def internal(world: World, endpoint: str, /, **fields: Any) -> Any:
    return said(world.post(f"/v2/internal/{endpoint}", {"secret": "s", **fields}))


@pytest.fixture
def world() -> World:
    return World(secret=Secret("s"), who_am_i=alice)


def test_an_anonymous_account_is_made_with_a_key_that_is_good_at_once(world):
    made = said(world.get("/v2/user/create_anonymous?client=app1key&clientversion=1.2%00" + "3" * 300))
    key = made["user"]["apikey"]
    assert KEY.fullmatch(key)
    assert said(world.get(f"/v2/user/lookup?user={key}")) == {"status": "ok", "user": {"apikey": key}}
    account = world.kept.clients.account(key_digest(key))
    assert (account.name, account.anonymous, account.application, account.address) == (
        "Anonymous", True, 1, "192.0.2.1",
    )  # fmt: skip
    assert account.application_version.startswith("1.2 333")


def test_a_musicbrainz_user_gets_a_key_of_the_one_account_that_is_theirs(world):
    first = said(world.get("/v2/user/create_musicbrainz?access_token=good", **BY_TLS))["user"]["apikey"]
    second = said(world.get("/v2/user/create_musicbrainz?access_token=good", **BY_TLS))["user"]["apikey"]
    assert KEY.fullmatch(first)
    assert world.kept.clients.account(key_digest(first)) is None
    assert world.kept.clients.account(key_digest(second)).user == "Alice"
    assert world.kept.clients.account(key_digest(second)).name == "Alice"


def test_a_token_that_musicbrainz_does_not_know_is_wrong(world):
    reply = world.get("/v2/user/create_musicbrainz?access_token=bad", **BY_TLS)
    assert wrong(reply) == (400, 15, "invalid MusicBrainz access token")


def test_a_musicbrainz_that_does_not_answer_makes_no_token_wrong(world):
    reply = world.get("/v2/user/create_musicbrainz?access_token=down", **BY_TLS)
    assert wrong(reply) == (503, 13, "service currently unavailable, try again later")
    assert ("retry-after", "3") in reply.headers


def test_a_token_is_not_taken_from_a_line_that_others_can_read(world):
    reply = world.get("/v2/user/create_musicbrainz?access_token=good")
    assert wrong(reply) == (400, 16, "only requests over HTTPS are allowed here")


def test_keys_of_programs_and_people_are_different_things():
    world = World()
    assert wrong(world.get("/v2/user/lookup?user=app1key"))[1] == 6
    assert wrong(world.get("/v2/submission_status?client=user1key"))[1] == 4


def test_a_server_for_one_machine_takes_any_client_key():
    world = World(any_client=True)
    assert world.get("/v2/submission_status?client=whatever").status == 200
    assert wrong(world.get("/v2/submission_status?client="))[1] == 2


def test_programs_with_a_built_in_key_are_known():
    world = World()
    world.keyring.ensure()
    for key in ("1vOwZtEn", "v8pQ6oyB", "QANd68ji1L", "cSpUJKpD"):
        assert world.get(f"/v2/submission_status?client={key}").status == 200


def test_a_very_long_key_is_nobody_s():
    world = World(any_client=True)
    assert wrong(world.post("/v2/lookup", {"client": "k" * 100_000}))[1] == 4
    assert wrong(world.post("/v2/user/lookup", {"user": "k" * 100_000}))[1] == 6


def test_accounts_and_applications_are_made(world):
    account = internal(world, "create_account")
    assert KEY.fullmatch(account["api_key"])
    made = internal(world, "create_application", account_id=account["id"], name="Mine", version="1")
    assert said(world.get(f"/v2/submission_status?client={made['api_key']}"))["status"] == "ok"
    assert internal(world, "check_application", api_key=made["api_key"]) == {"id": made["id"], "status": "ok"}


def test_an_application_is_switched_off_and_on(world):
    pair = {"account_id": 1, "application_id": 1}
    assert internal(world, "update_application_status", **pair, active="0") == {"status": "ok"}
    assert internal(world, "check_application", api_key="app1key")["error"]["code"] == 4
    assert internal(world, "update_application_status", **pair, active="1") == {"status": "ok"}
    assert internal(world, "check_application", api_key="app1key")["id"] == 1
    other = internal(world, "update_application_status", account_id=2, application_id=1, active="")
    assert other["error"] == {"code": 17, "message": "unknown application"}


def test_counts_are_added_and_summed(world):
    day = {"application_id": 1, "date": "2026-11-20", "hour": 23}
    assert internal(world, "update_lookup_stats", **day, type="hit", count=5) == {"status": "ok"}
    assert internal(world, "update_lookup_stats", **day, type="hit", count=1) == {"status": "ok"}
    assert (
        internal(world, "update_lookup_stats", **{**day, "application_id": 2}, type="miss", count=2)["status"] == "ok"
    )
    assert internal(world, "lookup_stats", client=["app1key", "app2key"])["stats"] == [
        {"date": "2026-11-20", "count_hits": 6, "count_nohits": 2, "count": 8}
    ]
    assert internal(world, "lookup_stats", client="app1key", to="2026-11-19")["stats"] == []
    assert internal(world, "lookup_stats", client="app1key", **{"from": "2026-11-20"})["stats"] != []
    assert internal(world, "lookup_stats", client=["app1key", "N/A"])["error"]["code"] == 4
    agent = {"application_id": 1, "date": "2026-11-20", "user_agent": "x\0", "ip": "192.0.2.1", "count": 1}
    assert internal(world, "update_user_agent_stats", **agent) == {"status": "ok"}


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("update_lookup_stats", {}, 2),
        (
            "update_lookup_stats",
            {"count": 1, "type": "hit", "application_id": 1, "hour": 24, "date": "2026-11-20"},
            400,
        ),
        ("update_lookup_stats", {"count": 1, "type": "hit", "application_id": 1, "hour": 0, "date": "yesterday"}, 400),
        ("update_lookup_stats", {"count": "9" * 99, "type": "hit"}, 400),
        ("lookup_stats", {}, 2),
        ("lookup_stats", {"client": "app1key", "from": "x"}, 400),
        ("create_application", {"account_id": 1}, 2),
        ("create_application", {"account_id": 99, "name": "x", "version": "1"}, 400),
        ("check_application", {}, 2),
        ("update_application_status", {"account_id": 1}, 2),
    ],
)
def test_what_is_missing_or_wrong_is_named(world, name, fields, code):
    assert internal(world, name, **fields)["error"]["code"] == code


@pytest.mark.parametrize("days", ["-1", "0", "1", "99999999999999999999"])
def test_any_number_of_days_may_be_asked_for(world, days):
    assert internal(world, "lookup_stats", client="app1key", days=days)["status"] == "ok"


@pytest.mark.parametrize("secret", ["", "t", "S", "s "])
def test_nobody_else_is_let_in(world, secret):
    for one in (world, World()):
        assert wrong(one.post("/v2/internal/create_account", {"secret": secret})) == (400, 12, "not allowed")
