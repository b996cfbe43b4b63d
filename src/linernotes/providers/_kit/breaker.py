"""Leaves a source alone while it is down.

closed      everything goes through; ``most`` faults in a row open it
open        nothing goes through until a pause is over
half open   one request goes through as a probe: its success closes the breaker, its fault opens it for another pause

Only faults of the source as a whole count. A refusal (404, 400) is an answer, so it is a success.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from linernotes.domain.errors import Unavailable
from linernotes.providers._kit.faults import Refusal, Trouble


class Breaker:
    """One source's breaker. For the event loop's thread alone."""

    def __init__(
        self,
        *,
        source: str,
        most: int = 5,
        pause_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Start closed. A pause is ``pause_seconds`` and up to half as much again (``jitter`` gives 0 to 1)."""
        self._source = source
        self._most = most
        self._pause = pause_seconds
        self._clock = clock
        self._jitter = jitter
        self._faults = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether requests are refused, or the first one after a pause is being tried."""
        return self._open_until is not None

    def check(self) -> None:
        """Raise ``Unavailable`` unless a request could go through now."""
        if self._open_until is None:
            return
        left = self._open_until - self._clock()
        if left > 0 or self._probing:
            raise Unavailable(
                f"{self._source}: left alone after {self._faults} faults in a row",
                hint="It is tried again by itself after a pause.",
                source=self._source,
                retry_after=max(1.0, left),
            )

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let one request through and see how it ends; raise ``Unavailable`` if it must not go."""
        self.check()
        self._probing = self._open_until is not None
        try:
            yield
        except Trouble as trouble:
            self._ended(down=trouble.down)
            raise
        except Refusal:
            self._ended(down=False)
            raise
        except BaseException:
            # Nobody waits for it any more: that says nothing about the source.
            self._probing = False
            raise
        self._ended(down=False)

    def _ended(self, *, down: bool) -> None:
        self._probing = False
        if not down:
            self._faults, self._open_until = 0, None
            return
        self._faults += 1
        if self._faults >= self._most:
            self._open_until = self._clock() + self._pause * (1 + self._jitter() / 2)
