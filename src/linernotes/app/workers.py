"""Granian's master process, but for how it stops: every worker gets its time, and none is called dead that is not."""

from __future__ import annotations

import time
from multiprocessing import connection
from typing import Any

import structlog
from granian import Granian

log = structlog.get_logger("linernotes.serve")


class Workers(Granian):  # type: ignore[misc,valid-type]
    """The server processes. Granian's own way waits for a worker in two threads at once, and one of them errs."""

    def __init__(self, target: str, *, graceful_seconds: float, **settings: Any) -> None:
        """Take Granian's settings, and how long running requests may take to finish."""
        super().__init__(target, **settings)
        self._graceful_seconds = graceful_seconds

    def _stop_workers(self) -> None:
        for worker in self.wrks:
            worker.terminate()
        running = {worker.inner.sentinel: worker for worker in self.wrks}
        end = time.monotonic() + self._graceful_seconds
        while running and (left := end - time.monotonic()) > 0:
            for ended in connection.wait(list(running), left):
                del running[ended]
        for worker in running.values():
            log.warning("a worker is stopped before its requests are done", worker=worker.idx + 1)
            worker.kill()
        for worker in self.wrks:
            worker.join()
        self.wrks.clear()
