"""Statistics: look-ups by application, hour, user agent and address, and how much there is of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from linernotes.domain.errors import Invalid
from linernotes.domain.identification import AgentCount, DayCount, LookupCount
from linernotes.stores.sql.identification import tables
from linernotes.stores.sql.identification.sessions import Sessions, Turn
from linernotes.stores.sql.identification.values import HIGHEST, check_number, clean, countable
from linernotes.stores.sql.texts import check_key, storable

_KNOWN = " WHERE EXISTS (SELECT 1 FROM acoustid_application a WHERE a.id = ?)"
ADD_LOOKUPS = (
    "INSERT INTO acoustid_stats_lookups AS old (application, date, hour, hits, misses)"
    f" SELECT CAST(? AS bigint), CAST(? AS text), CAST(? AS integer), CAST(? AS bigint), CAST(? AS bigint){_KNOWN}"
    " ON CONFLICT (application, date, hour)"
    " DO UPDATE SET hits = old.hits + excluded.hits, misses = old.misses + excluded.misses"
)
ADD_AGENTS = (
    "INSERT INTO acoustid_stats_user_agents AS old (application, date, user_agent, address, count)"
    f" SELECT CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS bigint){_KNOWN}"
    " ON CONFLICT (application, date, user_agent, address) DO UPDATE SET count = old.count + excluded.count"
)
LOOKUPS = (
    "SELECT date, sum(hits), sum(misses) FROM acoustid_stats_lookups"
    " WHERE application {among} AND date BETWEEN ? AND ? GROUP BY date"
)
COUNTED = (
    tables.track,
    tables.fingerprint,
    tables.track_mbid,
    tables.track_puid,
    tables.track_meta,
    tables.track_foreignid,
    tables.meta,
    tables.foreignid,
    tables.source,
    tables.submission,
    tables.application,
    tables.account,
)
WAITING = "SELECT count(*) FROM acoustid_submission WHERE state = 'pending'"
LONGEST = 500
"""Characters of a user agent or an address; each is what somebody sent."""
_MOST_AT_ONCE = 1 << 40
_LAST_HOUR = 23


class SqlCounts:
    """Statistics. May be used from several threads."""

    def __init__(self, *, sessions: Sessions) -> None:
        """Keep them in this database."""
        self._sessions = sessions

    def add_lookups(self, counts: Iterable[LookupCount]) -> None:
        rows = [
            (one.application, check_key(one.date), _hour(one.hour), _count(one.hits), _count(one.misses))
            for one in counts
            if 0 < one.application <= HIGHEST
        ]
        self._add(ADD_LOOKUPS, rows)

    def add_agents(self, counts: Iterable[AgentCount]) -> None:
        rows = [
            (
                one.application,
                check_key(one.date),
                clean(one.user_agent, LONGEST),
                clean(one.address, LONGEST),
                _count(one.count),
            )
            for one in counts
            if 0 < one.application <= HIGHEST
        ]
        self._add(ADD_AGENTS, rows)

    def _add(self, text: str, rows: Sequence[tuple[int | str, ...]]) -> None:
        if rows:
            with self._sessions.writing(Turn.COUNTS) as session:
                session.tell_all(text, [(*row, row[0]) for row in rows])

    def lookups(self, applications: Sequence[int], *, first: str, last: str) -> list[DayCount]:
        wanted, bounds = sorted(set(countable(applications))), (storable(first), storable(last))
        rows = self._sessions.read(lambda session: session.ask_among(LOOKUPS, wanted, after=bounds))
        sums: dict[str, tuple[int, int]] = {}
        for date, hits, misses in rows:
            before = sums.get(date, (0, 0))
            sums[date] = (before[0] + int(hits), before[1] + int(misses))
        return [DayCount(date, *sums[date]) for date in sorted(sums)]

    def totals(self) -> Mapping[str, int]:
        counts = [f"(SELECT count(*) FROM {table.name})" for table in COUNTED]
        text = f"SELECT {', '.join(counts)}, ({WAITING})"
        names = [table.name.removeprefix("acoustid_") for table in COUNTED]
        row = self._sessions.read(lambda session: session.ask(text))[0]
        return dict(zip([*names, "submission_waiting"], row, strict=True))


def _hour(hour: int) -> int:
    return check_number(hour, 0, _LAST_HOUR, "an hour")


def _count(count: int) -> int:
    if not 0 <= count <= _MOST_AT_ONCE:
        raise Invalid("a count is out of range")
    return count
