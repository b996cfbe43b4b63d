"""How much may be asked, and who is not counted."""

from __future__ import annotations

import pytest

from linernotes.facades.acoustid.limits import neighbourhood
from linernotes.facades.acoustid.tests.world import World, said, wrong

PUID = "/v2/track/list_by_puid?puid=dddddddd-0000-4000-8000-000000000001"
LOOKUP = "/v2/lookup?client=app1key&trackid=dddddddd-0000-4000-8000-000000000001"


def message(rate: str) -> tuple[int, int, str]:
    return 429, 14, f"rate limit ({rate} requests per second) exceeded, try again later"


def test_the_81st_request_in_20_seconds_from_one_address_is_refused():
    world = World(ip_per_second=4.0)
    assert {world.get(PUID).status for _ in range(80)} == {200}
    refused = world.get(PUID)
    assert wrong(refused) == message("4.000000")
    assert dict(refused.headers) == {"access-control-allow-origin": "*", "retry-after": "20"}
    assert world.get(PUID, address="192.0.2.2").status == 200
    world.seconds = 19.5
    assert dict(world.get(PUID).headers)["retry-after"] == "1"
    world.seconds = 20.0
    assert world.get(PUID).status == 200


def test_the_201st_request_in_20_seconds_of_one_application_is_refused():
    world = World(application_per_second=10.0)
    assert {world.get(LOOKUP).status for _ in range(200)} == {200}
    assert wrong(world.get(LOOKUP, address="192.0.2.2")) == message("10.000000")
    assert world.get(LOOKUP.replace("app1", "app2")).status == 200


def test_an_application_may_have_a_rate_of_its_own_and_then_none_per_address():
    world = World(application_rates={"1": 0.5}, ip_per_second=0.1)
    assert {world.get(LOOKUP).status for _ in range(10)} == {200}
    assert wrong(world.get(LOOKUP)) == message("0.500000")
    other = LOOKUP.replace("app1", "app2")
    assert [world.get(other).status for _ in range(3)] == [200, 200, 429]


def test_an_address_may_have_a_rate_of_its_own():
    world = World(address_rates={"192.0.2.1": 0.05, "192.0.2.3": 0.0}, ip_per_second=0.1)
    assert [world.get(PUID).status for _ in range(2)] == [200, 429]
    assert [world.get(PUID, address="192.0.2.2").status for _ in range(3)] == [200, 200, 429]
    assert {world.get(PUID, address="192.0.2.3").status for _ in range(5)} == {200}


def test_all_together_may_be_limited():
    world = World(global_per_second=0.1)
    assert [world.get(PUID, address=f"192.0.2.{number}").status for number in range(3)] == [200, 200, 429]


def test_wrong_parameters_are_told_first_and_do_not_count():
    world = World(ip_per_second=0.05)
    assert {world.get("/v2/lookup?client=N/A").status for _ in range(5)} == {400}
    assert world.get("/v2/lookup?client=app1key").status == 400
    assert world.get(PUID).status == 200
    assert world.get("/v2/lookup?client=app1key").status == 400
    assert world.get(PUID).status == 429


@pytest.mark.parametrize("secret", ["s", "gehéim"])
def test_who_knows_the_secret_is_not_counted(secret):
    from linernotes.domain.secret import Secret

    world = World(ip_per_second=0.05, global_per_second=0.05, secret=Secret(secret))
    assert {world.get(f"{PUID}&secret={secret}").status for _ in range(5)} == {200}
    assert world.get(PUID).status == 200
    for wrong_one in ("", "&secret=", "&secret=t", "&secret=%ff", "&secret=gehéin"):
        assert world.get(PUID + wrong_one).status == 429


def test_without_a_secret_none_is_right():
    world = World(ip_per_second=0.05)
    assert [world.get(f"{PUID}&secret=").status for _ in range(2)] == [200, 429]


def test_health_is_not_counted():
    world = World(ip_per_second=0.05)
    assert {world.get("/_health").status for _ in range(5)} == {200}


def test_a_refusal_has_the_form_that_was_asked_for():
    world = World(ip_per_second=0.05)
    replies = [world.get(f"{PUID}&format=xml") for _ in range(2)]
    assert replies[1].content_type == "text/xml; charset=UTF-8"
    assert b"<code>14</code>" in replies[1].body


def test_one_household_is_one_address():
    assert neighbourhood("2001:db8:1:2:3:4:5:6") == neighbourhood("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("no address") == "no address"


def test_submissions_count_for_their_application():
    world = World(application_rates={"1": 0.05})
    fields = {"client": "app1key", "user": "user1key", "fingerprint": "AQAAAQE", "duration": 1}
    assert said(world.post("/v2/submit", fields))["submissions"] == []
    assert world.post("/v2/submit", fields).status == 429
