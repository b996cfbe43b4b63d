"""Whatever happens to a store in SQL and to its plain twin in memory, both answer the same; so the databases agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from linernotes.domain.errors import Conflict
from linernotes.domain.identification import (
    NO_METADATA,
    Account,
    Application,
    LookupCount,
    NewSubmission,
    Submission,
    UserMetadata,
)
from linernotes.domain.ids import MBID
from linernotes.ports.identification import ImportWork
from linernotes.stores.memory.identification import MemoryIdentification
from tests.contracts.identification_worlds import PUID, SONG, A, B, C, World, opened_world

MBIDS = (A, B, C)
DATES = ("2026-11-20", "2026-11-21")
KEYS = (b"1" * 32, b"2" * 32, b"3" * 32)
USERS = ("Somebody", "SOMEBODY", "else")

all_said = st.lists(
    st.builds(
        NewSubmission,
        account=st.integers(1, 3),
        application=st.integers(1, 2),
        application_version=st.sampled_from(["", "1"]),
        packed=st.sampled_from([b"\0", b"words", b"more words"]),
        duration=st.integers(100, 102),
        mbid=st.sampled_from([None, A, B]),
        puid=st.sampled_from([None, PUID]),
        foreign_id=st.sampled_from(["", "foo:1", "foo:1:2"]),
        metadata=st.sampled_from([NO_METADATA, SONG, UserMetadata(track="x"), UserMetadata(year=0)]),
    ),
    min_size=1,
    max_size=6,
)


class Step(msgspec.Struct, frozen=True):
    """What is done with one submission that waits; ``place`` chooses a track or fingerprint, if there is one."""

    kind: str
    place: int
    apart: bool
    spoilt: bool


steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["new", "new", "onto", "count", "rejected", "failed"]),
        place=st.integers(0, 5),
        apart=st.booleans(),
        spoilt=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=6,
)


class Spoilt(Exception):
    """Whatever was done is to be undone."""


def spoil(really: bool) -> None:  # noqa: FBT001 - it reads well
    """Fail, or do nothing."""
    if really:
        raise Spoilt


class Side:
    """A store with what was made in it, in order: numbers and UUIDs are told apart by their places in these lists."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tracks: list[tuple[int, str]] = []
        self.fingerprints: list[int] = []
        self.submissions: list[int] = []

    def run(self, plan: list[Step], *, spoilt: bool) -> None:
        with self._perhaps_undone(spoilt), self.world.submissions.work() as work:
            for one, step in zip(work.pending(limit=len(plan)), plan, strict=False):
                self._take(work, one, step)
            spoil(spoilt)

    def _take(self, work: ImportWork, one: Submission, step: Step) -> None:
        if not step.apart:
            self._do(work, one, step)
            return
        with self._perhaps_undone(step.spoilt), work.apart():
            self._do(work, one, step)
            spoil(step.spoilt)

    @contextmanager
    def _perhaps_undone(self, expected: bool) -> Iterator[None]:  # noqa: FBT001 - as above
        before = list(self.tracks), list(self.fingerprints)
        try:
            yield
        except Spoilt:
            assert expected
            self.tracks, self.fingerprints = before

    def _do(self, work: ImportWork, one: Submission, step: Step) -> None:
        if step.kind == "rejected":
            work.rejected(one, reason="no", now=5)
        elif step.kind == "failed":
            work.failed(one, reason="not now")
        else:
            if step.kind == "new" or not self.tracks:
                new = work.new_track(now=5)
                self.tracks.append((new.id, new.gid))
            track = self.tracks[-1 if step.kind == "new" else step.place % len(self.tracks)][0]
            if step.kind == "count" and self.fingerprints:
                fingerprint = self.fingerprints[step.place % len(self.fingerprints)]
                work.count_fingerprint(fingerprint, now=5)
            else:
                fingerprint = work.new_fingerprint(one, track, now=5)
                self.fingerprints.append(fingerprint)
            work.link(one, track, now=5)
            work.imported(one, fingerprint=fingerprint, track=track, now=5)

    def place(self, value: Any) -> Any:
        """Return an answer with places instead of numbers and UUIDs."""
        if isinstance(value, msgspec.Struct):
            return type(value).__name__, [self.place(field) for field in msgspec.structs.astuple(value)]
        if isinstance(value, list | tuple):
            return [self.place(each) for each in value]
        names = {name: ("track", at) for at, track in enumerate(self.tracks) for name in track}
        return names.get(value, value)

    def observed(self) -> dict[str, Any]:
        """Return everything that can be asked."""
        tracks, log = self.world.tracks, self.world.change_log
        ids = [id_ for id_, _ in self.tracks]
        lines = log.changes(0, limit=1000)
        places = {id_: at for at, id_ in enumerate(self.fingerprints)}

        def fingerprints(found: list[Any]) -> list[Any]:
            return [(places[one.id], self.place(one.track), one.duration, one.packed) for one in found]

        return {
            "fingerprints": fingerprints(tracks.fingerprints(self.fingerprints[::-1])),
            "of duration": fingerprints(tracks.fingerprints(self.fingerprints, shortest=101, longest=101)),
            "fingerprints of": [fingerprints(list(found)) for found in tracks.fingerprints_of(ids[::-1])],
            "most submitted": [fingerprints(list(found)) for found in tracks.fingerprints_of(ids, limit=1)],
            "durations": tracks.durations(ids),
            "tracks": self.place(tracks.tracks([gid.upper() for _, gid in self.tracks])),
            "links": self.place(tracks.links(ids)),
            "tracks with": self.place(tracks.tracks_with(MBIDS)),
            "first links": self.place(tracks.links(ids, limit=1)),
            "first tracks": self.place(tracks.tracks_with(MBIDS, limit=1)),
            "metadata": tracks.metadata(ids, limit=2),
            "lines": [(places[line.fingerprint], line.packed) for line in lines],
            "last line": log.last() == (lines[-1].id if lines else 0),
            "some lines": not lines or log.changes(lines[0].id, limit=2) == lines[1:3],
            "statuses": self.place(
                [msgspec.structs.astuple(one)[1:] for one in self.world.submissions.statuses(self.submissions) if one]
            ),
            "oldest": [
                None if (id_ := self.world.submissions.oldest_pending(before=before)) is None
                else self.submissions.index(id_)
                for before in (3, 100)
            ],
            "waiting": self.world.submissions.waiting(),
            "totals": sorted(self.world.counts.totals().items()),
            "days": self.world.counts.lookups(range(1, 3000), first=DATES[0], last=DATES[1]),
            "accounts": [(one.name, one.submissions) for one in self.world.clients.accounts()],
            "applications": [one.active for one in self.world.clients.applications()],
        }  # fmt: skip


class Twins(RuleBasedStateMachine):
    """Two stores that are told the same."""

    def __init__(self, world: World) -> None:
        super().__init__()
        world.empty()
        self.sides = [Side(world), Side(World(MemoryIdentification()))]
        self.now = 0

    def both(self, do: Callable[[Side], Any]) -> Any:
        mine, theirs = (do(side) for side in self.sides)
        assert mine == theirs
        return mine

    @rule(said=all_said, plan=steps, spoilt=st.sampled_from([False, False, True]))
    def submit_and_work(self, said: list[NewSubmission], plan: list[Step], spoilt: bool) -> None:  # noqa: FBT001 - drawn
        self.now += 1

        def add(side: Side) -> list[Any]:
            found = side.world.submissions.add(said, now=self.now)
            side.submissions += sorted({one.id for one in found} - set(side.submissions))
            return side.place([(side.submissions.index(one.id), one.state, one.gid, one.reason) for one in found])

        self.both(add)
        for side in self.sides:
            side.run(plan, spoilt=spoilt)

    @rule(said=all_said, plan=steps)
    def submit_and_work_more(self, said: list[NewSubmission], plan: list[Step]) -> None:
        self.submit_and_work(said, plan, spoilt=False)

    @rule(
        what=st.sampled_from(["merge", "disable", "lose words"]),
        place=st.integers(0, 5),
        into=st.integers(1, 5),
        mbid=st.sampled_from([A, B]),
    )
    def meddle(self, what: str, place: int, into: int, mbid: MBID) -> None:
        for side in self.sides:
            ids = [id_ for id_, _ in side.tracks]
            if what == "merge" and place + into < len(ids):
                side.world.merge(ids[place], ids[place + into])
            if what == "disable" and ids:
                side.world.disable(ids[place % len(ids)], mbid)
            if what == "lose words" and side.fingerprints:
                side.world.lose_words(side.fingerprints[place % len(side.fingerprints)])

    @rule(key=st.sampled_from(KEYS), user=st.sampled_from(USERS))
    def add_clients(self, key: bytes, user: str) -> None:
        def add(side: Side) -> list[str]:
            clients = side.world.clients
            return [
                outcome(lambda: clients.add_account(Account(id=0, name=user, user=user), key)),
                outcome(lambda: clients.add_application(Application(id=0, name=user), key)),
            ]

        self.both(add)

    @rule(at=st.integers(0, 3), key=st.sampled_from(KEYS), active=st.booleans())
    def change_clients(self, at: int, key: bytes, active: bool) -> None:  # noqa: FBT001 - drawn
        def change(side: Side) -> list[str]:
            clients = side.world.clients
            ids = [one.id for one in clients.applications()]
            id_ = ids[at] if at < len(ids) else 0
            return [
                outcome(lambda: clients.set_active(id_, active=active)),
                outcome(lambda: clients.set_application_key(id_, key)),
            ]

        self.both(change)

    @rule(at=st.integers(0, 2), hour=st.integers(0, 1), hits=st.integers(0, 3), date=st.sampled_from(DATES))
    def count(self, at: int, hour: int, hits: int, date: str) -> None:
        for side in self.sides:
            ids = [one.id for one in side.world.clients.applications()]
            if at < len(ids):
                side.world.counts.add_lookups([LookupCount(ids[at], date, hour, hits, 1)])

    @invariant()
    def both_answer_the_same(self) -> None:
        mine, theirs = (side.observed() for side in self.sides)
        assert [(name, mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]] == []


def outcome(do: Callable[[], Any]) -> str:
    """Return in a word what became of it."""
    try:
        done = do()
    except Conflict:
        return "conflict"
    return str(done) if isinstance(done, bool) else "done"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_twins_agree(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with opened_world(kind, tmp_path, request) as world:
        run_state_machine_as_test(
            lambda: Twins(world),
            settings=settings(
                max_examples=40 if kind == "sqlite" else 10,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
