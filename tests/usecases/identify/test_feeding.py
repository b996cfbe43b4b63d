"""The index holds what the tables hold, whoever fed it and whenever a process ended."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from linernotes.domain.errors import Conflict, Unavailable
from linernotes.domain.identification import FingerprintChange
from linernotes.fingerprint.packed import pack
from linernotes.fingerprint.query import extract_all, extract_query
from linernotes.fingerprint.values import SILENCE, Words
from linernotes.indexes.memory import MemoryIndex
from linernotes.ports.fingerprints import Change, SearchRules
from linernotes.usecases.identify.feeding import LINES, MOST_BYTES, PHASE, Feeder, Stale
from linernotes.usecases.identify.jobs import LAST
from tests.fingerprint.made_up import track
from tests.usecases.identify.submit_world import World, said

LOTS = SearchRules(limit=10_000, min_score=1, percent=0)


class ListedLog:
    """A change log that a test writes; with gaps between the numbers, as transactions that were undone leave them."""

    def __init__(self, *packed: bytes | None) -> None:
        self.lines = [FingerprintChange(3 * number, number, one) for number, one in enumerate(packed, 1)]
        self.name = "one"

    def source(self) -> str:
        return self.name

    def last(self) -> int:
        return self.lines[-1].id if self.lines else 0

    def mark(self, line: int) -> int | None:
        return next((one.mark for one in self.lines if one.id == line), None)

    def changes(self, after: int, *, limit: int) -> list[FingerprintChange]:
        return [line for line in self.lines if line.id > after][:limit]


class HeardProgress:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def start(self, phase: str, *, total: int, unit: str) -> None:
        self.heard.append(("start", phase, total))

    def advance(self, phase: str, amount: int) -> None:
        self.heard.append(("advance", phase, amount))

    def finish(self, phase: str) -> None:
        self.heard.append(("finish", phase))


class BrokenIndex(MemoryIndex):
    """An index whose commit is lost, or whose answer to a commit is."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = ""

    def apply(
        self, changes: Sequence[Change], *, metadata: Mapping[str, str] = {}, expected_version: int | None = None
    ) -> int:
        if self.broken == "before":
            raise Unavailable
        version = super().apply(changes, metadata=metadata, expected_version=expected_version)
        if self.broken == "after":
            raise Unavailable
        return version


def words_of(number: int) -> Words:
    return track(number, 20)


def feeder_of(log: ListedLog, index: MemoryIndex, *, full: bool = False) -> Feeder:
    return Feeder(log=log, index=lambda: index, full=full)


def test_everything_comes_into_the_index_in_commits_of_a_bounded_size() -> None:
    log, index, progress = ListedLog(*[pack(words_of(1))] * (2 * LINES + 1)), MemoryIndex(), HeardProgress()
    feeder = feeder_of(log, index)
    assert feeder.catch_up(progress) == 2 * LINES + 1
    state = index.state()
    assert (state.version, state.documents) == (3, 2 * LINES + 1)
    assert state.metadata == {"source": "one", "mode": "query", "change": str(3 * (2 * LINES + 1)), "mark": "0"}
    assert progress.heard == [
        ("start", PHASE, 6003),
        ("advance", PHASE, 3000),
        ("advance", PHASE, 3000),
        ("advance", PHASE, 3),
        ("finish", PHASE),
    ]


def test_very_long_fingerprints_come_into_the_index_few_at_a_time() -> None:
    long = bytes(MOST_BYTES // 2 + 1)
    log, index = ListedLog(long, long, pack(words_of(1)), bytes(2 * MOST_BYTES), pack(words_of(2))), MemoryIndex()
    feeder = feeder_of(log, index)
    assert feeder.catch_up() == 5
    assert (index.state().version, index.state().metadata["change"]) == (4, "15")


def test_nothing_new_is_no_commit_and_nobody_hears_of_it() -> None:
    log, index, progress = ListedLog(pack(words_of(1))), MemoryIndex(), HeardProgress()
    feeder = feeder_of(log, index)
    assert feeder.catch_up() == 1
    assert feeder.catch_up(progress) == 0
    assert (index.state().version, progress.heard) == (1, [])
    assert feeder_of(ListedLog(), MemoryIndex()).catch_up() == 0


@pytest.mark.parametrize("full", [False, True])
def test_the_mode_says_which_hashes_are_kept(*, full: bool) -> None:
    words = np.concatenate([track(1, 600), np.full(5, SILENCE, dtype=np.uint32)])
    index = MemoryIndex()
    feeder_of(ListedLog(pack(words)), index, full=full).catch_up()
    expected = (extract_all if full else extract_query)(words).tolist()
    assert index._documents[1].hashes == expected
    assert index.state().metadata["mode"] == ("full" if full else "query")


def test_what_is_gone_is_removed_and_what_changed_is_replaced() -> None:
    log, index = ListedLog(pack(words_of(1)), pack(words_of(2)), pack(words_of(3))), MemoryIndex()
    feeder = feeder_of(log, index)
    feeder.catch_up()
    log.lines += [FingerprintChange(10, 1, None), FingerprintChange(11, 2, pack(words_of(5)))]
    assert feeder.catch_up() == 2
    assert {id_: document.hashes for id_, document in index._documents.items()} == {
        2: extract_query(words_of(5)).tolist(),
        3: extract_query(words_of(3)).tolist(),
    }


def test_one_that_cannot_be_read_keeps_no_other_out() -> None:
    log, index = ListedLog(pack(words_of(1)), b"rubbish", pack(words_of(3))), MemoryIndex()
    feeder = feeder_of(log, index)
    assert feeder.catch_up() == 3
    assert (sorted(index._documents), feeder.unreadable) == ([1, 3], 1)


def test_a_silent_fingerprint_is_a_document_without_hashes() -> None:
    index = MemoryIndex()
    feeder_of(ListedLog(pack(np.full(200, SILENCE, dtype=np.uint32))), index).catch_up()
    assert index._documents[1].hashes == []


@pytest.mark.parametrize("broken", ["before", "after"])
def test_the_next_to_catch_up_goes_on_where_a_commit_failed(broken: str) -> None:
    log, index = ListedLog(*(pack(words_of(number)) for number in range(1, 6))), BrokenIndex()
    index.broken = broken
    with pytest.raises(Unavailable):
        feeder_of(log, index).catch_up()
    index.broken = ""
    assert feeder_of(log, index).catch_up() == (5 if broken == "before" else 0)
    assert sorted(index._documents) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("said_by_index", "message"),
    [
        ({"source": "two", "mode": "query", "change": "3"}, "another database"),
        ({"mode": "query", "change": "3"}, "another database"),
        ({"source": "one", "mode": "full", "change": "3"}, "mode full"),
        ({"source": "one", "change": "3"}, "mode"),
        ({"source": "one", "mode": "query", "change": "99"}, "at change 99"),
        ({"source": "one", "mode": "query"}, "how far"),
        ({"source": "one", "mode": "query", "change": "-1"}, "how far"),
        ({"source": "one", "mode": "query", "change": "x"}, "how far"),
    ],
)
def test_an_index_that_does_not_belong_to_the_tables_is_left_alone(said_by_index: dict[str, str], message: str) -> None:
    log, index = ListedLog(pack(words_of(1))), MemoryIndex()
    index.apply([Change(7, [1])], metadata=said_by_index)
    with pytest.raises(Stale, match=message) as caught:
        feeder_of(log, index).catch_up()
    assert isinstance(caught.value, Conflict)
    assert index.state().version == 1


def test_an_index_that_is_empty_is_taken_and_one_with_foreign_documents_is_not() -> None:
    log, index = ListedLog(pack(words_of(1))), MemoryIndex()
    index.apply([])
    assert feeder_of(log, index).catch_up() == 1
    foreign = MemoryIndex()
    foreign.apply([Change(7, [1])])
    with pytest.raises(Stale):
        feeder_of(log, foreign).catch_up()


def test_a_database_from_a_backup_is_noticed() -> None:
    log, index = ListedLog(*(pack(words_of(number)) for number in range(1, 6))), MemoryIndex()
    feeder = feeder_of(log, index)
    feeder.catch_up()
    del log.lines[3:]
    with pytest.raises(Stale):
        feeder.catch_up()


def test_several_that_feed_at_once_feed_everything_once() -> None:
    log, index = ListedLog(*(pack(words_of(number)) for number in range(1, 4 * LINES))), MemoryIndex()
    fed: list[int] = []
    together = threading.Barrier(4)

    def feed() -> None:
        feeder = feeder_of(log, index)
        together.wait()
        fed.append(feeder.catch_up())

    threads = [threading.Thread(target=feed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fed) == 4 * LINES - 1
    assert index.state().version == 4
    assert index.state().documents == 4 * LINES - 1


def test_an_end_between_the_commit_and_the_feeding_is_made_up_for() -> None:
    world = World()
    index = world.index = BrokenIndex()
    world.add(said(track(1)), said(track(2)))
    index.broken = "before"
    with pytest.raises(Unavailable):
        world.importer.run(1, LAST)
    assert world.kept.submissions.waiting() == 0
    assert index.state().documents == 0
    index.broken = ""
    # The one that is the same comes to the same track: the index is fed before anything is imported.
    world.bring(said(track(1), 2))
    assert world.gids([1]) == world.gids([3])
    assert index.state().documents == 2


def test_a_backup_that_was_restored_and_has_grown_since_is_noticed_although_its_numbers_reach_as_far() -> None:
    index = MemoryIndex()
    log = ListedLog(pack(track(1)), pack(track(2)))
    Feeder(log=log, index=lambda: index, full=False).catch_up()
    # The second line was written after the backup, and another one has its number now.
    log.lines[1:] = [replace(log.lines[1], packed=pack(track(3)), mark=77), FingerprintChange(9, 3, pack(track(4)))]
    with pytest.raises(Stale, match="another change 6"):
        Feeder(log=log, index=lambda: index, full=False).catch_up()


def test_words_that_are_loaded_anew_make_no_index_stale() -> None:
    index = MemoryIndex()
    log = ListedLog(pack(track(1)))
    feeder = Feeder(log=log, index=lambda: index, full=False)
    feeder.catch_up()
    log.lines = [replace(log.lines[0], packed=pack(track(2))), FingerprintChange(6, 1, pack(track(2)), 5)]
    assert feeder.catch_up() == 1
