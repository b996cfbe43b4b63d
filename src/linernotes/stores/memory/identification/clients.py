"""Applications and accounts in memory."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from linernotes.domain.errors import Conflict
from linernotes.domain.identification import Account, Application
from linernotes.stores.memory.identification.checks import HIGHEST, check, check_key, check_text
from linernotes.stores.memory.identification.data import Keeper, next_number

Client = TypeVar("Client")


class MemoryClients:
    """Who asks and who submits, each with a key's digest."""

    def __init__(self, *, keeper: Keeper) -> None:
        """Keep them there."""
        self._keeper = keeper

    def application(self, digest: bytes) -> Application | None:
        return next((one for key, one in self._keeper.data.applications.values() if key == digest), None)

    def applications(self) -> list[Application]:
        return [one for _, (_, one) in sorted(self._keeper.data.applications.items())]

    def add_application(self, new: Application, digest: bytes) -> Application:
        for text in (new.name, new.version, new.email, new.website):
            check_text(text)
        check(new.account is None or 0 <= new.account <= HIGHEST)
        with self._keeper.writing() as data:
            if any(key == digest for key, _ in data.applications.values()):
                raise Conflict("there is an application with this key already")
            one = replace(new, id=next_number(data.applications))
            data.applications[one.id] = (digest, one)
        return one

    def set_active(self, application: int, *, active: bool, account: int | None = None) -> bool:
        with self._keeper.writing() as data:
            key, one = data.applications.get(application, (b"", None))
            if one is None or account not in (None, one.account):
                return False
            data.applications[application] = (key, replace(one, active=active))
            return True

    def set_application_key(self, application: int, digest: bytes) -> bool:
        with self._keeper.writing() as data:
            return _set_key(data.applications, application, digest)

    def account(self, digest: bytes) -> Account | None:
        return next((one for key, one in self._keeper.data.accounts.values() if key == digest), None)

    def account_of(self, user: str) -> Account | None:
        wanted = user.casefold()
        return next((one for one in self.accounts() if one.user is not None and one.user.casefold() == wanted), None)

    def accounts(self) -> list[Account]:
        return [one for _, (_, one) in sorted(self._keeper.data.accounts.items())]

    def add_account(self, new: Account, digest: bytes) -> Account:
        for text in (new.name, new.application_version, new.address, new.user or ""):
            check_text(text)
        check_key((new.user or "").casefold())
        for number in (new.application, new.submissions):
            check(number is None or 0 <= number <= HIGHEST)
        with self._keeper.writing() as data:
            if any(key == digest for key, _ in data.accounts.values()):
                raise Conflict("there is an account with this key already")
            if new.user is not None and self.account_of(new.user) is not None:
                raise Conflict("this user has an account already")
            one = replace(new, id=next_number(data.accounts))
            data.accounts[one.id] = (digest, one)
        return one

    def set_account_key(self, account: int, digest: bytes) -> bool:
        with self._keeper.writing() as data:
            return _set_key(data.accounts, account, digest)


def _set_key(kept: dict[int, tuple[bytes, Client]], id_: int, digest: bytes) -> bool:
    if id_ not in kept:
        return False
    if any(key == digest and other != id_ for other, (key, _) in kept.items()):
        raise Conflict("somebody else has this key already")
    kept[id_] = (digest, kept[id_][1])
    return True
