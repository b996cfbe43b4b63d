"""Importing on the databases that servers use: the same outcome, by several processes' worth of importers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.identification import StoredFingerprint, SubmissionState
from linernotes.queues.sql import SqlQueue
from linernotes.stores.sql import SqlState, open_state
from linernotes.stores.sql.identification.sessions import Turn
from linernotes.usecases.identify.importing import ImportTally
from linernotes.usecases.identify.jobs import LAST
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import World, mbid, said

SONGS = [track(seed, 300) for seed in range(12)]


@pytest.fixture(params=["sqlite", "postgres"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlState]:
    place = request.getfixturevalue("postgres_url") if request.param == "postgres" else tmp_path / "state.sqlite"
    with closing(open_state(place)) as opened:
        yield opened


def world_on(state: SqlState) -> World:
    world = World(kept=state)
    world.queue = SqlQueue(engine=state.engine)  # type: ignore[assignment]
    world.start()
    return world


def test_batches_come_out_as_in_memory(state: SqlState) -> None:
    world = world_on(state)
    takes = [noisy(song, share) for song in SONGS for share in (0, 0.02, 0.08)]
    new = [said(words, number) for number, words in enumerate([*takes, SONGS[0][:60]], 1)]
    tally = world.bring(*new)
    assert tally == World().bring(*new)
    assert tally == ImportTally(imported=36, rejected=1, tracks=12, fingerprints=24)
    assert world.sources() == {mbid(number): 1 for number in range(1, 37)}


def test_one_bad_submission_is_undone_alone(state: SqlState) -> None:
    world = world_on(state)
    world.add(said(SONGS[0], 1), said(SONGS[1], 2, packed=b"\x01\x00\x00\xffrubbish"), said(SONGS[2], 3))
    assert world.importer.run(1, LAST) == ImportTally(imported=2, failed=1, tracks=2, fingerprints=2)
    for _ in range(2):
        world.now += 60_000
        world.work(attempts=3)
    (dead,) = world.jobs()
    assert (dead.state.value, "cannot be read" in dead.reason) == ("dead", True)
    assert [world.status(id_).state for id_ in (1, 2, 3)] == [
        SubmissionState.IMPORTED,
        SubmissionState.PENDING,
        SubmissionState.IMPORTED,
    ]


def test_a_submission_that_is_damaged_stops_no_other(state: SqlState) -> None:
    world = world_on(state)
    world.add(said(SONGS[0], 1), said(SONGS[1], None), said(SONGS[2], 3))
    with state.sessions.writing(Turn.SUBMIT) as session:
        session.tell("UPDATE acoustid_submission SET metadata = ? WHERE id = 2", ('{"track": 5}',))
    assert world.importer.run(1, LAST) == ImportTally(imported=2, failed=1, tracks=2, fingerprints=2)
    assert (world.status(2).state, "cannot be read" in world.status(2).reason) == (SubmissionState.PENDING, True)
    for _ in range(2):
        world.now += 60_000
        world.work(attempts=3)
    (dead,) = world.jobs()
    assert (dead.state.value, "cannot be read" in dead.reason) == ("dead", True)


class FaultyWork:
    """Work in which the first read of fingerprints is a statement that fails."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self._failed = False

    def fingerprints(self, ids: Sequence[int], **bounds: int) -> list[StoredFingerprint]:
        if not self._failed:
            self._failed = True
            self._work._session.ask("SELECT 1 FROM no_such_table")
        return self._work.fingerprints(ids, **bounds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class FaultySubmissions:
    """Submissions whose import is faulty work."""

    def __init__(self, state: SqlState) -> None:
        self._kept = state.submissions

    @contextmanager
    def work(self) -> Iterator[Any]:
        with self._kept.work() as work:
            yield FaultyWork(work)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)


def test_a_read_that_fails_is_the_failure_of_one_submission(state: SqlState) -> None:
    world = world_on(state)
    world.bring(*(said(song, number) for number, song in enumerate(SONGS[:3], 1)))
    world.start(submissions=FaultySubmissions(state))
    tally = world.bring(*(said(noisy(song, 0.02), number) for number, song in enumerate(SONGS[:3], 4)))
    assert tally == ImportTally(imported=2, failed=1)
    assert "no_such_table" in world.status(4).reason
    world.start()
    world.now += 60_000
    world.work(attempts=3)
    assert world.gids([4, 5, 6]) == world.gids([1, 2, 3])


def test_importers_that_work_at_once_import_everything_once(state: SqlState) -> None:
    worlds = [world_on(state) for _ in range(3)]
    takes = [noisy(song, 0.01 * number, number) for number in range(10) for song in SONGS]
    worlds[0].add(*(said(words, number) for number, words in enumerate(takes, 1)))
    for world in worlds:
        world.index = worlds[0].index
    tallies: list[ImportTally] = []
    threads = [
        threading.Thread(target=lambda world=world: tallies.append(world.importer.run(1, LAST))) for world in worlds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tally.imported for tally in tallies) == len(takes)
    assert set(worlds[0].sources().values()) == {1}
    assert sum(tally.tracks for tally in tallies) == len(SONGS)
    assert worlds[0].index.state().documents == len(worlds[0].stored())


@pytest.mark.parametrize("pages", [4, 12, 20, 28])
def test_what_is_marked_as_imported_while_the_disk_is_full_is_there(tmp_path: Path, pages: int) -> None:
    with closing(open_state(tmp_path / "state.sqlite")) as state:
        world = World(kept=state)
        ids = world.add(
            *(said(song, number) for number, song in enumerate(SONGS[:5], 1)),
            said(track(50, 30_000), 6),
            *(said(song, number) for number, song in enumerate(SONGS[:5], 7)),
        )
        # The connection that writes next is this one.
        (size,) = state.sessions.read(lambda session: session.ask("PRAGMA page_count"))[0]
        state.sessions.read(lambda session: session.ask(f"PRAGMA max_page_count = {size + pages}"))
        with suppress(Unavailable):
            world.importer.run(1, LAST)
        done = [id_ for id_ in ids if world.status(id_).state is SubmissionState.IMPORTED]
        assert None not in world.gids(done)
        assert state.counts.totals()["track_mbid"] == sum(world.sources().values()) == len(done)
        state.sessions.read(lambda session: session.ask("PRAGMA max_page_count = 1000000"))
        world.importer.run(1, LAST)
        world.now += 60_000
        world.work(attempts=3)
        assert None not in world.gids(ids)
        assert world.sources() == {mbid(number): 1 for number in range(1, 12)}
