"""Threads that search, write and merge at the same time each see one version of the index, and writers share syncs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linernotes.domain.errors import LinernotesError
from linernotes.fingerprint.index.directory import Directory, Output
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.searcher import Searcher
from linernotes.fingerprint.index.settings import IndexSettings
from tests.fingerprint.index.plain import Change, PlainIndex, check_state, update_of, words

COMMITS = 100
IDS = 40


class CountingDirectory(MemoryDirectory):
    """Counts the syncs of files, and lets the first one wait until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.syncs = 0
        self.begun, self.go = threading.Event(), threading.Event()

    def create(self, name: str) -> Output:
        return _CountingOutput(self, super().create(name))


class _CountingOutput:
    def __init__(self, directory: CountingDirectory, inner: Output) -> None:
        self._directory = directory
        self.write, self.truncate, self.close = inner.write, inner.truncate, inner.close
        self._inner = inner

    def sync(self) -> None:
        self._directory.syncs += 1
        self._directory.begun.set()
        assert self._directory.go.wait(60)
        self._inner.sync()


@contextmanager
def threads(*works: Callable[[], object]) -> Iterator[None]:
    """Run each in a thread, and fail if one of them does."""
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as exc:  # noqa: BLE001 - it is raised in the thread of the test
            failures.append(exc)

    started = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in started:
        thread.start()
    try:
        yield
    finally:
        for thread in started:
            thread.join()
    if failures:
        raise failures[0]


def hashes_at(version: int) -> list[int]:
    """What every document that a commit inserts has: its version's own hash, one of a few, and one of all."""
    return [version << 8, version % 5, 7]


@pytest.fixture(params=["memory", "folder"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Directory:
    return MemoryDirectory() if request.param == "memory" else FolderDirectory(tmp_path)


class Race:
    """A writer, a merger and searchers of one index. Each commit replaces three documents and takes one away."""

    def __init__(self, index: Index, *, exact: bool) -> None:
        self.index = index
        self.exact = exact
        self.done = threading.Event()
        self.seen: set[int] = set()
        self.states = [PlainIndex()]
        for version in range(1, COMMITS + 1):
            self.states.append(self.states[-1].after(self.changes(version)))

    def changes(self, version: int) -> list[Change]:
        changed = [(1 + (version + step) % IDS, hashes_at(version)) for step in (0, 11, 23)]
        return [*changed, (1 + (version + 31) % IDS, None)]

    def write(self) -> None:
        try:
            for version in range(1, COMMITS + 1):
                assert self.index.update(update_of(self.changes(version))) == version
        finally:
            self.done.set()

    def keep(self) -> None:
        turn = 0
        while not self.done.is_set():
            turn += 1
            if turn % 7 == 0:
                self.index.merge()
            while self.index.maintain():
                pass

    def search(self) -> None:
        old, turn = self.index.searcher(), 0
        while not self.done.is_set():
            searcher = self.index.searcher()
            self.check(searcher)
            self.check(old)
            turn += 1
            if turn % 10 == 0:
                old = searcher
            self.seen.add(searcher.version)

    def read_beside(self) -> None:
        """Open the files of a snapshot, and those of the index itself as another process does."""
        while not self.done.is_set():
            with self.index.snapshot() as snapshot:
                copy = MemoryDirectory()
                for file in snapshot.files:
                    copy.replace(file.name, bytes(file.data))
                copy.replace("manifest", snapshot.manifest)
            for directory, least in ((copy, snapshot.version), (self.index._directory, self.index.version)):
                with Index(directory, settings=IndexSettings(frequency_cap=0), read_only=True) as beside:
                    assert beside.version >= least
                    check_state(beside, self.states[beside.version], range(1, IDS + 1))

    def check(self, searcher: Searcher) -> None:
        """Fail when a searcher finds anything that is not of its version."""
        plain = self.states[searcher.version]
        for query in ([7], [searcher.version << 8, searcher.version % 5], [0, 1, 2, 3, 4]):
            right = plain.search(query, min_score=1, limit=IDS)
            found = searcher.search(words(query), limit=IDS, min_score=1, score_pct=0)
            assert found[:1] == right[:1]
            assert not self.exact or found == right


@pytest.mark.slow
@pytest.mark.parametrize("cap", [0, 3])
def test_searches_see_one_version_while_others_write_flush_and_merge(directory: Directory, cap: int) -> None:
    settings = IndexSettings(flush_postings=40, flush_seconds=0, frequency_cap=cap)
    with Index(directory, settings=settings) as index:
        race = Race(index, exact=not cap)
        with threads(race.write, race.keep, race.search, race.read_beside):
            pass
        assert len(race.seen) > 3
        check_state(index, race.states[-1], range(1, IDS + 1))
    with Index(directory) as again:
        check_state(again, race.states[-1], range(1, IDS + 1))


def test_updates_that_come_during_a_sync_share_the_next_one() -> None:
    directory = CountingDirectory()
    with Index(directory) as index:
        versions: list[int] = []

        def update(number: int) -> None:
            versions.append(index.update(update_of([(number, [number])])))

        with threads(lambda: update(1)):
            assert directory.begun.wait(60)
            with threads(*(lambda number=number: update(number) for number in range(2, 12))):
                while len(index._waiting) < 10:
                    done = threading.Event()
                    done.wait(0.001)
                directory.go.set()
        assert sorted(versions) == list(range(1, 12))
        assert directory.syncs == 2
        assert [index.document_version(number) is not None for number in range(1, 12)] == [True] * 11


@pytest.mark.parametrize("flush_postings", [1, 300, 100_000])
def test_many_writers_get_versions_of_their_own_and_lose_nothing(directory: Directory, flush_postings: int) -> None:
    got: dict[int, tuple[int, list[int]]] = {}
    lock = threading.Lock()
    done = threading.Event()

    def write(index: Index, writer: int) -> None:
        for number in range(60):
            id_ = 1 + (writer * 60 + number) % 100
            hashes = [writer * 1000 + number, 5]
            version = index.update(update_of([(id_, hashes)]))
            with lock:
                assert version not in got
                got[version] = (id_, hashes)

    def keep(index: Index) -> None:
        while not done.is_set():
            if not index.maintain():
                done.wait(0.001)

    with Index(directory, settings=IndexSettings(flush_postings=flush_postings, frequency_cap=0)) as index:
        with threads(lambda: keep(index)):
            try:
                with threads(*(lambda writer=writer: write(index, writer) for writer in range(5))):
                    pass
            finally:
                done.set()
        plain = PlainIndex()
        for version in range(1, len(got) + 1):
            id_, hashes = got[version]
            plain.apply([(id_, hashes)])
        check_state(index, plain)
        assert index.search(words([5]), limit=1000, min_score=1) == plain.search([5], min_score=1)
    with Index(directory) as again:
        check_state(again, plain)


def test_closing_while_others_work_ends_in_our_errors_only(directory: Directory) -> None:
    index = Index(directory, settings=IndexSettings(flush_postings=20))
    written: list[int] = []

    def until_closed(work: Callable[[], object]) -> None:
        try:
            while not index._closed:
                work()
        except LinernotesError:
            pass

    with threads(
        lambda: until_closed(lambda: written.append(index.update(update_of([(1 + len(written) % 50, [7])])))),
        lambda: until_closed(index.maintain),
        lambda: until_closed(lambda: index.search(words([7]))),
    ):
        while len(written) < 50:
            threading.Event().wait(0.001)
        index.close()
    with Index(directory) as again:
        assert again.version == len(written)
