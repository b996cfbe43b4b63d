"""Statistics in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from linernotes.domain.identification import AgentCount, DayCount, LookupCount, SubmissionState
from linernotes.stores.memory.identification.checks import check, check_key
from linernotes.stores.memory.identification.data import Keeper

_MOST_AT_ONCE = 1 << 40
_HOURS = range(24)


class MemoryCounts:
    """Sums by all that they are told apart by."""

    def __init__(self, *, keeper: Keeper) -> None:
        """Keep them there."""
        self._keeper = keeper

    def add_lookups(self, counts: Iterable[LookupCount]) -> None:
        with self._keeper.writing() as data:
            for one in counts:
                check(one.hour in _HOURS and 0 <= one.hits <= _MOST_AT_ONCE and 0 <= one.misses <= _MOST_AT_ONCE)
                check_key(one.date)
                if one.application in data.applications:
                    key = one.application, one.date, one.hour
                    hits, misses = data.lookups.get(key, (0, 0))
                    data.lookups[key] = (hits + one.hits, misses + one.misses)

    def add_agents(self, counts: Iterable[AgentCount]) -> None:
        with self._keeper.writing() as data:
            for one in counts:
                check(0 <= one.count <= _MOST_AT_ONCE)
                check_key(one.date)
                if one.application in data.applications:
                    key = one.application, one.date, one.user_agent, one.address
                    data.agents[key] = data.agents.get(key, 0) + one.count

    def lookups(self, applications: Sequence[int], *, first: str, last: str) -> list[DayCount]:
        days: dict[str, tuple[int, int]] = {}
        for (application, date, _), (hits, misses) in self._keeper.data.lookups.items():
            if application in applications and first <= date <= last:
                before = days.get(date, (0, 0))
                days[date] = (before[0] + hits, before[1] + misses)
        return [DayCount(date, *days[date]) for date in sorted(days)]

    def totals(self) -> Mapping[str, int]:
        data = self._keeper.data
        waiting = [one for one in data.submissions.values() if one.state is SubmissionState.PENDING]
        return {
            "track": len(data.tracks),
            "fingerprint": len(data.fingerprints),
            "track_mbid": len(data.recordings),
            "track_puid": len(data.puids),
            "track_meta": len(data.said_of),
            "track_foreignid": len(data.foreign_ids),
            "meta": len(data.metadata),
            "foreignid": len({text for _, text in data.foreign_ids}),
            "source": len(data.sources),
            "submission": len(data.submissions),
            "application": len(data.applications),
            "account": len(data.accounts),
            "submission_waiting": len(waiting),
        }
