"""Under any changes, upkeep, crashes, faults and restarts, indexes of all settings are what a plain dict is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from linernotes.domain.errors import Unavailable
from linernotes.fingerprint.index.index import Index, VersionMismatch
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.snapshot import Snapshot
from linernotes.fingerprint.index.values import Update
from tests.fingerprint.index.faults import Crash, FaultyDirectory
from tests.fingerprint.index.plain import (
    EVERYTHING,
    Change,
    PlainIndex,
    check_all,
    check_capped,
    check_state,
    update_of,
    with_cap,
    words,
)

HIGHEST = (1 << 32) - 1
CONFIGURATIONS = [
    IndexSettings(flush_postings=1, frequency_cap=0, flush_seconds=0),
    IndexSettings(flush_postings=200, frequency_cap=1, flush_seconds=0),
    IndexSettings(flush_postings=20, frequency_cap=3, flush_seconds=0),
    IndexSettings(flush_postings=5000, frequency_cap=256, flush_seconds=0),
]

hashes = st.one_of(
    st.integers(0, 7),
    st.integers(0, 40).map(lambda word: word << 4 | 0xA5000000),  # 28 bits vary, as in AcoustID's queries
    st.sampled_from([0x12345678 ^ (1 << bit) for bit in range(32)] + [0x12345678]),
    st.sampled_from([0, 1, 1 << 31, HIGHEST - 1, HIGHEST]),
)
hash_lists = st.one_of(st.lists(hashes, max_size=12), st.lists(st.integers(0, 3), max_size=40))
ids = st.one_of(st.integers(1, 12), st.integers(1, 60), st.sampled_from([1, HIGHEST - 1, HIGHEST]))
changes = st.lists(st.tuples(ids, st.one_of(hash_lists, hash_lists, hash_lists, st.none())), max_size=6)
metadata = st.dictionaries(st.sampled_from("abc"), st.text(max_size=2), max_size=2)
queries = st.one_of(st.lists(hashes, max_size=30), st.lists(st.integers(0, 3), max_size=8))
seeds = st.integers(0, 1 << 30)


class Commit(NamedTuple):
    """What one commit changes."""

    changes: Sequence[Change]
    metadata: dict[str, str]


commits = st.builds(Commit, changes, metadata)


class Step(NamedTuple):
    """What is under way when the power goes off: commits with one sync, or work of the index's own."""

    commits: Sequence[Commit] = ()
    work: Callable[[Index], object] | None = None


steps = st.lists(
    st.one_of(
        st.lists(commits, min_size=1, max_size=3).map(lambda batch: Step(commits=batch)),
        st.sampled_from([Step(work=Index.flush), Step(work=Index.merge), Step(work=Index.maintain)]),
    ),
    min_size=1,
    max_size=5,
)


class Side:
    """One of the indexes that must agree."""

    def __init__(self, configuration: IndexSettings) -> None:
        self.settings = configuration
        self.inner = MemoryDirectory()
        self.open()

    def open(self, *, crash_at: int | None = None) -> None:
        self.directory = FaultyDirectory(self.inner, crash_at=crash_at)
        self.index = Index(self.directory, settings=self.settings)

    def survive(self, chance: Random | None, *, killed: bool) -> None:
        """Go on with what is there when the process was killed, or when the power went off."""
        if not killed:
            self.inner = self.inner.crash(chance)

    def search(self, query: Sequence[int], plain: PlainIndex, searcher: Searcher | None = None) -> None:
        searcher = searcher or self.index.searcher()
        if not self.settings.frequency_cap:
            check_all(searcher, plain, query)
        hits = searcher.search(words(query), limit=EVERYTHING, min_score=1, score_pct=0)
        check_capped(hits, plain, query, min_score=1)


class Indexes(RuleBasedStateMachine):
    """Does the same to all sides and to the plain index."""

    searchers = Bundle("searchers")

    @initialize()
    def begin(self) -> None:
        self.sides = [Side(configuration) for configuration in CONFIGURATIONS]
        self.plain = PlainIndex()
        self.states = [self.plain]

    def commit(self, commit: Commit) -> None:
        self.plain = self.plain.after(*commit)
        self.states.append(self.plain)

    @rule(commit=commits)
    def update(self, commit: Commit) -> None:
        self.commit(commit)
        for side in self.sides:
            assert side.index.update(update_of(commit.changes, metadata=commit.metadata)) == self.plain.version

    @rule(batch=st.lists(st.tuples(commits, st.sampled_from([None, None, 0, -1])), max_size=5))
    def update_all(self, batch: Sequence[tuple[Commit, int | None]]) -> None:
        """Commits with one sync, some of which expect a version: the right one, or the one before."""
        updates, right = [], []
        for commit, expected in batch:
            at = None if expected is None else self.plain.version + expected
            fits = at is None or at == self.plain.version
            updates.append(update_of(commit.changes, metadata=commit.metadata, expected=at if at != -1 else 99))
            if fits:
                self.commit(commit)
            right.append(self.plain.version if fits else None)
        for side in self.sides:
            outcomes = side.index.update_all(updates)
            assert [None if isinstance(each, VersionMismatch) else each for each in outcomes] == right

    @rule(changes=changes, ahead=st.sampled_from([-1, 1, 5]))
    def update_at_a_wrong_version(self, changes: Sequence[Change], ahead: int) -> None:
        wrong = max(0, self.plain.version + ahead)
        if wrong == self.plain.version:
            return
        for side in self.sides:
            with pytest.raises(VersionMismatch):
                side.index.update(update_of(changes, expected=wrong))

    @rule(work=st.sampled_from([Index.flush, Index.merge, Index.maintain]))
    def upkeep(self, work: Callable[[Index], object]) -> None:
        for side in self.sides:
            work(side.index)

    @rule()
    def reopen(self) -> None:
        for side in self.sides:
            side.index.close()
            side.open()

    @rule(steps=steps, at=st.integers(1, 30), seed=seeds, mode=st.integers(0, 2))
    def crash(self, steps: Sequence[Step], at: int, seed: int, mode: int) -> None:
        """Stop in the midst of a step, or after the last; what was not done by then is done after the restart."""
        chance = Random(seed)
        for side in self.sides:
            self.crash_one(side, steps, chance, at=chance.randint(1, at), mode=mode)
        for step in steps:
            for commit in step.commits:
                self.commit(commit)

    def crash_one(self, side: Side, steps: Sequence[Step], chance: Random, *, at: int, mode: int) -> None:
        history = self.history(steps)
        side.directory.crash_at = side.directory.operations + at
        acknowledged, under_way = 0, 0
        with suppress(Crash):
            for step in steps:
                under_way += len(step.commits)
                if step.work:
                    step.work(side.index)
                else:
                    side.index.update_all([update_of(each.changes, metadata=each.metadata) for each in step.commits])
                acknowledged = under_way
        side.survive(None if mode == 0 else chance, killed=mode == 2)
        self.restart(side, chance)
        survived = side.index.version - self.plain.version
        assert acknowledged <= survived <= under_way
        self.check(side, history[survived])
        rest = [commit for step in steps for commit in step.commits][survived:]
        for commit in rest:
            side.index.update(update_of(commit.changes, metadata=commit.metadata))

    @rule(steps=steps, at=st.integers(1, 20), seed=seeds)
    def fault(self, steps: Sequence[Step], at: int, seed: int) -> None:
        """Let one operation fail, or all from one on; what was refused is done again when all is well."""
        chance = Random(seed)
        history = self.history(steps)
        for side in self.sides:
            self.fault_one(side, steps, history, chance, at=chance.randint(1, at))
        self.plain = history[-1]
        self.states += history[1:]

    def fault_one(
        self, side: Side, steps: Sequence[Step], history: list[PlainIndex], chance: Random, *, at: int
    ) -> None:
        base, directory = self.plain.version, side.directory
        directory.part, directory.late = chance.random(), chance.random() < 0.3
        first = directory.operations + at
        directory.fail_at, directory.fail_from = chance.choice([(first, None), (None, first)])
        for step in steps:
            done = self.try_step(side, step)
            self.check(side, history[side.index.version - base])
            if not done:
                break
        directory.heal()
        acknowledged = side.index.version - base
        if chance.random() < 0.5:
            side.survive(chance, killed=chance.random() < 0.5)
            side.open()
            self.check(side, history[side.index.version - base])
        assert acknowledged <= side.index.version - base
        self.go_on(
            side, [update_of(each.changes, metadata=each.metadata) for step in steps for each in step.commits], base
        )

    def try_step(self, side: Side, step: Step) -> bool:
        """Do a step; return whether its commits, if it has any, were done."""
        if step.work:
            with suppress(Unavailable):
                step.work(side.index)
            return True
        before = side.index.version
        outcomes = side.index.update_all([update_of(each.changes, metadata=each.metadata) for each in step.commits])
        if side.index.version == before:
            assert all(isinstance(each, Unavailable) for each in outcomes)
            return False
        assert outcomes == list(range(before + 1, before + 1 + len(step.commits)))
        return True

    def go_on(self, side: Side, updates: Sequence[Update], base: int) -> None:
        """Do those updates that are not there; where the index says that it takes nothing more, open it again."""
        reopened = False
        while (done := side.index.version - base) < len(updates):
            try:
                assert side.index.update(updates[done]) == base + done + 1
            except Unavailable:
                assert not reopened
                reopened = True
                side.index.close()
                side.open()

    def history(self, steps: Sequence[Step]) -> list[PlainIndex]:
        """Return the states after each of the commits of some steps, the present one first."""
        found = [self.plain]
        for step in steps:
            for commit in step.commits:
                found.append(found[-1].after(*commit))
        return found

    def restart(self, side: Side, chance: Random) -> None:
        """Open what survived; the power may go off during that too."""
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            with suppress(Crash):
                side.open(crash_at=chance.randint(1, 6))
            side.survive(chance, killed=chance.random() < 0.3)
        side.open()

    @rule(target=searchers)
    def keep_searchers(self) -> tuple[list[Searcher], PlainIndex]:
        return [side.index.searcher() for side in self.sides], self.plain

    @rule(kept=searchers, query=queries)
    def search_an_old_version(self, kept: tuple[list[Searcher], PlainIndex], query: Sequence[int]) -> None:
        searchers, plain = kept
        for side, searcher in zip(self.sides, searchers, strict=True):
            assert searcher.version == plain.version
            side.search(query, plain, searcher)
        check_all(searchers[0], plain)

    @rule(
        query=queries,
        limit=st.integers(0, 12),
        min_score=st.one_of(st.none(), st.integers(0, 6)),
        score_pct=st.sampled_from([0, 10, 50, 99, 100, 250]),
    )
    def search(self, query: Sequence[int], limit: int, min_score: int | None, score_pct: int) -> None:
        asked = {"limit": limit, "min_score": min_score, "score_pct": score_pct}
        right = self.plain.search(query, **asked)
        floor = -(-len(query) // 20) if min_score is None else min_score
        for side in self.sides:
            searcher = side.index.searcher()
            found = searcher.search(words(query), **asked)
            assert len(found) <= limit
            if side.settings.frequency_cap:
                if limit:
                    check_capped(found, self.plain, query, min_score=floor)
            else:
                assert found == right
            together = searcher.search_all([words(query), words([]), words(query)], **asked)
            assert [together.of(place) for place in range(3)] == [found, [], found]

    @rule()
    def open_read_only(self) -> None:
        for side in self.sides:
            before = {name: side.inner.size(name) for name in side.inner.names()}
            with Index(side.directory, settings=side.settings, read_only=True) as beside:
                check_state(beside, self.plain)
                side.search(range(8), self.plain, beside.searcher())
            assert {name: side.inner.size(name) for name in side.inner.names()} == before

    @rule(flushed=st.booleans())
    def snapshot(self, *, flushed: bool) -> None:
        """What a snapshot holds is one version, the saved one, whatever was committed since."""
        for side in self.sides:
            if flushed:
                side.index.flush()
                assert side.index.saved_version == self.plain.version
            plain = self.states[side.index.saved_version]
            with side.index.snapshot() as snapshot:
                assert snapshot.version == plain.version
                copy = copy_of(snapshot)
            with Index(copy, settings=side.settings, read_only=True) as saved:
                check_state(saved, plain, range(1, 13))
                side.search(range(8), plain, saved.searcher())
                check_all(with_cap(saved.searcher(), 0), plain)

    @invariant()
    def every_side_is_what_the_dict_is(self) -> None:
        for side in self.sides:
            self.check(side, self.plain)

    def check(self, side: Side, plain: PlainIndex) -> None:
        check_state(side.index, plain, range(1, 4))
        side.search(range(4), plain)
        if not side.settings.frequency_cap:
            check_all(side.index.searcher(), plain)


def copy_of(snapshot: Snapshot) -> MemoryDirectory:
    """Return a directory with the files of a snapshot."""
    copy = MemoryDirectory()
    for file in snapshot.files:
        assert file.size == len(file.data)
        copy.replace(file.name, bytes(file.data))
    copy.replace("manifest", snapshot.manifest)
    return copy


@pytest.mark.slow
class TestIndexes(Indexes.TestCase):
    """Runs the machine."""

    settings = settings(
        max_examples=120, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
