"""Accounts of people who submit: their keys."""

from __future__ import annotations

from linernotes.domain.errors import Conflict
from linernotes.facades.acoustid.calls import Answer, Call
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.errors import (
    INSECURE_REQUEST,
    INVALID_MUSICBRAINZ_ACCESS_TOKEN,
    SERVICE_UNAVAILABLE,
    Refused,
)
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.parts import WhoAmI

ANONYMOUS = "Anonymous"


class Users:
    """Tells keys, and makes accounts."""

    def __init__(self, *, keyring: Keyring, door: Door, who_am_i: WhoAmI | None) -> None:
        """Take who knows accounts, who lets in, and who asks MusicBrainz whose an access token is."""
        self._keyring = keyring
        self._door = door
        self._who_am_i = who_am_i

    async def lookup(self, call: Call) -> Answer:
        """Answer ``/v2/user/lookup``: whether a key is somebody's."""
        await self._door.account(call, fresh=True)
        await self._door.admit(call)
        return _key(call.given.text("user"))

    async def create_anonymous(self, call: Call) -> Answer:
        """Answer ``/v2/user/create_anonymous``."""
        application = await self._door.application(call)
        await self._door.admit(call, application)
        _, key = await self._keyring.new_account(
            name=ANONYMOUS,
            anonymous=True,
            application=application.id,
            application_version=call.given.label("clientversion"),
            address=call.address,
        )
        return _key(key)

    async def create_musicbrainz(self, call: Call) -> Answer:
        """Answer ``/v2/user/create_musicbrainz``: the account of whoever owns an access token of MusicBrainz."""
        token = call.given.required("access_token")
        await self._door.admit(call)
        if not call.secure:
            raise Refused(INSECURE_REQUEST)
        if self._who_am_i is None:
            raise Refused(SERVICE_UNAVAILABLE)
        user = await self._who_am_i(token)
        if not user:
            raise Refused(INVALID_MUSICBRAINZ_ACCESS_TOKEN)
        return _key(await self._key_of(user))

    async def _key_of(self, user: str) -> str:
        """Return a key of a user's account, which is made if there is none; keys are not kept, so it is a new one."""
        account = await self._keyring.account_of(user)
        if account is None:
            try:
                _, key = await self._keyring.new_account(name=user, user=user)
            except Conflict:  # made by somebody else meanwhile
                account = await self._keyring.account_of(user)
                if account is None:
                    raise
            else:
                return key
        return await self._keyring.renew_account(account.id)


def _key(key: str) -> Answer:
    return {"user": {"apikey": key}}
