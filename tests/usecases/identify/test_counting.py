"""Look-ups are counted without waiting for a disk, and none is lost or counted twice when writing fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Thread

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import AgentCount, LookupCount
from linernotes.usecases.identify.counting import MOST_KEPT, OTHERS, LookupCounter

HOUR = 3_600_000
NOON = 1_767_268_800_000  # 2026-01-01 12:00 UTC


class Written:
    """Counts that are added up here; each kind can be made to fail."""

    def __init__(self) -> None:
        self.lookups: Counter[tuple[int, str, int, str]] = Counter()
        self.agents: Counter[tuple[int, str, str, str]] = Counter()
        self.broken: set[str] = set()

    def add_lookups(self, counts: Iterable[LookupCount]) -> None:
        if "lookups" in self.broken:
            raise Unavailable
        for one in counts:
            self.lookups[one.application, one.date, one.hour, "hits"] += one.hits
            self.lookups[one.application, one.date, one.hour, "misses"] += one.misses

    def add_agents(self, counts: Iterable[AgentCount]) -> None:
        if "agents" in self.broken:
            raise Unavailable
        for one in counts:
            self.agents[one.application, one.date, one.user_agent, one.address] += one.count


class Desk:
    """A counter, what it writes to, and a clock that the test drives."""

    def __init__(self) -> None:
        self.written = Written()
        self.now = NOON
        self.counter = LookupCounter(counts=self.written, now=lambda: self.now)

    def ask(self, application: int = 1, *, hit: bool = True, user_agent: str = "beets", address: str = "::1") -> None:
        self.counter.count(application, hit=hit, user_agent=user_agent, address=address)


def test_hits_and_misses_are_counted_by_hour_and_agents_by_day() -> None:
    desk = Desk()
    for hit in (True, True, False):
        desk.ask(hit=hit)
    desk.now += HOUR
    desk.ask(application=7, hit=False, user_agent="Picard", address="192.0.2.1")
    desk.ask()
    desk.counter.flush()
    assert +desk.written.lookups == {
        (1, "2026-01-01", 12, "hits"): 2,
        (1, "2026-01-01", 12, "misses"): 1,
        (1, "2026-01-01", 13, "hits"): 1,
        (7, "2026-01-01", 13, "misses"): 1,
    }
    assert desk.written.agents == {
        (1, "2026-01-01", "beets", "::1"): 4,
        (7, "2026-01-01", "Picard", "192.0.2.1"): 1,
    }
    desk.counter.flush()
    assert desk.written.agents.total() == 5


@pytest.mark.parametrize("broken", ["lookups", "agents"])
def test_what_cannot_be_written_is_written_the_next_time_and_nothing_twice(broken: str) -> None:
    desk = Desk()
    desk.ask()
    desk.written.broken = {broken}
    with pytest.raises(Unavailable):
        desk.counter.flush()
    desk.ask()
    desk.written.broken = set()
    desk.counter.flush()
    assert +desk.written.lookups == {(1, "2026-01-01", 12, "hits"): 2}
    assert desk.written.agents == {(1, "2026-01-01", "beets", "::1"): 2}


def test_memory_is_bounded_whatever_the_agents_call_themselves() -> None:
    desk = Desk()
    for number in range(MOST_KEPT + 500):
        desk.ask(user_agent=f"agent {number}" + "x" * 10_000)
    desk.counter.flush()
    assert len(desk.written.agents) == MOST_KEPT + 1
    assert desk.written.agents[1, "2026-01-01", OTHERS, ""] == 500
    assert all(len(agent) <= 200 for _, _, agent, _ in desk.written.agents)
    assert desk.written.lookups[1, "2026-01-01", 12, "hits"] == MOST_KEPT + 500


def test_memory_stays_bounded_while_nothing_can_be_written() -> None:
    desk = Desk()
    desk.written.broken = {"lookups", "agents"}
    for hour in range(MOST_KEPT + 100):
        desk.now = NOON + hour * HOUR
        desk.ask()
        if hour % 1000 == 0:
            with pytest.raises(Unavailable):
                desk.counter.flush()
    desk.written.broken = set()
    desk.counter.flush()
    assert desk.written.lookups.total() == MOST_KEPT


def test_texts_that_no_store_can_keep_are_made_fit() -> None:
    desk = Desk()
    desk.ask(user_agent="a\0b\ud800", address="\0")
    desk.counter.flush()
    assert list(desk.written.agents) == [(1, "2026-01-01", "a b?", " ")]


def test_counting_from_many_threads_while_writing_loses_nothing() -> None:
    desk = Desk()

    def ask_often() -> None:
        for number in range(2000):
            desk.ask(hit=number % 2 == 0)
            if number % 100 == 0:
                desk.counter.flush()

    threads = [Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.counter.flush()
    assert desk.written.agents.total() == desk.written.lookups.total() == 8000
