"""Puts identification together for a process: its index, whoever may ask, and the jobs that import submissions."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from linernotes.app.followed import FOLDER, FolderPlace, FollowedIndex, Place, ServerPlace
from linernotes.app.readings import Reading
from linernotes.domain.errors import LinernotesError
from linernotes.domain.jobs import Job
from linernotes.ports.offload import Offload
from linernotes.ports.queue import JobQueue
from linernotes.usecases.identify.clients import Keyring
from linernotes.usecases.identify.counting import LookupCounter
from linernotes.usecases.identify.importing import Importer
from linernotes.usecases.identify.jobs import IMPORT_MANY, IMPORT_ONE, read_span
from linernotes.usecases.identify.listening import Listening
from linernotes.usecases.identify.lookup import Identify
from linernotes.usecases.identify.parts import Identification, WhoAmI
from linernotes.usecases.identify.submitting import Submitting
from linernotes.usecases.library import Library
from linernotes.worker.periodic import Periodic

if TYPE_CHECKING:
    from linernotes.app.config.settings import Settings
    from linernotes.stores.sql import SqlState

FLUSH_SECONDS = 10.0
SWEEP_SECONDS = 60.0
READY_SECONDS = 60.0
"""How long a job waits for the index before it is put back."""

COUNT_SECONDS = 60.0
log = structlog.get_logger("linernotes.identification")


class Identifying:
    """A process's share of identification. Built before the event loop runs; `run` is for beside the requests."""

    def __init__(
        self,
        settings: Settings,
        *,
        state: SqlState,
        queue: JobQueue,
        library: Library,
        offload: Offload,
        now: Callable[[], int],
        who_am_i: WhoAmI | None = None,
    ) -> None:
        """Open nothing yet."""
        own = settings.identification
        full = own.index == "full"
        self.index = FollowedIndex(place=place_of(settings), change_log=state.change_log, full=full)
        self._listening = Listening()
        self.parts = Identification(
            identify=Identify(
                tracks=state.tracks, index=self.index.current, library=library, offload=offload, settings=own
            ),
            submitting=Submitting(submissions=state.submissions, queue=queue, offload=offload, now=now),
            keyring=keyring_of(settings, state=state, offload=offload, now=now),
            counter=LookupCounter(counts=state.counts, now=now),
            counts=state.counts,
            offload=offload,
            settings=own,
            listening=self._listening,
            who_am_i=who_am_i,
        )
        self.importer = Importer(
            submissions=state.submissions,
            index=self.index.current,
            feeder=self.index.feeder,
            queue=queue,
            full=full,
            now=now,
        )
        self._importing = asyncio.Lock()
        self._waiting = Reading[int](
            what="submissions", read=state.submissions.waiting, first=0, every_seconds=COUNT_SECONDS
        )

    def handlers(self) -> dict[str, Callable[[Job], Any]]:
        """Return who does which kind of job."""
        return {IMPORT_MANY: self._import, IMPORT_ONE: self._import_one}

    def tasks(self) -> Sequence[Periodic]:
        """Return what comes round among all processes."""
        return [Periodic(name="submissions", every_seconds=SWEEP_SECONDS, run=self._sweep)]

    async def run(self) -> None:
        """Open the index, keep up with the change log and write counts down, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.index.run())
            group.create_task(self._write_counts())

    async def close(self) -> None:
        """Write down what was counted, and let go of the index."""
        self.importer.stop()
        self.index.stop()  # a change log of millions of lines is fed for an hour
        await asyncio.to_thread(self.importer.wait)
        await asyncio.to_thread(self._listening.close)
        await self.parts.submitting.close()
        await self._waiting.close()
        for work in (self.parts.counter.flush, self.index.close):
            try:
                await asyncio.to_thread(work)
            except LinernotesError as error:
                log.warning("identification did not end well", error=error.message)

    def numbers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return counters and gauges by name."""
        gauges = {
            "fingerprint_index_ready": float(self.index.ready.is_set()),
            "submissions_waiting": float(self._waiting.last()),
        }
        return {}, gauges

    async def _import(self, job: Job) -> None:
        span = read_span(job.payload)
        await self._wait_for_index()
        # One at a time anyhow: those that wait should not each hold a thread.
        async with self._importing:
            tally = await asyncio.to_thread(self.importer.run, span.first, span.last)
        log.debug("submissions are imported", **msgspec.structs.asdict(tally))

    async def _import_one(self, job: Job) -> None:
        await self._wait_for_index()
        async with self._importing:
            await asyncio.to_thread(self.importer.retry, read_span(job.payload).first)

    async def _wait_for_index(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.index.ready.wait(), READY_SECONDS)
        self.index.current()

    async def _sweep(self) -> None:
        await asyncio.to_thread(self.importer.sweep)

    async def _write_counts(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await asyncio.to_thread(self.parts.counter.flush)
            except LinernotesError as error:
                log.warning("look-ups could not be counted", error=error.message)
            except Exception:
                log.exception("counting look-ups failed")


def place_of(settings: Settings) -> Place:
    """Return where the index is."""
    own = settings.identification
    if own.index_url:
        return ServerPlace(url=own.index_url, name=own.index_name, seconds=max(own.search_seconds, 30.0))
    return FolderPlace(folder=settings.data_dir / FOLDER, name=own.index_name)


def keyring_of(settings: Settings, *, state: SqlState, offload: Offload, now: Callable[[], int]) -> Keyring:
    """Return the keys of applications and accounts."""
    facade = settings.facades["acoustid"]
    wanted = facade.accept_any_client
    return Keyring(
        clients=state.clients,
        offload=offload,
        now=now,
        clock=time.monotonic,
        any_client=is_loopback(settings.server.host) if wanted == "auto" else wanted == "yes",
        demo_secret=facade.demo_secret.reveal(),
    )


def is_offered(settings: Settings, *, serving: bool = True) -> bool:
    """Whether this process identifies music: an index in the data folder is for one serving process."""
    own = settings.identification
    return own.enabled and (bool(own.index_url) or (serving and settings.server.workers == 1))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def first_keys(settings: Settings, *, state: SqlState, now: Callable[[], int]) -> tuple[str, str] | None:
    """Make the first application and account; return their keys, which are told this once, or None."""

    def run_here(work: Callable[[], Any]) -> Any:
        return work()

    return keyring_of(settings, state=state, offload=run_here, now=now).ensure()
