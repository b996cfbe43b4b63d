"""The index that look-ups search in: opened beside requests, made where there is none, and kept up with the change log.

An index in the data folder is one process's at a time. Who comes second tries again and again, and takes over when the
first is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

import structlog

from linernotes.app.checks import Identified
from linernotes.app.warming import warm_identification
from linernotes.domain.errors import Conflict, LinernotesError, Unavailable
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.indexes.embedded import EmbeddedIndex
from linernotes.indexes.remote import RemoteIndex
from linernotes.ports.fingerprints import FingerprintIndex
from linernotes.ports.identification import ChangeLog
from linernotes.ports.progress import NoProgress, Progress
from linernotes.usecases.identify.feeding import Feeder, Stale

FOLDER = "fingerprints"
"""Where the indexes are, in the data folder."""

FOLLOW_SECONDS = 2.0
"""How often this process looks whether another one has written to the change log."""

AGAIN_SECONDS = 10.0
CLOSED = "the fingerprint index is closed"
log = structlog.get_logger("linernotes.identification")


class Place(Protocol):
    """Where an index is. Its methods block."""

    def open(self) -> FingerprintIndex:
        """Return the index, made where there is none. Raises Conflict while another process has it."""
        ...

    def renew(self) -> FingerprintIndex:
        """Return an empty index in the place of this one."""
        ...

    def ensure(self) -> None:
        """Make the index again if it is gone. Raises Unavailable where that cannot be told."""
        ...

    def written(self) -> None:
        """Hear that the index was written to."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class FolderPlace:
    """An index in a folder of files, with the thread that looks after it."""

    def __init__(self, *, folder: Path, name: str, settings: IndexSettings | None = None) -> None:
        """Touch nothing yet."""
        self._folder = folder
        self._name = name
        self._settings = settings
        self._indexes: Indexes | None = None

    def open(self) -> FingerprintIndex:
        from linernotes.app.maintaining import Maintenance
        from linernotes.facades.fpindex.counts import Work

        self._indexes = Indexes.open(self._folder, settings=self._settings)
        self._maintenance = Maintenance(Work())
        return self._begin(self._indexes)

    def renew(self) -> FingerprintIndex:
        indexes = self._opened()
        self._maintenance.end(self._name)
        self._maintenance.wait(AGAIN_SECONDS)
        indexes.delete(self._name)
        return self._begin(indexes)

    def ensure(self) -> None:
        """Need nothing: it is this process's, and does not go away."""

    def written(self) -> None:
        self._maintenance.nudge(self._name)

    def close(self) -> None:
        if self._indexes is not None:
            self._maintenance.end(self._name)
            self._maintenance.wait(AGAIN_SECONDS)
            self._indexes.close()
            self._indexes = None

    def _begin(self, indexes: Indexes) -> FingerprintIndex:
        index = indexes.create(self._name)
        self._maintenance.begin(self._name, index)
        return EmbeddedIndex(index=index)

    def _opened(self) -> Indexes:
        if self._indexes is None:
            raise Unavailable(CLOSED)
        return self._indexes


class ServerPlace:
    """An index on an fpindex server."""

    def __init__(self, *, url: str, name: str, seconds: float) -> None:
        """Ask nothing yet."""
        self._url = url
        self._name = name
        self._seconds = seconds
        self._index: RemoteIndex | None = None

    def open(self) -> FingerprintIndex:
        # A new one each time: one that was closed stays so.
        index = RemoteIndex(url=self._url, name=self._name, timeout_seconds=self._seconds)
        try:
            index.ensure()
        except BaseException:
            index.close()
            raise
        self._index = index
        return index

    def renew(self) -> FingerprintIndex:
        # It may be somebody else's: it is not for us to delete it.
        raise Conflict(
            f"the index {self._name} on the server is not made from this database",
            hint="Set identification.index_name to another name, or delete that index.",
        )

    def ensure(self) -> None:
        if self._index is None:
            raise Unavailable(CLOSED)
        self._index.ensure()

    def written(self) -> None:
        """Need nothing: the server looks after its indexes."""

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None


class FollowedIndex:
    """The index, once it is there and knows all that the change log says."""

    def __init__(self, *, place: Place, change_log: ChangeLog, full: bool) -> None:
        """Open nothing yet."""
        self._place = place
        self._log = change_log
        self._full = full
        self._index: FingerprintIndex | None = None
        self._reason = "the fingerprint index is being opened"
        self._turn = Lock()
        self._closed = False
        self.ready = asyncio.Event()
        self.feeder = Feeder(log=change_log, index=self.current, full=full)

    def current(self) -> FingerprintIndex:
        """Return the index; `Unavailable` with the reason while there is none."""
        if self._index is None:
            raise Unavailable(self._reason, retry_after=AGAIN_SECONDS)
        return self._unless_stopped(self._index)

    def identified(self) -> Identified:
        """Say how it stands. Blocks."""
        return Identified(self._log.last(), "" if self._index is not None else self._reason)

    def open(self, progress: Progress | None = None) -> None:
        """Open the index and feed it all that is missing. Blocks. Raises what `Place.open` and feeding raise."""
        with self._turn:
            if self._closed:
                raise Unavailable(CLOSED)
            opened = self._place.open()
            warm_identification(full=self._full)
            try:
                self._index = self._fed(opened, progress or NoProgress())
            except BaseException:
                self._place.close()
                raise

    def follow(self) -> int:
        """Feed the index what the change log has by now; return how many lines. Blocks.

        An index that is ahead of the log, because a backup of the database was restored, is made anew; one that its
        server has lost is filled again.
        """
        try:
            lines = self.feeder.catch_up()
        except Stale as exc:
            self._renew(exc)
            return 0
        except Unavailable:
            self._refill()
            return 0
        if lines:
            self._place.written()
        return lines

    async def run(self) -> None:
        """Open, and keep up with the change log until cancelled; trouble is told once and tried again."""
        while True:
            went_well = await self._tried(self.open if self._index is None else self.follow)
            if self._index is not None:
                self.ready.set()
            await asyncio.sleep(FOLLOW_SECONDS if went_well else AGAIN_SECONDS)

    def stop(self) -> None:
        """Give nobody the index any more: whoever is feeding it ends with a commit, however much is left."""
        self._reason = CLOSED
        self._closed = True

    def close(self) -> None:
        """Let go of the index, for good."""
        self.stop()
        with self._turn:
            if self._index is not None:
                self._index = None
                self._place.close()

    async def _tried(self, work: Callable[[], object]) -> bool:
        try:
            await asyncio.to_thread(work)
        except LinernotesError as error:
            if error.message != self._reason:
                log.warning("the fingerprint index cannot be used", error=error.message, hint=error.hint)
            self._reason = error.message
            return False
        except Exception:
            log.exception("the fingerprint index failed")
            return False
        return True

    def _fed(self, opened: FingerprintIndex, progress: Progress) -> FingerprintIndex:
        try:
            self._feed(opened, progress)
        except Stale as exc:
            opened = self._emptied(exc)
            self._feed(opened, progress)
        return opened

    def _renew(self, reason: Stale) -> None:
        with self._turn:
            if self._closed:
                raise Unavailable(CLOSED)
            self._index = None
            try:
                opened = self._emptied(reason)
                self._feed(opened, NoProgress())
            except BaseException:
                self._place.close()
                raise
            self._index = opened

    def _refill(self) -> None:
        with self._turn:
            opened = self.current()
            self._place.ensure()
            self._index, self._reason = None, "the fingerprint index is being filled"
            try:
                self._feed(opened, NoProgress())
            finally:
                self._index = opened

    def _emptied(self, reason: Stale) -> FingerprintIndex:
        log.warning("the fingerprint index is made anew", reason=reason.message)
        self._reason = "the fingerprint index is being made anew"
        return self._place.renew()

    def _feed(self, opened: FingerprintIndex, progress: Progress) -> None:
        Feeder(log=self._log, index=lambda: self._unless_stopped(opened), full=self._full).catch_up(progress)

    def _unless_stopped(self, index: FingerprintIndex) -> FingerprintIndex:
        if self._closed:
            raise Unavailable(CLOSED)
        return index
