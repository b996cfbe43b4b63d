"""The queue in SQL does whatever its plain twin in memory does, after any history."""

from __future__ import annotations

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from sqlalchemy import StaticPool, create_engine

from linernotes.domain.jobs import Job, JobState, NewJob
from linernotes.queues.memory import MemoryQueue
from linernotes.queues.sql import SqlQueue
from linernotes.queues.sql.tables import metadata

kinds = st.sampled_from(["clean", "refresh"])
new_jobs = st.builds(
    NewJob,
    kind=kinds,
    key=st.sampled_from(["a", "b", "é"]),
    payload=st.sampled_from(["", "{}"]),
    run_at=st.integers(0, 60),
    priority=st.integers(-1, 1),
)
owners = st.sampled_from(["one", "two"])
soon = st.integers(-2, 20)
Pair = tuple[Job, Job]


def without_id(jobs: list[Job]) -> list[Job]:
    """Ids count up in their own way in each queue; the order that they make is the same."""
    return [msgspec.structs.replace(job, id=0) for job in jobs]


class Twins(RuleBasedStateMachine):
    """Two queues that are told the same."""

    leased = Bundle("leased")

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(self.engine)
        self.sql, self.memory = SqlQueue(engine=self.engine), MemoryQueue()
        self.now = 0

    def teardown(self) -> None:
        self.engine.dispose()

    @rule(by=st.integers(1, 10))
    def time_passes(self, by: int) -> None:
        self.now += by

    @rule(jobs=st.lists(new_jobs, max_size=4))
    def put(self, jobs: list[NewJob]) -> None:
        assert self.sql.put(jobs, now=self.now) == self.memory.put(jobs, now=self.now)

    @rule(target=leased, owner=owners, asked=st.lists(kinds, max_size=2), limit=st.integers(0, 3), hold=soon)
    def lease(self, owner: str, asked: list[str], limit: int, hold: int) -> list[Pair]:
        until = self.now + hold
        mine = self.sql.lease(owner=owner, kinds=asked, limit=limit, now=self.now, until=until)
        theirs = self.memory.lease(owner=owner, kinds=asked, limit=limit, now=self.now, until=until)
        assert without_id(mine) == without_id(theirs)
        return list(zip(mine, theirs, strict=True))

    @rule(pairs=leased, hold=soon)
    def extend(self, pairs: list[Pair], hold: int) -> None:
        for mine, theirs in pairs:
            until = self.now + hold
            assert self.sql.extend(mine, until=until) == self.memory.extend(theirs, until=until)

    @rule(pairs=leased)
    def finish(self, pairs: list[Pair]) -> None:
        for mine, theirs in pairs:
            assert self.sql.finish(mine) == self.memory.finish(theirs)

    @rule(pairs=leased, wait=soon)
    def retry(self, pairs: list[Pair], wait: int) -> None:
        for mine, theirs in pairs:
            run_at = self.now + wait
            told = self.sql.retry(mine, reason="away", run_at=run_at)
            assert told == self.memory.retry(theirs, reason="away", run_at=run_at)

    @rule(pairs=consumes(leased))
    def bury(self, pairs: list[Pair]) -> None:
        for mine, theirs in pairs:
            assert self.sql.bury(mine, reason="no") == self.memory.bury(theirs, reason="no")

    @rule(which=st.sets(st.integers(0, 8), max_size=4))
    def revive(self, which: set[int]) -> None:
        mine, theirs = self.ids(which)
        assert self.sql.revive(mine, now=self.now) == self.memory.revive(theirs, now=self.now)

    @rule(which=st.sets(st.integers(0, 8), max_size=2))
    def remove(self, which: set[int]) -> None:
        mine, theirs = self.ids(which)
        assert self.sql.remove(mine) == self.memory.remove(theirs)

    def ids(self, which: set[int]) -> tuple[list[int], list[int]]:
        both = zip(self.sql.jobs(), self.memory.jobs(), strict=True)
        chosen = [(mine.id, theirs.id) for at, (mine, theirs) in enumerate(both) if at in which]
        return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]

    @rule(name=st.sampled_from(["x", "y"]), every=st.integers(1, 20))
    def due(self, name: str, every: int) -> None:
        told = self.sql.due(name, every=every, now=self.now)
        assert told == self.memory.due(name, every=every, now=self.now)

    @invariant()
    def both_hold_the_same(self) -> None:
        assert without_id(self.sql.jobs()) == without_id(self.memory.jobs())

    @rule(state=st.sampled_from(list(JobState)), limit=st.integers(0, 3))
    def look(self, state: JobState, limit: int) -> None:
        assert self.sql.counts() == self.memory.counts()
        assert without_id(self.sql.jobs(state, limit=limit)) == without_id(self.memory.jobs(state, limit=limit))


Twins.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTwins = Twins.TestCase
