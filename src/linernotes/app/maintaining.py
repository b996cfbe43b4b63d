"""Flushes and merges of the served indexes: a thread for each, which yields to requests."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from linernotes.domain.errors import Corrupt

if TYPE_CHECKING:
    from linernotes.facades.fpindex.counts import Work
    from linernotes.fingerprint.index.index import Index

NICENESS = 5
_INTERVAL = 1.0
_PAUSE = 0.05
_AFTER_FAILURE = 10.0
_MOST_PATIENCE = 600.0
_log = logging.getLogger(__name__)


class Maintenance:
    """Looks after indexes. Its methods may be called from any thread."""

    def __init__(self, work: Work) -> None:
        """Count what is done in `work`."""
        self._work = work
        self._caretakers: dict[str, _Caretaker] = {}
        self._gone: list[_Caretaker] = []

    def begin(self, name: str, index: Index) -> None:
        """Look after an index from now on."""
        caretaker = _Caretaker(name, index, self._work)
        self._caretakers[name] = caretaker
        caretaker.start()

    def end(self, name: str) -> None:
        """Let go of an index; a step that is being made goes on to its end."""
        caretaker = self._caretakers.pop(name, None)
        if caretaker is not None:
            caretaker.let_go()
            self._gone = [one for one in self._gone if one.is_alive()] + [caretaker]

    def nudge(self, name: str) -> None:
        """Look at an index soon."""
        caretaker = self._caretakers.get(name)
        if caretaker is not None and not caretaker.due.is_set():
            caretaker.due.set()

    def wait(self, seconds: float) -> bool:
        """Return whether all steps of indexes that were let go have ended, at the latest after so long."""
        end = time.monotonic() + seconds
        for caretaker in self._gone:
            caretaker.join(max(0.0, end - time.monotonic()))
        return not any(caretaker.is_alive() for caretaker in self._gone)


class _Caretaker(threading.Thread):
    def __init__(self, name: str, index: Index, work: Work) -> None:
        super().__init__(name=f"maintain {name}", daemon=True)
        self.due = threading.Event()
        self._index = index
        self._work = work
        self._over = threading.Event()

    def let_go(self) -> None:
        self._over.set()
        self.due.set()

    def run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        patience = _AFTER_FAILURE
        while not self._over.is_set():
            if self.due.wait(_INTERVAL):
                # Looking costs as much as a small write; under many of them, not after each.
                self._over.wait(_PAUSE)
            self.due.clear()
            try:
                self._do_what_is_due()
            except Corrupt as exc:
                _log.error("%s ends: %s. %s", self.name, exc.message.rstrip("."), exc.hint)
                return
            except Exception:  # noqa: BLE001 - one failure must not end the maintenance
                # An index that was deleted meanwhile has lost its files.
                if not self._over.is_set():
                    _log.exception("%s failed; the next try is in %d seconds", self.name, patience)
                    self._over.wait(patience)
                    patience = min(2 * patience, _MOST_PATIENCE)
            else:
                patience = _AFTER_FAILURE

    def _do_what_is_due(self) -> None:
        while not self._over.is_set():
            saved, segments = self._index.saved_version, self._index.stats().segments
            more = self._index.maintain()
            if self._index.saved_version != saved:
                self._work.checkpoints += 1
            elif self._index.stats().segments < segments:
                self._work.merges += 1
            if not more:
                return
