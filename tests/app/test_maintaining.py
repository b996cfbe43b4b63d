"""Served indexes are flushed and merged beside requests, whatever goes wrong with one of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from linernotes.app.maintaining import NICENESS, Maintenance
from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.facades.fpindex.counts import Work
from linernotes.fingerprint.index.values import Stats


class Steps:
    """An index that makes steps: each is what it does to the saved version and the segments, or an error."""

    def __init__(self, *steps: tuple[int, int] | Exception) -> None:
        self.saved_version = 0
        self.segments = 10
        self.left = list(steps)
        self.asked = 0
        self.niceness = 0
        self.done = threading.Event()

    def stats(self) -> Stats:
        return Stats(documents=0, postings=0, min_id=0, max_id=0, segments=self.segments, bytes=0)

    def maintain(self) -> bool:
        self.asked += 1
        self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        if not self.left:
            self.done.set()
            return False
        step = self.left.pop(0)
        if isinstance(step, Exception):
            self.done.set()
            raise step
        self.saved_version += step[0]
        self.segments += step[1]
        return True


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def maintenance(work: Work) -> Iterator[Maintenance]:
    found = Maintenance(work)
    yield found
    for name in list(found._caretakers):
        found.end(name)
    assert found.wait(20)


def begin(maintenance: Maintenance, name: str, index: Steps) -> None:
    found: Any = index
    maintenance.begin(name, found)
    maintenance.nudge(name)
    assert index.done.wait(20)


def test_all_that_is_due_is_done_and_counted(maintenance: Maintenance, work: Work) -> None:
    index = Steps((5, 1), (0, -3), (0, 0), (2, 1))
    begin(maintenance, "t", index)
    assert (work.checkpoints, work.merges) == (2, 1)
    assert index.left == []


def test_it_yields_to_requests(maintenance: Maintenance) -> None:
    index = Steps()
    begin(maintenance, "t", index)
    assert index.niceness == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS or index.niceness == NICENESS


def test_a_failure_is_said_and_not_tried_again_at_once_and_harms_no_other(
    maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = Steps(Unavailable("The disk is full.")), Steps((1, 1))
    begin(maintenance, "bad", bad)
    begin(maintenance, "good", good)
    for _ in range(20):
        maintenance.nudge("bad")
        time.sleep(0.01)
    assert bad.asked == 1
    assert good.left == []
    assert [record.getMessage() for record in caplog.records] == ["maintain bad failed; the next try is in 10 seconds"]


def test_damage_is_said_once_in_one_line_and_nothing_is_done_for_that_index_any_more(
    maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Steps(Corrupt("It is damaged.", hint="Mend it."))
    begin(maintenance, "bad", bad)
    maintenance.nudge("bad")
    maintenance.end("bad")
    assert maintenance.wait(20)
    assert bad.asked == 1
    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("maintain bad ends: It is damaged. Mend it.", None)
    ]


def test_an_index_that_was_let_go_is_left_alone_and_its_last_step_may_fail(
    maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    index = Steps()
    begin(maintenance, "t", index)
    maintenance.end("t")
    assert maintenance.wait(20)
    asked = index.asked
    maintenance.nudge("t")
    maintenance.end("t")
    assert index.asked == asked
    assert caplog.records == []
