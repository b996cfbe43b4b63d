"""A process that does jobs by writing their keys into a file: ``python -m tests.worker.working URL FILE``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from linernotes.domain.jobs import Job
from linernotes.worker.runner import Runner
from linernotes.worker.settings import WorkerSettings
from tests.contracts.queues import sql_queue

SETTINGS = WorkerSettings(concurrency=3, lease_seconds=2, grace_seconds=0, backoff_seconds=0.01)


async def work(url: str, log: Path) -> None:
    """Run until SIGTERM. A job says when it begins and when it ends; its payload is how many seconds it takes."""
    with sql_queue(url) as queue, log.open("a", buffering=1) as written:

        async def do(job: Job) -> None:
            written.write(f"begin {job.key} {os.getpid()}\n")
            await asyncio.sleep(float(job.payload))
            written.write(f"end {job.key} {os.getpid()}\n")

        runner = Runner(
            queue=queue,
            handlers={"refresh": do},
            owner=f"process {os.getpid()}",
            settings=SETTINGS,
            now=lambda: time.time_ns() // 1_000_000,
        )
        running = asyncio.create_task(runner.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        with suppress(asyncio.CancelledError):
            await running


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))
