"""Who may ask: the key that came along, what it allows, and how much its holder has asked lately.

A credential that is no key, or is revoked, is refused even where everybody may read: its owner believes that it works.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

import msgspec

from linernotes.domain.errors import Forbidden, LinernotesError, RateLimited, Unauthorised, Unavailable
from linernotes.domain.keys import ApiKey, Caller, Scope, read_key_id
from linernotes.ports.keys import Allowance, KeyStore, RateLimits

WINDOW_SECONDS = 60
KEY_SECONDS = 5.0
KEYS_KEPT = 4096
LOOK_UP_SECONDS = 10.0
_NOTHING: frozenset[Scope] = frozenset()
_READING = frozenset({Scope.READ})
# A reverse proxy that asks for passwords itself often hands them on. They are no keys of ours.
_FOREIGN_SCHEMES = frozenset({"basic", "digest", "negotiate", "ntlm"})
# Compared with where there is no key of an id, so that the answer takes as long as for one that there is.
_NOBODY = ApiKey("", "", (), 0, bytes(32))


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Who asks, what the limit leaves them (None: there is no limit), and why they are refused if they are."""

    caller: Caller
    allowance: Allowance | None = None
    refusal: LinernotesError | None = None


class Access:
    """Decides about every request. Used on one event loop."""

    def __init__(
        self,
        *,
        keys: KeyStore,
        limits: RateLimits,
        anonymous_read: bool = True,
        anonymous_per_minute: int = 0,
        key_per_minute: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take limits in requests per minute (0: none); ``clock`` gives seconds."""
        self.open = anonymous_read and not anonymous_per_minute
        self.anonymous_read = anonymous_read
        self._keys = KnownKeys(store=keys, clock=clock)
        self._limits = limits
        self._anonymous_per_minute = anonymous_per_minute
        self._key_per_minute = key_per_minute

    async def admit(
        self, credential: str | None, *, address: str, scope: Scope = Scope.READ, cost: int = 1
    ) -> tuple[Caller, Allowance | None]:
        """Return who asks and what the limit leaves them, having counted this request as ``cost``.

        Raises Unauthorised, Forbidden, RateLimited with the seconds to wait, Unavailable when keys cannot be looked up.
        """
        verdict = await self.judge(credential, address=address, scope=scope, cost=cost)
        if verdict.refusal is not None:
            raise verdict.refusal
        return verdict.caller, verdict.allowance

    async def judge(self, credential: str | None, *, address: str, scope: Scope = Scope.READ, cost: int = 1) -> Verdict:
        """Decide as ``admit`` does, and also say of a refused caller what the limit leaves them."""
        key = None if credential is None else await self._key(credential)
        caller = self._caller(key, address)
        allowance = await self._count(caller, cost)
        if allowance is not None and not allowance.allowed:
            return Verdict(caller, allowance, RateLimited(retry_after=allowance.reset))
        if credential is not None and key is None:
            return Verdict(caller, allowance, Unauthorised("This key is not known, or it has been revoked"))
        if scope not in caller.scopes:
            return Verdict(caller, allowance, _refused(key, scope))
        return Verdict(caller, allowance)

    async def _key(self, credential: str) -> ApiKey | None:
        key_id = read_key_id(credential)
        if key_id is None:
            return None
        key = await self._keys.get(key_id) or _NOBODY
        return key if key.fits(credential) else None

    def _caller(self, key: ApiKey | None, address: str) -> Caller:
        if key is not None:
            return Caller(key.id, address, frozenset(key.scopes))
        return Caller(None, address, _READING if self.anonymous_read else _NOTHING)

    async def _count(self, caller: Caller, cost: int) -> Allowance | None:
        limit = self._anonymous_per_minute if caller.key_id is None else self._key_per_minute
        if not limit:
            return None
        # Wrong keys count for the address too: who tries many is slowed down like anybody else there.
        who = f"address:{neighbourhood(caller.address)}" if caller.key_id is None else f"key:{caller.key_id}"
        return await self._limits.hit(who, limit=limit, window=WINDOW_SECONDS, cost=cost)


class KnownKeys:
    """Keys, and ids that are of no key, as they were at most ``KEY_SECONDS`` ago. A fault is never kept."""

    def __init__(self, *, store: KeyStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, ApiKey | None]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[ApiKey | None]] = {}

    async def get(self, key_id: str) -> ApiKey | None:
        """Return a key, revoked or not. Many who ask for one at once wait for one look-up."""
        kept = self._kept.get(key_id)
        if kept is not None and self._clock() - kept[0] < KEY_SECONDS:
            return kept[1]
        asking = self._asking.get(key_id)
        if asking is None:
            asking = self._asking[key_id] = asyncio.create_task(self._look_up(key_id))
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Who leaves must not take the answer away from the others.
        return await asyncio.shield(asking)

    async def _look_up(self, key_id: str) -> ApiKey | None:
        begun = self._clock()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                key = await asyncio.to_thread(self._store.get, key_id)
        except TimeoutError as exc:
            raise Unavailable("The key could not be looked up in time", retry_after=LOOK_UP_SECONDS) from exc
        finally:
            del self._asking[key_id]
        self._kept[key_id] = (begun, key)
        self._kept.move_to_end(key_id)
        if len(self._kept) > KEYS_KEPT:
            self._kept.popitem(last=False)
        return key


def presented(*, authorization: str | None, api_key: str | None) -> str | None:
    """Return the credential in the header (or metadata) ``Authorization`` or ``X-Api-Key``, None without one.

    Two different ones are as good as a wrong one.
    """
    given = {text.strip() for text in (_bearer(authorization), api_key) if text is not None}
    return None if not given else given.pop() if len(given) == 1 else ""


def _bearer(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    scheme, _, text = authorization.strip().partition(" ")
    if scheme.lower() in _FOREIGN_SCHEMES:
        return None
    return text if scheme.lower() == "bearer" else ""


def _refused(key: ApiKey | None, scope: Scope) -> LinernotesError:
    if key is None:
        return Unauthorised(hint="Send it as `Authorization: Bearer …` or `X-Api-Key: …`.")
    return Forbidden(hint=f"It would need the scope {scope.value}.")


@lru_cache(4096)
def neighbourhood(address: str) -> str:
    """Return what is counted as one address: of IPv6 the first 64 bits, since that much is given to one household."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
