"""One index: opened, written by commits, searched through searchers.

Commits are made one batch at a time under `_commits`: logged and synced, then put into the buffer, then visible.
Flushes and merges run beside them and meet them only when parts change places.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from linernotes.domain.errors import Conflict, Corrupt, Invalid, LinernotesError, Unavailable
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.log import LogWriter
from linernotes.fingerprint.index.manifest import is_own, load, log_name
from linernotes.fingerprint.index.recovery import Recovered, needed_names, new_buffer, recover
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.snapshot import Snapshot
from linernotes.fingerprint.index.upkeep import Upkeep
from linernotes.fingerprint.index.values import Hit, Stats, Update
from linernotes.fingerprint.values import Words

_DEFAULT = IndexSettings()
# Buffers that wait: with more than these, whoever commits flushes first.
_WAITING = 3
_TRIES = 100

MOST_METADATA = 4_000_000
"""So many characters are all keys and values of an index's metadata at most."""


class VersionMismatch(Conflict):
    """The index is not at the version that the update expects."""


class _Ticket:
    """An update that waits to be committed, and what became of it."""

    def __init__(self, update: Update) -> None:
        self.update = update
        self.outcome: int | LinernotesError | None = None


class Index:
    """An index in a directory. All methods may be called from any thread."""

    def __init__(self, directory: Directory, *, settings: IndexSettings = _DEFAULT, read_only: bool = False) -> None:
        """Open an index, a new one in an empty directory; read-only, nothing in the directory is changed.

        Raises `Corrupt` when what was acknowledged is damaged or missing, and `Unavailable` when files cannot be used.
        """
        self._directory = directory
        self._settings = settings
        self._read_only = read_only
        self._commits = threading.Lock()
        self._queue = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._closed = False
        self._log: LogWriter | None = None
        try:
            found = _recover_beside(directory, settings) if read_only else recover(directory, settings)
            self._parts, self._metadata = found.parts, found.metadata
            self._upkeep = Upkeep(directory, found.parts, found.manifest, settings=settings)
            if not read_only:
                self._log = self._begin_log(found.log_end)
                self._remove_strays()
        except OSError as exc:
            if self._log is not None:
                self._log.close()
            raise _unavailable(exc) from exc

    @classmethod
    def open(cls, directory: Directory, *, settings: IndexSettings = _DEFAULT, read_only: bool = False) -> Index:
        """Open an index; see the constructor."""
        return cls(directory, settings=settings, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    @property
    def version(self) -> int:
        """How many commits there were."""
        return self._parts.searcher.version

    @property
    def saved_version(self) -> int:
        """The last version that segments cover, so that it needs no log."""
        return self._upkeep.manifest.version

    @property
    def metadata(self) -> Mapping[str, str]:
        """What commits have set, newest value of each key."""
        return self._metadata

    def stats(self) -> Stats:
        """Return what the index holds, dead documents left out."""
        return self._parts.stats()

    def document_version(self, id_: int) -> int | None:
        """Return the version of the commit that inserted a document, or None when there is none with this id."""
        return self._parts.find_version(id_)

    def searcher(self) -> Searcher:
        """Return a view of the newest version. Raises `Corrupt` when damage was found, `Unavailable` when closed."""
        self._upkeep.check()
        if self._closed:
            raise Unavailable("The index is closed.")
        return self._parts.searcher

    def search(self, query: Words, *, limit: int = 40, min_score: int | None = None, score_pct: int = 10) -> list[Hit]:
        """Search the newest version; see `Searcher.search`."""
        return self.searcher().search(query, limit=limit, min_score=min_score, score_pct=score_pct)

    def update(self, update: Update) -> int:
        """Commit an update and return its version. It is durable then, and every search from now on sees it.

        Threads that call this at the same time share one sync. Raises what `update_all` returns.
        """
        ticket = _Ticket(update)
        with self._queue:
            self._waiting.append(ticket)
        with self._commits:
            if ticket.outcome is None:
                with self._queue:
                    batch, self._waiting = self._waiting, []
                self._commit(batch)
        if isinstance(ticket.outcome, LinernotesError):
            raise ticket.outcome
        assert ticket.outcome is not None  # noqa: S101 - whoever held the lock has committed it
        return ticket.outcome

    def update_all(self, updates: Sequence[Update]) -> list[int | LinernotesError]:
        """Commit updates one after the other with one sync; return for each its version or why it was refused.

        That is `VersionMismatch`, `Invalid` for an update that cannot be, `Corrupt`, or `Unavailable` when nothing can
        be written; one of the first two does not stop the others.
        """
        batch = [_Ticket(update) for update in updates]
        with self._commits:
            self._commit(batch)
        return [ticket.outcome for ticket in batch if ticket.outcome is not None]

    def flush(self) -> None:
        """Write all that is in memory as segments. Raises `Unavailable`."""
        with _as_ours(), self._commits:
            self._writable_log()
            self._freeze()
        with _as_ours():
            while self._upkeep.flush():
                pass

    def merge(self) -> None:
        """Flush, and merge segments until there are as few as there can be."""
        self.flush()
        with _as_ours():
            while self._upkeep.merge_all():
                pass

    def maintain(self) -> bool:
        """Do one step of what is due: flush, merge, verify; return whether there may be more. One thread at a time.

        Raises `Corrupt`, after which the index answers nothing more, and `Unavailable`.
        """
        if self._closed or self._read_only:
            return False
        if self._upkeep.buffer_is_due():
            with _as_ours(), self._commits:
                self._freeze()
        with _as_ours():
            return self._upkeep.step()

    def snapshot(self) -> Snapshot:
        """Return the files of the segments as they are now, without the buffers; close it after use."""
        return self._upkeep.snapshot()

    def close(self) -> None:
        """Stop writing. What was acknowledged is in the log; nothing is flushed. Closing twice is fine."""
        with self._commits:
            self._closed = True
            self._upkeep.stop()
            if self._log is not None:
                self._log.close()

    def _commit(self, batch: Sequence[_Ticket]) -> None:
        """Give each ticket its outcome. `_commits` is held."""
        try:
            self._upkeep.check()
            accepted = self._accept(batch)
            if accepted:
                self._write([(version, ticket.update) for version, ticket in accepted])
            for version, ticket in accepted:
                ticket.outcome = version
        except Exception as exc:  # noqa: BLE001 - each of those who wait is told
            error = exc if isinstance(exc, LinernotesError) else _unavailable(exc)
            for ticket in batch:
                ticket.outcome = ticket.outcome or error

    def _accept(self, batch: Sequence[_Ticket]) -> list[tuple[int, _Ticket]]:
        if self._parts.exhausted:
            raise Unavailable("The index has no more numbers for views.", hint="Open it anew.")
        version, metadata = self._parts.version, dict(self._metadata)
        accepted = []
        for ticket in batch:
            expected = ticket.update.expected_version
            if expected is not None and expected != version:
                ticket.outcome = VersionMismatch(f"The index is at version {version}, not {expected}.")
                continue
            if fault := ticket.update.fault():
                ticket.outcome = Invalid(f"This is no update: {fault}.")
                continue
            if ticket.update.metadata and _size({**metadata, **ticket.update.metadata}) > MOST_METADATA:
                ticket.outcome = Invalid(f"The metadata of an index are at most {MOST_METADATA:,} characters.")
                continue
            metadata.update(ticket.update.metadata)
            version += 1
            accepted.append((version, ticket))
        return accepted

    def _write(self, commits: Sequence[tuple[int, Update]]) -> None:
        self._writable_log()
        updates = [update for _, update in commits]
        if not self._parts.buffer.fits(updates):
            self._freeze(updates)
        log = self._writable_log()
        log.append(commits)
        try:
            self._parts.apply(commits)
        except BaseException:
            # What is in the log and not in the buffer is only seen after the next start; nothing may follow it.
            log.close()
            raise
        changed = {key: value for update in updates for key, value in update.metadata.items()}
        self._metadata = {**self._metadata, **changed} if changed else self._metadata
        self._parts.buffer.metadata = self._metadata

    def _writable_log(self) -> LogWriter:
        if self._log is None or self._closed:
            raise Unavailable("The index is open for reading only." if self._read_only else "The index is closed.")
        return self._log

    def _freeze(self, updates: Sequence[Update] = ()) -> None:
        """Begin a new buffer with room for updates, and its log. `_commits` is held."""
        first = self._parts.version + 1
        if self._parts.buffer.seen and self._log is not None:
            if self._log.broken:
                raise Unavailable("The log took no more writes after a failure.", hint="Start again to recover.")
            log = LogWriter(self._directory, log_name(first))
            self._log.close()
            self._log = log
        elif not updates:
            return
        self._parts.freeze(new_buffer(first, updates, self._settings))
        while len(self._parts.frozen) > _WAITING:
            self._upkeep.flush()

    def _begin_log(self, end: int | None) -> LogWriter:
        return LogWriter(self._directory, log_name(self._parts.buffer.first_version), end=end)

    def _remove_strays(self) -> None:
        needed = needed_names(self._directory, self._upkeep.manifest)
        for name in set(self._directory.names()) - needed:
            if is_own(name):
                self._directory.remove(name)


def _recover_beside(directory: Directory, settings: IndexSettings) -> Recovered:
    """Read an index that another process may be writing: begin anew when it has changed its files meanwhile."""
    for _ in range(_TRIES):
        before = load(directory)
        try:
            return recover(directory, settings)
        except (Corrupt, OSError):
            if load(directory) == before:
                raise
    raise Unavailable("The index changes faster than it can be opened.", hint="Try again in a moment.")


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise _unavailable(exc) from exc


def _size(metadata: Mapping[str, str]) -> int:
    return sum(len(key) + len(value) for key, value in metadata.items())


def _unavailable(exc: Exception) -> Unavailable:
    reason = (exc.strerror if isinstance(exc, OSError) else None) or str(exc) or type(exc).__name__
    return Unavailable(f"the index cannot use its files: {reason}", hint="Free space on the disk or mend the folder.")
