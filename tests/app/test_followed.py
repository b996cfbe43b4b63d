"""The index that follows the change log: opened, made anew when it is not this database's, and let go of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from linernotes.app.followed import FolderPlace, FollowedIndex
from linernotes.domain.errors import Conflict, Unavailable
from linernotes.domain.identification import FingerprintChange, NewSubmission
from linernotes.fingerprint.index.indexes import Indexes
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import Words, as_words
from linernotes.ports.identification import ChangeLog
from linernotes.stores.memory.identification import MemoryIdentification

NAME = "acoustid"


def words(seed: int) -> Words:
    return as_words([(seed * 1_000_003 + number * 2_654_435_761) % (1 << 32) for number in range(400)])


class Library:
    """Fingerprints in memory, and an index of them in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = MemoryIdentification()

    def add(self, seed: int) -> None:
        """Import a fingerprint as a track of its own."""
        said = NewSubmission(account=1, application=1, packed=pack(words(seed)), duration=100, foreign_id=f"a:{seed}")
        self.tables.submissions.add([said], now=1)
        with self.tables.submissions.work() as work:
            (submission,) = work.pending(limit=1)
            track = work.new_track(now=1)
            fingerprint = work.new_fingerprint(submission, track.id, now=1)
            work.imported(submission, fingerprint=fingerprint, track=track.id, now=1)

    def followed(self, change_log: ChangeLog | None = None, *, full: bool = False) -> FollowedIndex:
        place = FolderPlace(folder=self.folder, name=NAME)
        return FollowedIndex(place=place, change_log=change_log or self.tables.change_log, full=full)


def finds(index: FollowedIndex, seed: int) -> bool:
    return bool(index.current().search(extract_query(words(seed)).tolist()))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "fingerprints")


@pytest.fixture
def followed(library: Library) -> Iterator[FollowedIndex]:
    library.add(1)
    index = library.followed()
    index.open()
    yield index
    index.close()


def test_an_index_that_is_opened_knows_what_the_log_says(followed: FollowedIndex) -> None:
    assert finds(followed, 1)
    assert not finds(followed, 2)


def test_it_follows_what_is_written_later(library: Library, followed: FollowedIndex) -> None:
    library.add(2)
    assert followed.follow() == 1
    assert finds(followed, 2)


def test_until_it_is_open_and_after_it_is_closed_there_is_none(library: Library) -> None:
    index = library.followed()
    with pytest.raises(Unavailable, match="being opened"):
        index.current()
    index.open()
    index.close()
    with pytest.raises(Unavailable, match="closed"):
        index.current()
    with pytest.raises(Unavailable, match="closed"):
        index.open()


class EndlessLog:
    """A change log that always has one more line."""

    def __init__(self) -> None:
        self.seen = 0
        self.long = threading.Event()

    def source(self) -> str:
        return "endless"

    def last(self) -> int:
        return 1 << 40

    def mark(self, line: int) -> int | None:
        return 0

    def changes(self, after: int, *, limit: int) -> list[FingerprintChange]:
        self.seen += 1
        if self.seen > 3:
            self.long.set()
        return [FingerprintChange(after + 1, after + 1, pack(words(after)))]


def test_closing_does_not_wait_until_all_is_fed(library: Library) -> None:
    log = EndlessLog()
    index = library.followed(log)
    faults: list[Exception] = []

    def feed() -> None:
        try:
            index.open()
        except Unavailable as error:
            faults.append(error)

    feeding = threading.Thread(target=feed)
    feeding.start()
    assert log.long.wait(60)
    index.close()
    feeding.join()
    assert [str(fault) for fault in faults] == ["the fingerprint index is closed"]
    after = library.followed()
    after.open()
    after.close()


def test_a_second_process_is_refused_and_takes_over_when_the_first_is_gone(library: Library) -> None:
    first, second = library.followed(), library.followed()
    first.open()
    with pytest.raises(Conflict):
        second.open()
    first.close()
    second.open()
    second.close()


def test_the_index_of_another_database_is_made_anew(library: Library, followed: FollowedIndex) -> None:
    followed.close()
    other = Library(library.folder)
    other.add(2)
    index = other.followed()
    index.open()
    assert finds(index, 2)
    assert not finds(index, 1)
    index.close()


def test_another_mode_makes_the_index_anew(library: Library, followed: FollowedIndex) -> None:
    followed.close()
    index = library.followed(full=True)
    index.open()
    assert index.current().search((words(1)[300:380] & 0xFFFFFFF0).tolist())
    index.close()


def test_a_database_that_is_restored_under_a_running_process_makes_the_index_anew(
    library: Library, followed: FollowedIndex
) -> None:
    other = Library(library.folder)
    other.add(3)
    library.tables.change_log = other.tables.change_log
    followed.feeder = type(followed.feeder)(log=other.tables.change_log, index=followed.current, full=False)
    followed._log = other.tables.change_log
    followed.follow()
    assert finds(followed, 3)
    assert not finds(followed, 1)


def test_a_lost_index_is_made_anew_at_the_next_start(library: Library, followed: FollowedIndex) -> None:
    followed.close()
    with Indexes.open(library.folder) as indexes:
        indexes.delete(NAME)
    index = library.followed()
    index.open()
    assert finds(index, 1)
    index.close()


def test_beside_requests_it_opens_follows_and_ends(library: Library) -> None:
    async def live() -> bool:
        index = library.followed()
        running = asyncio.ensure_future(index.run())
        await asyncio.wait_for(index.ready.wait(), 60)
        found = finds(index, 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.to_thread(index.close)
        return found

    library.add(1)
    assert asyncio.run(live())
