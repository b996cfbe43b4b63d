"""The index follows the change log: it holds what the tables hold as soon as it has caught up.

How far it has come is kept in the index itself, in the same commit as the documents. So it does not matter when a
process ends, or which process feeds: the next one goes on from what the index says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linernotes.domain.errors import Conflict, Corrupt
from linernotes.domain.identification import FingerprintChange
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query_fast import extract_all, extract_query
from linernotes.ports.fingerprints import Change, FingerprintIndex, IndexState
from linernotes.ports.identification import ChangeLog
from linernotes.ports.progress import NoProgress, Progress

LINES = 1000
"""Lines of the change log in one commit."""

MOST_BYTES = 8 << 20
"""Bytes of fingerprints in one commit, three times what usual ones make: somebody may have sent very long ones."""

PHASE = "fingerprints into the index"
_NO_PROGRESS = NoProgress()


class Stale(Conflict):
    """The index does not belong to what is stored; it has to be made anew."""


class Feeder:
    """Brings an index up to the change log. May be called from several threads and processes at once."""

    def __init__(self, *, log: ChangeLog, index: Callable[[], FingerprintIndex], full: bool) -> None:
        """Take the index as it is at each call; ``full`` keeps all hashes of a fingerprint, else those of a query."""
        self._log = log
        self._index = index
        self._extract = extract_all if full else extract_query
        self._mode = "full" if full else "query"
        self.unreadable = 0
        """Stored fingerprints that could not be read, and are not in the index for that."""

    def catch_up(self, progress: Progress = _NO_PROGRESS) -> int:
        """Feed what is new; return how many lines of the change log this call has fed.

        ``progress`` hears of it in numbers of the change log, if there is anything to do. Raises `Stale` when the index
        is of another database or mode, or ahead of the change log: what it holds cannot be trusted then. The index is
        asked for before each commit, so that whoever gives none any more puts an end to it.
        """
        index, source = self._index(), self._log.source()
        way, fed = _Way(progress, self._log.last), 0
        while True:
            state = index.state()
            place = self._place(state, source)
            lines = self._log.changes(place, limit=LINES)
            if not lines:
                break
            way.reach(place)
            fed += self._commit(index, state, _at_once(lines), source)
            index = self._index()
        way.end(place)
        if place > (last := self._log.last()):
            raise Stale(f"The index is at change {place}, and there are {last}.")
        return fed

    def _place(self, state: IndexState, source: str) -> int:
        """Return up to which line of the change log an index is."""
        said = state.metadata
        if "source" not in said and not state.documents:
            return 0
        if said.get("source") != source:
            raise Stale("The index was made from another database.")
        if said.get("mode") != self._mode:
            raise Stale(f"The index was made in the mode {said.get('mode')}, and {self._mode} is asked for.")
        if not (change := said.get("change", "")).isdecimal():
            raise Stale("The index does not say how far it has come.")
        # A backup that was restored has lines of the same numbers again, as soon as something is added to it.
        if (mark := self._log.mark(int(change))) is not None and str(mark) != said.get("mark"):
            raise Stale(f"The index has another change {change} than the database.")
        return int(change)

    def _commit(
        self, index: FingerprintIndex, state: IndexState, lines: Sequence[FingerprintChange], source: str
    ) -> int:
        """Apply lines; return how many, none if somebody else has changed the index meanwhile."""
        last = lines[-1]
        metadata = {"source": source, "mode": self._mode, "change": str(last.id), "mark": str(last.mark)}
        try:
            index.apply([self._document(line) for line in lines], metadata=metadata, expected_version=state.version)
        except Conflict:
            return 0
        return len(lines)

    def _document(self, line: FingerprintChange) -> Change:
        if line.packed is None:
            return Change(line.fingerprint)
        try:
            words = unpack(line.packed)
        except Corrupt:
            # One that is damaged must not keep all others out.
            self.unreadable += 1
            return Change(line.fingerprint)
        return Change(line.fingerprint, self._extract(words).tolist())


def _at_once(lines: Sequence[FingerprintChange]) -> Sequence[FingerprintChange]:
    """Return the first lines, as many as one commit may have; at least one."""
    size = 0
    for number, line in enumerate(lines):
        size += len(line.packed or b"")
        if number and size > MOST_BYTES:
            return lines[:number]
    return lines


class _Way:
    """Tells of a way from the first place that is reached to the newest line there was then, if there is any to go."""

    def __init__(self, progress: Progress, last: Callable[[], int]) -> None:
        self._progress = progress
        self._last = last
        self._at: int | None = None
        self._goal = 0

    def reach(self, place: int) -> None:
        if self._at is None:
            self._goal = self._last()
            self._progress.start(PHASE, total=self._goal - place, unit="lines")
        else:
            self._progress.advance(PHASE, min(place, self._goal) - min(self._at, self._goal))
        self._at = place

    def end(self, place: int) -> None:
        if self._at is not None:
            self.reach(place)
            self._progress.finish(PHASE)
