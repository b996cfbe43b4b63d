"""Submitting and importing with all that belongs to it, on stores in memory; time passes when a test says so."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import (
    Account,
    Application,
    NewSubmission,
    StoredFingerprint,
    SubmissionStatus,
    UserMetadata,
)
from linernotes.domain.ids import MBID
from linernotes.domain.jobs import Job, JobState
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.values import Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.queues.memory import MemoryQueue
from linernotes.stores.memory.identification import MemoryIdentification
from linernotes.stores.sql import SqlState
from linernotes.usecases.identify.feeding import Feeder
from linernotes.usecases.identify.importing import Importer, ImportTally
from linernotes.usecases.identify.jobs import IMPORT_MANY, IMPORT_ONE, LAST, read_span

NOON = 1_767_268_800_000  # 2026-01-01 12:00 UTC


def mbid(number: int) -> MBID:
    """Return a made-up MBID."""
    return MBID(f"00000000-0000-4000-8000-{number:012x}")


def said(words: Words, recording: int | None = 1, *, duration: int = 260, **more: object) -> NewSubmission:
    """Return a submission of words that names a recording by a number; the account is 1."""
    new = NewSubmission(
        account=1,
        application=1,
        packed=pack(words),
        duration=duration,
        mbid=None if recording is None else mbid(recording),
        metadata=UserMetadata(track="a song") if recording is None else UserMetadata(),
    )
    return replace(new, **more)


class World:
    """Stores with an importer; both may be replaced by broken ones."""

    def __init__(self, *, full: bool = False, kept: MemoryIdentification | SqlState | None = None) -> None:
        self.now = NOON
        self.full = full
        self.kept = kept or MemoryIdentification()
        if not self.kept.clients.accounts():
            self.kept.clients.add_account(Account(id=0, name="somebody"), b"1" * 32)
            self.kept.clients.add_application(Application(id=0, name="a program"), b"2" * 32)
        self.index: FingerprintIndex = MemoryIndex()
        self.queue = MemoryQueue()
        self.start()

    def start(self, *, submissions: object = None, feeder: Feeder | None = None) -> None:
        """Begin as a new process does."""
        self.feeder = feeder or Feeder(log=self.kept.change_log, index=lambda: self.index, full=self.full)
        self.importer = Importer(
            submissions=submissions or self.kept.submissions,  # type: ignore[arg-type]
            index=lambda: self.index,
            feeder=self.feeder,
            queue=self.queue,
            full=self.full,
            now=lambda: self.now,
        )

    def add(self, *new: NewSubmission) -> list[int]:
        """Keep submissions without a job."""
        return [status.id for status in self.kept.submissions.add(new, now=self.now)]

    def bring(self, *new: NewSubmission) -> ImportTally:
        """Keep submissions and import all that wait."""
        self.add(*new)
        return self.importer.run(1, LAST)

    def status(self, id_: int) -> SubmissionStatus:
        """Return what became of a submission that there is."""
        (found,) = self.kept.submissions.statuses([id_])
        assert found is not None
        return found

    def gids(self, ids: Iterable[int]) -> list[str | None]:
        """Return the tracks of submissions."""
        return [self.status(id_).gid for id_ in ids]

    def stored(self) -> dict[int, StoredFingerprint]:
        """Return all fingerprints that the change log knows, by id."""
        changes = self.kept.change_log.changes(0, limit=1_000_000)
        found = self.kept.tracks.fingerprints(sorted({change.fingerprint for change in changes}))
        return {one.id: one for one in found}

    def sources(self) -> dict[str, int]:
        """Return how many submissions named each recording, over all tracks."""
        tracks = sorted({one.track.id for one in self.stored().values()})
        counted: dict[str, int] = {}
        for links in self.kept.tracks.links(tracks):
            for link in links:
                counted[link.mbid] = counted.get(link.mbid, 0) + link.sources
        return counted

    def jobs(self, state: JobState | None = None) -> list[Job]:
        """Return the jobs."""
        return self.queue.jobs(state, limit=10_000)

    def work(self, *, attempts: int = 100) -> None:
        """Do jobs that are due, as the worker does: what is `Invalid` is buried, other failures wait a while."""
        for _ in range(attempts):
            kinds = (IMPORT_MANY, IMPORT_ONE)
            for job in self.queue.lease(owner="me", kinds=kinds, limit=1, now=self.now, until=self.now + 60_000):
                self.do(job)

    def do(self, job: Job) -> None:
        """Do one job."""
        span = read_span(job.payload)
        try:
            if job.kind == IMPORT_MANY:
                self.importer.run(span.first, span.last)
            else:
                self.importer.retry(span.first)
        except Invalid as error:
            self.queue.bury(job, reason=error.message)
        except Exception as error:  # noqa: BLE001 - as the worker does
            self.queue.retry(job, reason=str(error), run_at=self.now + 10_000)
        else:
            self.queue.finish(job)
