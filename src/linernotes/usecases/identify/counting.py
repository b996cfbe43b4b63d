"""How much is looked up: counted in memory by whoever answers, and written by whoever has time for it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import TypeVar

from linernotes.domain.identification import AgentCount, LookupCount
from linernotes.ports.identification import Counts

MOST_KEPT = 10_000
"""Different counters of each kind between two times of writing; further ones are counted together or not at all."""

LONGEST_AGENT = 200
LONGEST_ADDRESS = 64
OTHERS = "(others)"
"""The user agent of all for whom there was no room."""

_HOUR = 3_600_000
_DAY = 24 * _HOUR
_Key = TypeVar("_Key", bound=Hashable)
_Lookup = tuple[int, int, bool]
_Agent = tuple[int, int, str, str]


class LookupCounter:
    """Counts look-ups by application and hour, and by day, user agent and address. Any thread may count."""

    def __init__(self, *, counts: Counts, now: Callable[[], int]) -> None:
        """``now`` gives unix milliseconds."""
        self._counts = counts
        self._now = now
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._lookups: Counter[_Lookup] = Counter()
        self._agents: Counter[_Agent] = Counter()

    def count(self, application: int, *, hit: bool, user_agent: str, address: str) -> None:
        """Count one look-up; ``hit`` says that something was found."""
        now = self._now()
        lookup = (application, now // _HOUR, hit)
        agent = (application, now // _DAY, user_agent[:LONGEST_AGENT], address[:LONGEST_ADDRESS])
        with self._lock:
            _add(self._lookups, lookup, 1)
            self._add_agent(agent, 1)

    def flush(self) -> None:
        """Write what was counted. What cannot be written is kept for the next time, and the error is raised."""
        with self._writing:
            with self._lock:
                lookups, self._lookups = self._lookups, Counter()
                agents, self._agents = self._agents, Counter()
            try:
                if lookups:
                    self._counts.add_lookups(_by_hour(lookups))
                    lookups = Counter()
                if agents:
                    self._counts.add_agents(_by_agent(agents))
                    agents = Counter()
            finally:
                with self._lock:
                    for lookup, number in lookups.items():
                        _add(self._lookups, lookup, number)
                    for agent, number in agents.items():
                        self._add_agent(agent, number)

    def _add_agent(self, agent: _Agent, number: int) -> None:
        if not _add(self._agents, agent, number):
            application, day, _, _ = agent
            _add(self._agents, (application, day, OTHERS, ""), number, most=2 * MOST_KEPT)


def _add(counter: Counter[_Key], key: _Key, number: int, *, most: int = MOST_KEPT) -> bool:
    """Count, unless that would be one counter too many."""
    able = key in counter or len(counter) < most
    if able:
        counter[key] += number
    return able


def _by_hour(counter: Counter[_Lookup]) -> list[LookupCount]:
    hours = sorted({(application, hour) for application, hour, _ in counter})
    return [
        LookupCount(
            application,
            _date(hour * _HOUR),
            hour % 24,
            hits=counter[application, hour, True],
            misses=counter[application, hour, False],
        )
        for application, hour in hours
    ]


def _by_agent(counter: Counter[_Agent]) -> list[AgentCount]:
    found: Counter[tuple[int, str, str, str]] = Counter()
    for (application, day, user_agent, address), number in counter.items():
        found[application, _date(day * _DAY), _plain(user_agent), _plain(address)] += number
    return [AgentCount(*key, number) for key, number in sorted(found.items())]


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def _plain(text: str) -> str:
    """Return a text that every store can keep."""
    return text.replace("\0", " ").encode(errors="replace").decode()
