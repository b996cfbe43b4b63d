"""`linernotes keys`, told as a person would use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from linernotes.cli.keys import SCOPES
from linernotes.domain.keys import Scope
from linernotes.stores.sql import STATE_FILE, open_state
from tests.conftest import Outcome, RunCommand

Keys = Callable[..., Outcome]


@pytest.fixture
def keys(linernotes: RunCommand) -> Keys:
    """Run `linernotes --data d keys …`."""
    return partial(linernotes, "--data", "d", "keys")


def test_a_key_is_shown_once_and_only_its_hash_is_kept(keys: Keys, tmp_path: Path) -> None:
    outcome = keys("create", "my player")
    assert outcome.code == 0
    text = outcome.out.strip()
    assert re.fullmatch(r"ln_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)
    assert outcome.err == "Keep it: only its hash is stored, and it cannot be shown again.\n"
    secret = text[16:]
    for file in (tmp_path / "d").iterdir():
        assert secret.encode() not in file.read_bytes()
    shown = keys("list").out + keys("list", "--json").out
    assert text.split("_")[1] in shown
    assert secret not in shown
    assert "hash" not in shown


def test_the_key_that_is_shown_is_the_one_that_fits(keys: Keys, tmp_path: Path) -> None:
    made = json.loads(keys("create", "tool", "--scope", "admin", "--scope", "read", "--json").out)
    assert (made["name"], made["scopes"], made["revoked_at"]) == ("tool", ["admin", "read"], None)
    state = open_state(tmp_path / "d" / STATE_FILE)
    kept = state.keys.get(made["id"])
    state.close()
    assert kept is not None
    assert kept.fits(made["key"])
    assert kept.scopes == (Scope.ADMIN, Scope.READ)


def test_a_key_reads_unless_it_is_told_otherwise(keys: Keys) -> None:
    assert json.loads(keys("create", "a", "--json").out)["scopes"] == ["read"]
    assert json.loads(keys("create", "a", "--scope", "submit", "--json").out)["scopes"] == ["submit"]
    assert set(SCOPES) == {scope.value for scope in Scope}


@pytest.mark.parametrize(
    ("args", "code"), [(("create",), 2), (("create", "a", "--scope", "x"), 2), (("create", " "), 1)]
)
def test_wrong_use_makes_no_key(keys: Keys, args: tuple[str, ...], code: int) -> None:
    assert keys(*args).code == code
    assert json.loads(keys("list", "--json").out) == {"keys": []}


def test_keys_are_listed_one_in_a_line_the_oldest_first(keys: Keys) -> None:
    assert keys("list").err == "there are no keys\n"
    made = [json.loads(keys("create", name, "--json").out) for name in ("first", "second\tone")]
    keys("revoke", made[0]["id"])
    first, second = (line.split("\t") for line in keys("list").out.splitlines())
    assert first[:3] == [made[0]["id"], "first", "read"]
    assert first[4]
    assert second == [made[1]["id"], "second one", "read", made[1]["created_at"], ""]
    listed = json.loads(keys("list", "--json").out)["keys"]
    assert [key["id"] for key in listed] == [key["id"] for key in made]
    assert listed[1] == {name: value for name, value in made[1].items() if name != "key"}


def test_a_revoked_key_fits_no_more(keys: Keys, tmp_path: Path) -> None:
    made = json.loads(keys("create", "tool", "--json").out)
    assert keys("revoke", made["id"], "--dry-run").out == f"would revoke {made['id']} (tool)\n"
    assert json.loads(keys("list", "--json").out)["keys"][0]["revoked_at"] is None
    assert keys("revoke", made["id"]).out == f"revoked {made['id']} (tool)\n"
    state = open_state(tmp_path / "d" / STATE_FILE)
    kept = state.keys.get(made["id"])
    state.close()
    assert kept is not None
    assert not kept.fits(made["key"])
    again = keys("revoke", made["id"])
    assert (again.code, again.out) == (0, f"{made['id']} (tool) was revoked already\n")


def test_the_key_itself_may_be_revoked_and_is_not_repeated(keys: Keys) -> None:
    made = json.loads(keys("create", "leaked", "--json").out)
    outcome = keys("revoke", made["key"], "--json")
    assert json.loads(outcome.out) == {"id": made["id"], "name": "leaked", "revoked": True, "dry_run": False}


def test_what_is_no_key_cannot_be_revoked_and_is_not_repeated(keys: Keys) -> None:
    outcome = keys("revoke", f"ln_{'0' * 12}_{'x' * 43}")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "error: there is no such key\nhint: `linernotes keys list` shows the ids.\n"


def test_on_a_server_the_keys_are_there_and_the_data_folder_stays_as_it_is(
    keys: Keys, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_DATABASE", postgres_url)
    made = json.loads(keys("create", "tool", "--json").out)
    assert keys("list").out.startswith(f"{made['id']}\ttool\tread\t")
    assert keys("revoke", made["id"]).out == f"revoked {made['id']} (tool)\n"
    assert keys("revoke", made["id"]).out == f"{made['id']} (tool) was revoked already\n"
    assert not (tmp_path / "d").exists()
