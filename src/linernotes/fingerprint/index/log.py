"""The write-ahead log: commits are in it, synced, before they are acknowledged.

A batch that was torn by a crash, always the last of a file, was never acknowledged and is cut off. Damage before it is
something else: acknowledged commits are lost, and that is said and not passed over.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index import records
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.sealed import REPAIR
from linernotes.fingerprint.index.values import Update

_MOST_CHECKED = 4 << 30
"""Bytes that are checked in search of a record after a damaged one; a file without bad intent has far fewer."""


class LogWriter:
    """Writes a log at its end; one thread at a time.

    After a failure that leaves unknown what is on the disk the writer is `broken` for good: a sync that failed says
    nothing about earlier data when it succeeds later.
    """

    def __init__(self, directory: Directory, name: str, *, end: int | None = None) -> None:
        """Make a new log, or go on in one after its last good byte `end`, as `replay` says; both are durable then.

        Raises `OSError`.
        """
        self.name = name
        self._end = end or 0
        self._output = directory.create(name) if end is None else directory.append(name)
        try:
            if end is not None:
                if directory.size(name) != end:
                    self._output.truncate(end)
                # A process that was killed may have written what it had not synced.
                self._output.sync()
            directory.sync()
        except BaseException:
            self._output.close()
            raise
        self._broken = False

    @property
    def broken(self) -> bool:
        """Whether nothing more can be appended."""
        return self._broken

    @property
    def size(self) -> int:
        """The bytes in the log."""
        return self._end

    def append(self, commits: Sequence[tuple[int, Update]]) -> None:
        """Write commits, each a version and its update, with one write and one sync.

        They are durable when it returns. Raises `Invalid` for an update that is too large, and `OSError`; in both cases
        none of them is in the log, or the writer is broken and it is unknown which are.
        """
        if self._broken:
            raise OSError(errno.EIO, "the log takes nothing more after an earlier failure", self.name)
        if not commits:
            return
        data = _batch(commits)
        self._broken = True  # until it is known what is in the file
        try:
            self._output.write(data)
        except OSError:
            self._output.truncate(self._end)
            self._broken = False
            raise
        self._sync()
        self._end += len(data)
        self._broken = False

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        self._broken = True
        self._output.close()

    def _sync(self) -> None:
        try:
            self._output.sync()
        except OSError as exc:
            try:
                # Else a reader of this file would take for durable what is in the system's memory only.
                self._output.truncate(self._end)
            except OSError as second:
                exc.add_note(f"and the log could not be cut: {second}")
            raise


class Replay(NamedTuple):
    """What a log holds: commits in order, the end of the last good one, and whether torn bytes follow it."""

    commits: list[tuple[int, Update]]
    good_end: int
    torn: bool


def replay(directory: Directory, name: str) -> Replay:
    """Read a log up to its end or to a torn batch.

    Raises `Corrupt` when a damaged record is followed by one of a later batch or a record makes no sense, and
    `OSError`. Never takes more memory than some times the file.
    """
    data = directory.map(name)
    commits: list[tuple[int, Update]] = []
    end = 0
    try:
        for record in _records(data):
            commits.append((record.version, record.update))
            end = record.end
    except records.Nonsense as exc:
        raise _corrupt(name, end, f"a record makes no sense: {exc}") from exc
    torn = end < len(data)
    if torn and _goes_on(data, end):
        raise _corrupt(name, end, "a record is damaged, and good ones follow it")
    return Replay(commits, end, torn)


def _batch(commits: Sequence[tuple[int, Update]]) -> bytes:
    pieces: list[bytes | memoryview] = []
    before = 0
    for version, update in commits:
        record = records.encode(version, update, before=before)
        before += sum(memoryview(piece).nbytes for piece in record)
        pieces += record
    return b"".join(pieces)


def _records(data: memoryview) -> Iterator[records.Record]:
    end = 0
    version = -1
    while record := records.read(data, end):
        if record.version <= version:
            raise records.Nonsense(f"version {record.version} follows {version}")
        yield record
        end, version = record.end, record.version


def _goes_on(data: memoryview, damaged: int) -> bool:
    """Return whether a record follows that was written when the one at `damaged` had been synced.

    Records of the same batch prove nothing: a disk may keep the second half of what was never synced.
    """
    budget = _MOST_CHECKED
    offset = damaged + 1
    while found := _MAGIC.search(data, offset):
        record = records.find(data, found.start())
        if record and record.batch > damaged:
            return True
        offset = record.end if record else found.start() + 1
        budget -= records.claimed(data, found.start())
        if budget < 0:
            return True
    return False


_MAGIC = re.compile(re.escape(records.MAGIC))


def _corrupt(name: str, offset: int, what: str) -> Corrupt:
    return Corrupt(f"The log {name} is damaged at byte {offset}: {what}.", hint=REPAIR)
