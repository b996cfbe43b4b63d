"""What the logs of an index still hold, damaged or not: for those who repair it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linernotes.domain.errors import Corrupt
from linernotes.fingerprint.index import records
from linernotes.fingerprint.index.directory import Directory
from linernotes.fingerprint.index.log import replay
from linernotes.fingerprint.index.manifest import log_name


class Entry(NamedTuple):
    """A commit in a log: its version, where it ends in the file, the ids that it changes, and its metadata."""

    version: int
    end: int
    ids: NDArray[np.uint32]
    metadata: dict[str, str]


class Logbook(NamedTuple):
    """The commits of a log up to the first damage, and whether there is any; a torn end is none."""

    name: str
    first: int
    entries: list[Entry]
    damaged: bool

    @property
    def last(self) -> int:
        """The last version in it, or the one before its first."""
        return self.entries[-1].version if self.entries else self.first - 1

    def end(self, version: int) -> int:
        """Return where the commits up to a version end."""
        return max((entry.end for entry in self.entries if entry.version <= version), default=0)


class Kept(NamedTuple):
    """The logs that an index can go on with: their commits, up to which version, and what has to give way."""

    entries: list[Entry]
    last: int
    cut: tuple[str, int] | None
    aside: list[str]


def read_logbook(directory: Directory, first: int) -> Logbook:
    """Read a log as far as it can be read. Raises `OSError`."""
    name = log_name(first)
    data = directory.map(name)
    entries: list[Entry] = []
    at = 0
    try:
        while record := records.read(data, at):
            if entries and record.version <= entries[-1].version:
                break
            at = record.end
            entries.append(Entry(record.version, at, record.update.ids, dict(record.update.metadata)))
        replay(directory, name)
    except (records.Nonsense, Corrupt):
        return Logbook(name, first, entries, damaged=True)
    return Logbook(name, first, entries, damaged=False)


def keep(logs: Sequence[Logbook], version: int) -> Kept:
    """Return what can be applied after a version: commits without a gap, up to the first damage.

    A log is cut after its last commit that counts, and those after it give way.
    """
    entries: list[Entry] = []
    last = version
    for place, log in enumerate(logs):
        before = last
        for entry in log.entries:
            if entry.version > version and entry.version != last + 1:
                break
            last = max(last, entry.version)
            entries.append(entry)
        whole = last >= log.last and not log.damaged
        if log.first > before + 1:
            return Kept(entries, last, None, [each.name for each in logs[place:]])
        if not whole:
            return Kept(entries, last, (log.name, log.end(last)), [each.name for each in logs[place + 1 :]])
    return Kept(entries, last, None, [])


def chain(logs: Sequence[Logbook], top: int) -> list[Logbook]:
    """Return the logs that follow each other without a gap, for an index whose segments reach up to version `top`.

    They begin at `top` + 1 or before and end at `top` or after it, so that no commit is missing between them. If there
    are none such, as when segments are lost, they are the newest that follow each other after `top`.
    """
    runs: list[list[Logbook]] = []
    for log in logs:
        if runs and not runs[-1][-1].damaged and runs[-1][-1].last + 1 == log.first:
            runs[-1].append(log)
        else:
            runs.append([log])
    fitting = [run for run in runs if run[0].first <= top + 1 and run[-1].last >= top]
    later = [run for run in runs if run[0].first > top + 1]
    return (fitting or later or [[]])[-1]
