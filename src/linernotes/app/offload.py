"""The bounded pool in which requests read the catalogue, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from linernotes.web.leases import Leases

T = TypeVar("T")


class Pool:
    """A bounded pool of threads. Work that has begun holds on to the build it uses, even when nobody waits any more."""

    def __init__(self, *, threads: int, leases: Leases) -> None:
        """Start no thread before it is needed."""
        self._leases = leases
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="linernotes")

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Run ``work`` in the pool and give its result."""
        epoch = self._leases.enter()
        future = self._executor.submit(copy_context().run, work)
        future.add_done_callback(lambda _: self._leases.leave(epoch))
        return asyncio.wrap_future(future)

    def close(self) -> None:
        """Wait for what has begun, drop what has not."""
        self._executor.shutdown(cancel_futures=True)
