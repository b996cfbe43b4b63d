"""Submissions, imports, failures and ends of processes in any order: tables, index and counts agree afterwards."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import SubmissionState
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import Change
from linernotes.usecases.identify.jobs import LAST
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, mbid, said

SONGS = [track(seed, 300) for seed in range(5)]
VARIANTS = [noisy(song, share, 7) for song in SONGS for share in (0, 0.02, 0.08)]


class Power:
    """Fails when its time has come."""

    def __init__(self) -> None:
        self.left: int | None = None

    def draw(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Unavailable("The process has ended.")


class MortalIndex(MemoryIndex):
    """An index that is there as long as there is power, before and after each commit."""

    def __init__(self, power: Power) -> None:
        super().__init__()
        self.power = power

    def apply(
        self, changes: Sequence[Change], *, metadata: Mapping[str, str] = {}, expected_version: int | None = None
    ) -> int:
        self.power.draw()
        version = super().apply(changes, metadata=metadata, expected_version=expected_version)
        self.power.draw()
        return version

    def as_it_was(self) -> MortalIndex:
        """Return an index as this one is on the disk now."""
        other = MortalIndex(self.power)
        other._version, other._metadata = self._version, dict(self._metadata)
        other._documents = copy.copy(self._documents)
        return other


class Machine(RuleBasedStateMachine):
    """One world, in which processes end; the index may come back as it was some commits ago."""

    @initialize()
    def begin(self) -> None:
        self.power = Power()
        self.world = World()
        self.world.index = self.index = MortalIndex(self.power)
        self.disks = [self.index.as_it_was()]
        self.digests: set[bytes] = set()
        self.named: Counter[str] = Counter()

    @rule(variants=st.lists(st.integers(0, len(VARIANTS) - 1), min_size=1, max_size=4), recording=st.integers(1, 6))
    def submit(self, variants: list[int], recording: int) -> None:
        new = [said(VARIANTS[variant], recording) for variant in variants]
        self.world.add(*new)
        self.digests.update(one.digest for one in new)

    @rule(after=st.none() | st.integers(0, 5))
    def import_some(self, after: int | None) -> None:
        self.power.left = after
        try:
            self.world.importer.run(1, LAST)
        except Unavailable:
            self.restart()
        finally:
            self.power.left = None
        self.disks.append(self.world.index.as_it_was())  # type: ignore[attr-defined]

    @rule()
    def restart(self) -> None:
        self.world.start()

    @precondition(lambda self: len(self.disks) > 1)
    @rule(back=st.integers(0, 5))
    def lose_the_last_commits(self, back: int) -> None:
        del self.disks[max(1, len(self.disks) - back) :]
        self.world.index = self.disks[-1].as_it_was()
        self.restart()

    @rule()
    def catch_up(self) -> None:
        self.world.feeder.catch_up()
        self.agrees()

    @invariant()
    def nothing_is_kept_twice(self) -> None:
        stored = self.world.stored()
        known = Counter(one.packed for one in stored.values())
        assert all(count == 1 for count in known.values())

    def agrees(self) -> None:
        index: MemoryIndex = self.world.index  # type: ignore[assignment]
        expected = {id_: hashes(unpack(one.packed)) for id_, one in self.world.stored().items()}
        assert {id_: document.hashes for id_, document in index._documents.items()} == expected

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.importer.run(1, LAST)
        self.agrees()
        count = len(self.digests)
        statuses = [self.world.status(id_) for id_ in range(1, count + 1)]
        assert {status.state for status in statuses} <= {SubmissionState.IMPORTED}
        assert self.world.kept.submissions.statuses([count + 1]) == [None]
        assert sum(self.world.sources().values()) == count
        songs = {status.gid for status in statuses}
        assert len(songs) <= len(SONGS)
        assert set(self.world.sources()) <= {mbid(number) for number in range(1, 7)}


def hashes(words: Words) -> list[int]:
    return extract_query(words).tolist()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
