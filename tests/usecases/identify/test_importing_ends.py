"""Processes that are killed: what was acknowledged is there, is imported exactly once, and the index learns of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from linernotes.domain.identification import SubmissionState
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.packed import unpack
from linernotes.fingerprint.query import extract_query
from linernotes.indexes.embedded import EmbeddedIndex
from linernotes.queues.sql import SqlQueue
from linernotes.stores.sql import open_state
from linernotes.usecases.identify.jobs import LAST
from tests.fingerprint.made_up import track
from tests.usecases.identify.submit_world import World, said

WORK = """
import asyncio, sys
from pathlib import Path
from tests.usecases.identify.test_importing_ends import Home
from linernotes.usecases.identify.jobs import read_span
from linernotes.usecases.identify.submitting import Submitting
from tests.fingerprint.made_up import noisy, track
from tests.usecases.identify.submit_world import NOON, said

async def work(world):
    submitting = Submitting(
        submissions=world.kept.submissions, queue=world.queue, offload=asyncio.to_thread, now=lambda: NOON
    )
    for number in range(int(sys.argv[2]), 100_000):
        song = track(number // 2, 300)
        statuses = await submitting.submit([said(song if number % 2 else noisy(song, 0.02), number)])
        print(*(status.id for status in statuses), flush=True)
        if number % 7 == 0:
            await asyncio.to_thread(world.work, attempts=1)

with Home(Path(sys.argv[1])).opened() as world:
    asyncio.run(work(world))
"""


class Home:
    """A folder with a database and an index, as a server has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def opened(self) -> Iterator[World]:
        (self.folder / "index").mkdir(exist_ok=True)
        with closing(open_state(self.folder / "state.sqlite")) as state, self.index() as index:
            world = World(kept=state)
            world.index = EmbeddedIndex(index=index)
            world.queue = SqlQueue(engine=state.engine)  # type: ignore[assignment]
            world.start()
            yield world

    def index(self) -> Index:
        return Index.open(FolderDirectory(self.folder / "index"))

    def killed_while_working(self, first: int, acknowledged: int) -> int:
        """Begin to submit and import, and kill the process after some acknowledgements; return the last id of them."""
        words = [sys.executable, "-c", WORK, str(self.folder), str(first)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            last = [int(process.stdout.readline()) for _ in range(acknowledged)][-1]
            process.send_signal(signal.SIGKILL)
        return last


def agrees(world: World) -> None:
    """Check that the index holds exactly what the tables hold."""
    stored = world.stored()
    assert world.index.state().documents == len(stored)
    for one in stored.values():
        hits = world.index.search(extract_query(unpack(one.packed)).tolist())
        assert one.id in [hit.id for hit in hits]


@pytest.mark.slow
def test_nothing_is_lost_or_counted_twice_by_processes_that_are_killed(tmp_path: Path) -> None:
    home, last, first = Home(tmp_path), 0, 0
    for acknowledged in (5, 23, 40):
        first = 2 * (1 + (last + 1) // 2)
        last = max(last, home.killed_while_working(first, acknowledged))
    with home.opened() as world:
        ids = range(1, last + 1)
        assert {world.status(id_).state for id_ in ids} <= {SubmissionState.IMPORTED, SubmissionState.PENDING}
        world.importer.run(1, LAST)
        assert world.kept.submissions.waiting() == 0
        assert {world.status(id_).state for id_ in ids} == {SubmissionState.IMPORTED}
        everything = world.kept.submissions.statuses(range(1, last + 100))
        assert sum(world.sources().values()) == sum(one is not None for one in everything)
        assert set(world.sources().values()) == {1}
        agrees(world)


def test_an_index_that_was_lost_is_made_again_from_the_tables(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.opened() as world:
        world.bring(*(said(track(number, 300), number) for number in range(1, 6)))
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    with home.opened() as world:
        assert world.feeder.catch_up() == 5
        agrees(world)
