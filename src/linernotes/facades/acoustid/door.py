"""Who is let in: applications and accounts by their keys, and how much they may ask."""

from __future__ import annotations

from linernotes.domain.errors import Unauthorised
from linernotes.domain.identification import Account, Application
from linernotes.facades.acoustid.calls import Call
from linernotes.facades.acoustid.errors import INVALID_APIKEY, INVALID_USER_APIKEY, Refused
from linernotes.facades.acoustid.limits import Limits
from linernotes.usecases.identify.clients import Keyring

LONGEST_KEY = 1000
"""Characters; a longer key is of nobody, and is not remembered as such."""


class Door:
    """Lets in."""

    def __init__(self, *, keyring: Keyring, limits: Limits) -> None:
        """Take who knows the keys, and who counts."""
        self._keyring = keyring
        self._limits = limits

    async def application(self, call: Call) -> Application:
        """Return the application that asks. Raises ``Refused``."""
        return await self.application_of(call.given.required("client"))

    async def application_of(self, key: str) -> Application:
        """Return the application of a key. Raises ``Refused``."""
        try:
            return await self._keyring.application(_checked(key))
        except Unauthorised as exc:
            raise Refused(INVALID_APIKEY) from exc

    async def account(self, call: Call, *, fresh: bool = False) -> Account:
        """Return the account that asks, if need be as it is this very moment. Raises ``Refused``."""
        try:
            return await self._keyring.account(_checked(call.given.required("user")), fresh=fresh)
        except Unauthorised as exc:
            raise Refused(INVALID_USER_APIKEY) from exc

    async def admit(self, call: Call, application: Application | None = None) -> None:
        """Count a call. Raises ``Refused`` when there were too many."""
        await self._limits.admit(call, None if application is None else application.id)


def _checked(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise Unauthorised
    return key
