"""A call as its thread sees it: who asks, and waiting for what is worked out on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar
from urllib.parse import unquote

import grpc

from linernotes.domain.errors import Unavailable
from linernotes.domain.keys import Scope
from linernotes.usecases.access import Access, presented

T = TypeVar("T")

COME_BACK_SECONDS = 5.0


class Left(Exception):
    """The client has gone away, or its deadline has passed."""


class Calls:
    """Takes calls from the threads of gRPC to the application's event loop."""

    def __init__(
        self, *, loop: asyncio.AbstractEventLoop, access: Access | None, hold: Callable[[], Callable[[], None]]
    ) -> None:
        """Without ``access`` everybody may do everything.

        ``hold`` keeps the build that is live from being closed until what it returns is called.
        """
        self._loop = loop
        self._access = access
        self._hold = hold

    def admit(self, context: grpc.ServicerContext, scope: Scope) -> str | None:
        """Let a call in and return the id of its key, if it has one.

        Raises Unauthorised, Forbidden, RateLimited or Unavailable.
        """
        access = self._access
        if access is None:
            return None
        given = dict(context.invocation_metadata())
        credential = presented(authorization=_text(given, "authorization"), api_key=_text(given, "x-api-key"))
        if credential is None and scope is Scope.READ and access.open:
            return None
        address = address_of(context.peer())
        caller, _ = self.run(lambda: access.admit(credential, address=address, scope=scope), context)
        return caller.key_id

    def run(self, work: Callable[[], Coroutine[Any, Any, T]], context: grpc.ServicerContext) -> T:
        """Work something out on the event loop. Raises ``Left`` when nobody waits for it any more."""
        let_go = self._hold()
        coroutine = work()
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError as exc:
            coroutine.close()
            let_go()
            raise Unavailable("The server is stopping.", retry_after=COME_BACK_SECONDS) from exc
        future.add_done_callback(lambda _: let_go())
        if not context.add_callback(lambda: _cancel(future)):
            future.cancel()
        try:
            return future.result()
        except CancelledError as exc:
            raise Left from exc


def _cancel(future: Future[Any]) -> None:
    future.cancel()


def user_agent(context: grpc.ServicerContext) -> str:
    """Return what the client says that it is."""
    return _text(dict(context.invocation_metadata()), "user-agent") or ""


def _text(metadata: dict[str, str | bytes], name: str) -> str | None:
    value = metadata.get(name)
    return value.decode("latin-1") if isinstance(value, bytes) else value


def address_of(peer: str) -> str:
    """Return the address in gRPC's name for a peer: ``ipv4:192.0.2.1:50000`` or ``ipv6:%5B::1%5D:50000``."""
    family, _, rest = unquote(peer).partition(":")
    return rest.rpartition(":")[0].strip("[]") if family in {"ipv4", "ipv6"} else peer
