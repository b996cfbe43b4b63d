"""Submissions become tracks, fingerprints and links: each exactly once, whatever fails and whenever a process ends.

An import and its mark are one transaction, one such transaction is under way at a time, and under its lock the index
is brought up to the change log first, so that nothing is made twice. A submission that cannot be imported stops no
other: it is set aside with its reason, and has a job of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import msgspec

from linernotes.domain.errors import Invalid, LinernotesError, Unavailable
from linernotes.domain.identification import Submission
from linernotes.domain.jobs import NewJob
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.ports.identification import ImportWork, Submissions
from linernotes.ports.queue import JobQueue
from linernotes.usecases.identify.feeding import Feeder, Stale
from linernotes.usecases.identify.jobs import LAST, Span
from linernotes.usecases.identify.placing import Placing, Sample, sample_of
from linernotes.usecases.identify.saying import heard, says_something

BATCH = 32
"""Submissions in one transaction."""

BATCHES = 64
"""Batches in one job; what is left has another one, so that no job is too long."""

LEAST_DISTINCT = 80
"""Fingerprints of fewer different words say too little."""

ATTEMPTS = 3
"""After so many failures a submission is given up until somebody revives its job."""

RETRY_MILLISECONDS = 30_000
"""How long a submission waits after its first failure."""

UNTOUCHED_MILLISECONDS = 60_000
"""What has waited for so long has lost its job."""


class ImportTally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of submissions. ``tracks`` and ``fingerprints`` are new ones."""

    imported: int = 0
    rejected: int = 0
    failed: int = 0
    tracks: int = 0
    fingerprints: int = 0

    def __add__(self, other: ImportTally) -> ImportTally:
        """Return the sum, number by number."""
        mine, theirs = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return ImportTally(**dict(zip(self.__struct_fields__, map(sum, zip(mine, theirs, strict=True)), strict=True)))


class _Failure(msgspec.Struct, frozen=True):
    submission: Submission
    error: Exception

    @property
    def reason(self) -> str:
        error = self.error
        return error.message if isinstance(error, LinernotesError) else f"{type(error).__name__}: {error}"


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction did. ``seen`` is the last submission that it looked at, None when none was left."""

    tally: ImportTally = ImportTally()
    failures: tuple[_Failure, ...] = ()
    tried: tuple[int, ...] = ()
    seen: int | None = None


class Importer:
    """Imports submissions. Its methods block; those of one importer take turns."""

    def __init__(
        self,
        *,
        submissions: Submissions,
        index: Callable[[], FingerprintIndex],
        feeder: Feeder,
        queue: JobQueue,
        full: bool,
        now: Callable[[], int],
    ) -> None:
        """Take what the feeder was given of the index as well; ``now`` gives unix milliseconds."""
        self._submissions = submissions
        self._index = index
        self._feeder = feeder
        self._queue = queue
        self._full = full
        self._now = now
        self._turn = threading.Lock()
        self._stopped = threading.Event()

    def run(self, first: int, last: int) -> ImportTally:
        """Import what waits within these numbers (inclusive) and was not tried before; return what became of it.

        Raises `Unavailable` while there is no index to search and after `stop`, and what the store raises; what was not
        reached waits, and the same call goes on with it.
        """
        with self._turn:
            tally = ImportTally()
            for _ in range(BATCHES):
                outcome = self._batch(first, last)
                tally += outcome.tally
                if outcome.seen is None:
                    return tally
                first = outcome.seen + 1
            self._put(Span(first, last).many())
            return tally

    def retry(self, id_: int) -> None:
        """Try one submission again that failed.

        Raises when it fails again: `Invalid` once it has failed `ATTEMPTS` times, for then it is given up, else
        something that is worth another attempt. What does not wait any more is left alone.
        """
        with self._turn:
            outcome = self._batch(id_, id_, again=True)
        for failure in outcome.failures:
            if failure.submission.attempts + 1 >= ATTEMPTS:
                hint = "`linernotes jobs retry` with the job's id has it tried again."
                raise Invalid(f"It cannot be imported: {failure.reason}", hint=hint) from failure.error
            if isinstance(failure.error, LinernotesError):
                raise Unavailable(failure.reason) from failure.error
            raise failure.error

    def sweep(self) -> None:
        """Put a job for what waits and has none: its process ended before it put the job, or the job was given up.

        What was tried `ATTEMPTS` times is left alone.
        """
        before = self._now() - UNTOUCHED_MILLISECONDS
        oldest = self._submissions.oldest_pending(before=before, attempts=ATTEMPTS)
        if oldest is not None:
            self._put(Span(oldest, LAST).many("all that wait"))

    def stop(self) -> None:
        """Let what runs end with its batch, so that its job is tried again."""
        self._stopped.set()

    def wait(self) -> None:
        """Return when nothing is under way, after `stop` for good: what is used here may be closed then."""
        with self._turn:
            return

    def _batch(self, first: int, last: int, *, again: bool = False) -> _Outcome:
        if self._stopped.is_set():
            raise Unavailable("The server is stopping.")
        self._feed()  # what may take long is done before others have to wait
        with self._submissions.work() as work:
            self._feed()
            outcome = self._import(work, work.pending(limit=BATCH, first=first, last=last), again=again)
        if not again:
            # A process may have ended before it put the job of one that failed.
            self._put(*(self._later(id_) for id_ in (*outcome.tried, *(one.submission.id for one in outcome.failures))))
        self._feed()
        return outcome

    def _import(self, work: ImportWork, waiting: Sequence[Submission], *, again: bool) -> _Outcome:
        if not waiting:
            return _Outcome()
        chosen = [one for one in waiting if again or not one.attempts]
        batch = _Batch(work, Placing(tracks=work, index=self._index(), full=self._full), self._now())
        batch.run(chosen)
        return _Outcome(
            tally=batch.tally,
            failures=tuple(batch.failures),
            tried=tuple(one.id for one in waiting if not again and 0 < one.attempts < ATTEMPTS),
            seen=waiting[-1].id,
        )

    def _feed(self) -> None:
        try:
            self._feeder.catch_up()
        except Stale as exc:
            # Not for ever: the index is about to be made anew.
            raise Unavailable(exc.message, hint=exc.hint) from exc

    def _later(self, id_: int) -> NewJob:
        return Span(id_, id_).one(run_at=self._now() + RETRY_MILLISECONDS)

    def _put(self, *jobs: NewJob) -> None:
        if jobs:
            self._queue.put(jobs, now=self._now())


class _Batch:
    """Imports submissions within one transaction, one after the other."""

    def __init__(self, work: ImportWork, placing: Placing, now: int) -> None:
        self._work = work
        self._placing = placing
        self._now = now
        self.tally = ImportTally()
        self.failures: list[_Failure] = []

    def run(self, submissions: Sequence[Submission]) -> None:
        samples = [sample for one in submissions if (sample := self._sample(one)) is not None]
        self._prepare(samples)
        for sample in samples:
            try:
                self._import(sample)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one must not stop the others
                self._fail(sample.submission, error)

    def _sample(self, submission: Submission) -> Sample | None:
        """Return what can be looked for; of the rest it is said here what becomes of it."""
        try:
            sample = sample_of(msgspec.structs.replace(submission, said=heard(submission.said)))
            reason = _objection(sample)
            if not reason:
                return sample
            with self._work.apart():
                self._work.rejected(submission, reason=reason, now=self._now)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(submission, error)
        else:
            self.tally += ImportTally(rejected=1)
        return None

    def _prepare(self, samples: Sequence[Sample]) -> None:
        try:
            self._placing.prepare(samples)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - then each is looked for on its own, and one alone fails
            return

    def _import(self, sample: Sample) -> None:
        work, submission, now = self._work, sample.submission, self._now
        with work.apart():  # the reads too: on PostgreSQL, one that fails would end the transaction
            place = self._placing.place(sample)
            fingerprint = place.fingerprint
            track = place.track or work.new_track(now=now)
            if fingerprint is None:
                fingerprint = work.new_fingerprint(submission, track.id, now=now)
            else:
                work.count_fingerprint(fingerprint, now=now)
            work.link(submission, track.id, now=now)
            work.imported(submission, fingerprint=fingerprint, track=track.id, now=now)
        if place.fingerprint is None:
            self._placing.keep(sample, fingerprint, track)
        self.tally += ImportTally(
            imported=1, tracks=int(place.track is None), fingerprints=int(place.fingerprint is None)
        )

    def _fail(self, submission: Submission, error: Exception) -> None:
        failure = _Failure(submission, error)
        self._work.failed(submission, reason=failure.reason)
        self.failures.append(failure)
        self.tally += ImportTally(failed=1)


def _objection(sample: Sample) -> str:
    """Return why a submission can never be imported, nothing if it can."""
    if not says_something(sample.submission.said):
        return "It does not say what the fingerprint is."
    distinct = len(set(sample.words.tolist()))
    if distinct < LEAST_DISTINCT:
        return f"The fingerprint has only {distinct} different words, and {LEAST_DISTINCT} are the least."
    return "" if sample.query else "The fingerprint is of nothing but silence."
