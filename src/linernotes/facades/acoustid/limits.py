"""How much may be asked: per application, of all together, and per address, in a moving window of 20 seconds."""

from __future__ import annotations

from collections.abc import Mapping

from linernotes.facades.acoustid.calls import Call
from linernotes.facades.acoustid.errors import TOO_MANY_REQUESTS, Refused
from linernotes.facades.acoustid.settings import AcoustIdSettings
from linernotes.ports.keys import RateLimits
from linernotes.usecases.access import neighbourhood

WINDOW_SECONDS = 20


class Limits:
    """Counts calls. Who knows the secret is not counted."""

    def __init__(self, *, rates: RateLimits | None, settings: AcoustIdSettings) -> None:
        """Take who counts; without them there are no limits."""
        self._rates = rates
        self._settings = settings
        self._secret = settings.secret.reveal()

    async def admit(self, call: Call, application: int | None = None) -> None:
        """Count a call of an application, if it names one. Raises ``Refused`` when there were too many."""
        if call.given.holds(self._secret):
            return
        own = self._settings
        known: Mapping[str, float] = own.application_rates
        name = "" if application is None else str(application)
        if name:
            await self._hit(f"application:{name}", known.get(name, own.application_per_second))
        await self._hit("global", own.global_per_second)
        if name not in known:
            address = neighbourhood(call.address)
            await self._hit(f"address:{address}", own.address_rates.get(call.address, own.ip_per_second))

    async def _hit(self, who: str, rate: float) -> None:
        if not rate or self._rates is None:
            return
        allowed = max(1, int(rate * WINDOW_SECONDS))
        left = await self._rates.hit(f"acoustid:{who}", limit=allowed, window=WINDOW_SECONDS)
        if not left.allowed:
            raise Refused(TOO_MANY_REQUESTS, rate, retry_after=left.reset)
