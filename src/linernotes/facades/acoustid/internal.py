"""What only those may ask who know the secret: statistics, and making applications and accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from linernotes.domain.identification import AgentCount, LookupCount
from linernotes.facades.acoustid.calls import Answer, Call, Handler
from linernotes.facades.acoustid.door import Door
from linernotes.facades.acoustid.errors import (
    INVALID_PARAMETER,
    MISSING_PARAMETER,
    NOT_ALLOWED,
    UNKNOWN_APPLICATION,
    Refused,
)
from linernotes.facades.acoustid.parameters import Parameters
from linernotes.ports.identification import Counts
from linernotes.ports.offload import Offload
from linernotes.usecases.identify.clients import Keyring

EXTERNAL = "External User"
DAYS = 30
MOST_DAYS = 36_500
HIGHEST = (1 << 31) - 1


class Internal:
    """Answers ``/v2/internal``; without a secret nobody is let in."""

    def __init__(
        self,
        *,
        keyring: Keyring,
        counts: Counts,
        door: Door,
        offload: Offload,
        secret: str,
        now: Callable[[], int],
    ) -> None:
        """Take who knows clients, who keeps counts, who lets in; ``now`` gives unix milliseconds."""
        self._keyring = keyring
        self._counts = counts
        self._door = door
        self._offload = offload
        self._secret = secret
        self._now = now

    def handlers(self) -> dict[str, Handler]:
        """Return the endpoints by name."""
        found: dict[str, Handler] = {
            "update_lookup_stats": self._count_lookups,
            "update_user_agent_stats": self._count_agents,
            "lookup_stats": self._lookups,
            "create_account": self._new_account,
            "create_application": self._new_application,
            "update_application_status": self._set_active,
            "check_application": self._application,
        }
        return {name: self._guarded(handler) for name, handler in found.items()}

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(call: Call) -> Answer:
            await self._door.admit(call)
            if not call.given.holds(self._secret):
                raise Refused(NOT_ALLOWED)
            return await handler(call)

        return guarded

    async def _count_lookups(self, call: Call) -> Answer:
        given = call.given
        count = _whole(given, "count")
        hit = given.required("type") == "hit"
        counted = LookupCount(
            _whole(given, "application_id"),
            _day(given, "date").isoformat(),
            _whole(given, "hour", highest=23),
            hits=count if hit else 0,
            misses=0 if hit else count,
        )
        await self._offload(lambda: self._counts.add_lookups([counted]))
        return {}

    async def _count_agents(self, call: Call) -> Answer:
        given = call.given
        counted = AgentCount(
            _whole(given, "application_id"),
            _day(given, "date").isoformat(),
            given.label("user_agent"),
            given.label("ip"),
            _whole(given, "count"),
        )
        await self._offload(lambda: self._counts.add_agents([counted]))
        return {}

    async def _lookups(self, call: Call) -> Answer:
        given = call.given
        keys = given.texts("client")
        if not keys:
            raise Refused(MISSING_PARAMETER, "client")
        applications = [(await self._door.application_of(key)).id for key in keys]
        first, last = self._span(given)
        wanted = list(dict.fromkeys(applications))
        days = await self._offload(lambda: self._counts.lookups(wanted, first=first.isoformat(), last=last.isoformat()))
        return {
            "stats": [
                {"date": day.date, "count_hits": day.hits, "count_nohits": day.misses, "count": day.hits + day.misses}
                for day in days
            ]
        }

    def _span(self, given: Parameters) -> tuple[date, date]:
        """Return the first and the last day that are asked for: as a rule, the last thirty without the first."""
        today = datetime.fromtimestamp(self._now() / 1000, UTC).date()
        days = given.number("days")
        ago = min(max(DAYS if days is None else days, 0), MOST_DAYS)
        first = _day(given, "from") if given.text("from") else today - timedelta(days=ago - 1)
        last = _day(given, "to") if given.text("to") else today - timedelta(days=1)
        return first, last

    async def _new_account(self, _: Call) -> Answer:
        account, key = await self._keyring.new_account(name=EXTERNAL)
        return {"id": account.id, "api_key": key}

    async def _new_application(self, call: Call) -> Answer:
        given = call.given
        account = _whole(given, "account_id")
        name, version = given.required("name"), given.required("version")
        if all(one.id != account for one in await self._keyring.accounts()):
            raise Refused(INVALID_PARAMETER, "account_id", "is not an account")
        application, key = await self._keyring.new_application(account=account, name=name, version=version)
        return {"id": application.id, "api_key": key}

    async def _set_active(self, call: Call) -> Answer:
        given = call.given
        account, application = _whole(given, "account_id"), _whole(given, "application_id")
        active = given.text("active").strip().lower() not in {"", "0", "false", "no", "off"}
        if not await self._keyring.set_active(application, active=active, account=account):
            raise Refused(UNKNOWN_APPLICATION)
        return {}

    async def _application(self, call: Call) -> Answer:
        application = await self._door.application_of(call.given.required("api_key"))
        return {"id": application.id}


def _whole(given: Parameters, name: str, *, highest: int = HIGHEST) -> int:
    found = given.number(name)
    if found is None:
        raise Refused(MISSING_PARAMETER, name)
    if not 0 <= found <= highest:
        raise Refused(INVALID_PARAMETER, name, f"must be between 0 and {highest}")
    return found


def _day(given: Parameters, name: str) -> date:
    try:
        return date.fromisoformat(given.required(name))
    except ValueError as exc:
        raise Refused(INVALID_PARAMETER, name, "is not a date (YYYY-MM-DD)") from exc
