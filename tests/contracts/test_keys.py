"""What every store of keys does, whatever it keeps them in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from linernotes.domain.errors import Conflict
from linernotes.domain.keys import ApiKey, Scope, new_key
from linernotes.ports.keys import KeyStore
from tests.contracts.states import KINDS, opened

READ = (Scope.READ,)


@pytest.fixture(params=KINDS)
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    with opened(request.param, tmp_path, request) as state:
        yield state.keys


def made(name: str, *, at: int, scopes: tuple[Scope, ...] = READ) -> ApiKey:
    return new_key(name=name, scopes=scopes, now=at)[0]


def test_a_key_comes_back_as_it_was_kept(keys: KeyStore) -> None:
    key, text = new_key(name="Ünï ☃", scopes=(Scope.ADMIN, Scope.READ), now=10)
    keys.add(key)
    found = keys.get(key.id)
    assert found == key
    assert found is not None
    assert found.fits(text)
    assert keys.get("0" * 12) is None


def test_keys_come_oldest_first_then_by_id(keys: KeyStore) -> None:
    late, early, twin = made("late", at=20), made("early", at=10), made("twin", at=10)
    for key in (late, early, twin):
        keys.add(key)
    assert keys.keys() == [*sorted((early, twin), key=lambda key: key.id), late]


def test_a_revoked_key_is_kept_and_fits_no_more(keys: KeyStore) -> None:
    key, text = new_key(name="old", scopes=READ, now=10)
    keys.add(key)
    assert keys.revoke(key.id, now=30)
    found = keys.get(key.id)
    assert found == msgspec.structs.replace(key, revoked_at=30)
    assert found is not None
    assert not found.fits(text)
    assert keys.keys() == [found]


def test_a_key_is_revoked_once_and_only_if_it_is_there(keys: KeyStore) -> None:
    key = made("once", at=10)
    keys.add(key)
    assert [keys.revoke(key.id, now=30), keys.revoke(key.id, now=40), keys.revoke("0" * 12, now=50)] == [
        True, False, False,
    ]  # fmt: skip
    found = keys.get(key.id)
    assert found is not None
    assert found.revoked_at == 30


def test_an_id_is_never_given_to_a_second_key(keys: KeyStore) -> None:
    key = made("first", at=10)
    keys.add(key)
    with pytest.raises(Conflict):
        keys.add(msgspec.structs.replace(made("second", at=20), id=key.id))
    assert keys.get(key.id) == key


def test_one_of_many_threads_revokes(keys: KeyStore) -> None:
    key = made("wanted by all", at=10)
    keys.add(key)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda now: keys.revoke(key.id, now=now), range(20, 28))) == 1


@pytest.mark.parametrize("foul", ["' OR 1=1 --", "\0", "\ud800", "ä" * 3000])
def test_an_id_that_no_key_can_have_is_simply_not_there(keys: KeyStore, foul: str) -> None:
    assert keys.get(foul) is None
    assert keys.revoke(foul, now=1) is False
