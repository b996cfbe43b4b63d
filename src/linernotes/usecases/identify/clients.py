"""Who asks: applications and accounts, each known by a key of which only the digest is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from linernotes.domain.errors import Conflict, Invalid, NotFound, Unauthorised
from linernotes.domain.identification import Account, Application, key_digest
from linernotes.ports.identification import Clients
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.keys import is_demo_key, new_key
from linernotes.usecases.identify.known import Known

BUILT_IN = {
    "beets": "1vOwZtEn",
    "MusicBrainz Picard": "v8pQ6oyB",
    "Lidarr": "QANd68ji1L",
    "pyacoustid": "cSpUJKpD",
}
"""Programs with the keys that they bring along, which their users cannot change."""

ANY_CLIENT = "any client"
DEMO = "demo"
DEFAULT = "default"
LONGEST_NAME = 200
UNFINISHED_MILLISECONDS = 60_000
"""After so long a first start that made no account is taken for one that was broken off."""

_TRIES = 3
T = TypeVar("T")


class Keyring:
    """Applications and accounts by their keys. Used on one event loop, but for `ensure`."""

    def __init__(
        self,
        *,
        clients: Clients,
        offload: Offload,
        now: Callable[[], int],
        any_client: bool,
        demo_secret: str = "",
        clock: Callable[[], float],
    ) -> None:
        """``now`` gives unix milliseconds, ``clock`` seconds; demo keys are accepted where they have a secret."""
        self._clients = clients
        self._offload = offload
        self._now = now
        self._any_client = any_client
        self._demo_secret = demo_secret
        self._applications = Known(look_up=self._find_application, clock=clock)
        self._accounts = Known(look_up=self._find_account, clock=clock)

    async def application(self, key: str) -> Application:
        """Return the application with a key, as it was at most a minute ago. Raises `Unauthorised`.

        Where any client may ask, a key that is not known is that of the application `ANY_CLIENT`.
        """
        found = await self._applications.get(key_digest(key), key) if key else None
        if found is None:
            raise Unauthorised("This is not the key of an application, or it was switched off.")
        return found

    async def account(self, key: str, *, fresh: bool = False) -> Account:
        """Return the account with a key, as it was at most a minute ago, or is now (``fresh``). As above."""
        found = await self._accounts.get(key_digest(key), key, fresh=fresh) if key else None
        if found is None:
            raise Unauthorised("This is not the key of a user.", hint="The key of an application is another one.")
        return found

    async def new_application(
        self, *, account: int | None, name: str, version: str = "", email: str = "", website: str = ""
    ) -> tuple[Application, str]:
        """Make an application; return it with its key, which cannot be read again."""
        new = Application(
            id=0,
            name=_name(name),
            version=_text(version),
            account=account,
            email=_text(email),
            website=_text(website),
            created_at=self._now(),
        )
        made = await self._offload(lambda: _with_key(partial(self._clients.add_application, new)))
        self._applications.forget()
        return made

    async def new_account(
        self,
        *,
        name: str,
        user: str | None = None,
        anonymous: bool = False,
        application: int | None = None,
        application_version: str = "",
        address: str = "",
    ) -> tuple[Account, str]:
        """Make an account; return it with its key, which cannot be read again. `Conflict` for a user that has one."""
        new = Account(
            id=0,
            name=_name(name),
            user=user,
            anonymous=anonymous,
            application=application,
            application_version=_text(application_version),
            address=_text(address),
            created_at=self._now(),
        )
        made = await self._offload(lambda: self._add_account(new))
        self._accounts.forget()
        return made

    async def account_of(self, user: str) -> Account | None:
        """Return the account of a MusicBrainz user."""
        return await self._offload(lambda: self._clients.account_of(user))

    async def renew_application(self, application: int) -> str:
        """Give an application another key and return it; the old one is good for another minute. `NotFound`."""
        key = await self._offload(lambda: _renewed(partial(self._clients.set_application_key, application)))
        self._applications.forget()
        return key

    async def renew_account(self, account: int) -> str:
        """Give an account another key, as above."""
        key = await self._offload(lambda: _renewed(partial(self._clients.set_account_key, account)))
        self._accounts.forget()
        return key

    async def set_active(self, application: int, *, active: bool, account: int | None = None) -> bool:
        """Switch an application (of that account, if one is given) on or off; False where there is none."""
        done = await self._offload(lambda: self._clients.set_active(application, active=active, account=account))
        self._applications.forget()
        return done

    async def applications(self) -> list[Application]:
        """All applications, by id."""
        return await self._offload(self._clients.applications)

    async def accounts(self) -> list[Account]:
        """All accounts, by id."""
        return await self._offload(self._clients.accounts)

    def ensure(self) -> tuple[str, str] | None:
        """Make what every server has: the known programs, and one application and one account to begin with.

        Returns the keys of these two, the application's first, the one time that they are made, else None. Blocks.
        """
        for name, key in {**BUILT_IN, DEMO: _hidden(DEMO)}.items():
            self._built_in(name, key)
        # Of several processes that start at once, the one that adds this goes on.
        first, mark = self._built_in(ANY_CLIENT, _hidden(ANY_CLIENT))
        if not first and (self._now() - mark.created_at < UNFINISHED_MILLISECONDS or self._clients.accounts()):
            return None
        account, user_key = self._add_account(Account(id=0, name=DEFAULT, created_at=self._now()))
        new = Application(id=0, name=DEFAULT, account=account.id, created_at=self._now())
        _, key = _with_key(partial(self._clients.add_application, new))
        return key, user_key

    def _built_in(self, name: str, key: str) -> tuple[bool, Application]:
        """Return whether an application that every server has is new, and the application."""
        digest = key_digest(key)
        found = self._clients.application(digest)
        if found is not None:
            return False, found
        # What has no key that anybody is told is switched off, so that its name is none.
        new = Application(id=0, name=name, active=name in BUILT_IN, created_at=self._now())
        try:
            return True, self._clients.add_application(new, digest)
        except Conflict:
            found = self._clients.application(digest)
            if found is None:
                raise
            return False, found

    async def _find_application(self, key: str) -> Application | None:
        return await self._offload(lambda: self._application(key))

    async def _find_account(self, key: str) -> Account | None:
        return await self._offload(lambda: self._clients.account(key_digest(key)))

    def _application(self, key: str) -> Application | None:
        found = self._clients.application(key_digest(key))
        demo = is_demo_key(key, secret=self._demo_secret, now=self._now())
        if found is not None and found.active:
            return found
        if demo:
            return self._let_in(DEMO)
        # One that somebody switched off stays out, and so do the names of those that have no key.
        if self._any_client and found is None:
            return self._let_in(ANY_CLIENT)
        return None

    def _let_in(self, name: str) -> Application:
        return replace(self._built_in(name, _hidden(name))[1], active=True)

    def _add_account(self, new: Account) -> tuple[Account, str]:
        return _with_key(partial(self._clients.add_account, new), again=new.user is None)


def _hidden(name: str) -> str:
    """Return what stands for a key where there is none."""
    return f"no key: {name}"


def _with_key(add: Callable[[bytes], T], *, again: bool = True) -> tuple[T, str]:
    """Add something under a new key and return both, with another one where there is that key already."""
    for left in reversed(range(_TRIES if again else 1)):
        key = new_key()
        try:
            return add(key_digest(key)), key
        except Conflict:
            if not left:
                raise
    raise AssertionError


def _renewed(set_key: Callable[[bytes], bool]) -> str:
    done, key = _with_key(set_key)
    if not done:
        raise NotFound
    return key


def _name(text: str) -> str:
    if not text.strip():
        raise Invalid("A name must not be empty.")
    return _text(text)


def _text(text: str) -> str:
    if len(text) > LONGEST_NAME or "\0" in text:
        raise Invalid(f"A text is at most {LONGEST_NAME} characters long, without the character 0.")
    return text
