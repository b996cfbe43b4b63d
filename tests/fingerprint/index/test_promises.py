"""What an index promises at its edges: snapshots, views, metadata, limits, closing."""

from __future__ import annotations

import threading
from contextlib import suppress

import numpy as np
import pytest

from linernotes.domain.errors import Invalid, Unavailable
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.snapshot import Snapshot
from linernotes.fingerprint.index.values import make_update

MANUAL = IndexSettings(flush_seconds=0)


def words(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.uint32)


def restored(snapshot: Snapshot) -> Index:
    directory = MemoryDirectory()
    for file in snapshot.files:
        output = directory.create(file.name)
        output.write(file.data)
        output.close()
    directory.replace("manifest", snapshot.manifest)
    return Index(directory, read_only=True)


@pytest.mark.parametrize("merged", [False, True])
def test_a_snapshot_is_of_one_version_although_later_commits_changed_what_it_holds(merged):
    with Index(MemoryDirectory(), settings=MANUAL) as index:
        index.update(make_update([(1, [1, 2]), (2, [1, 3])], metadata={"position": "1"}))
        index.flush()
        index.update(make_update([(3, [1, 4])], metadata={"position": "2"}))
        index.flush()
        index.update(make_update([(1, [9])], [2], metadata={"position": "3"}))
        if merged:
            index._upkeep.merge_all()
        with index.snapshot() as snapshot, restored(snapshot) as copy:
            assert copy.version == snapshot.version == 2
            assert copy.metadata == {"position": "2"}
            assert [hit.id for hit in copy.search(words(1))] == [1, 2, 3]
        assert [hit.id for hit in index.search(words(1))] == [3]
        index.merge()
        with index.snapshot() as snapshot, restored(snapshot) as copy:
            assert copy.metadata == {"position": "3"}
            assert [hit.id for hit in copy.search(words(1, 9))] == [1, 3]
            assert copy.stats().documents == 2


def test_a_search_after_many_at_once_has_its_own_floor():
    with Index(MemoryDirectory()) as index:
        index.update(make_update([(1, [1]), (2, [1, 2, 3])]))
        searcher = index.searcher()
        searcher.search_all([words(1, 2, 3)], min_score=3)
        assert [hit.id for hit in searcher.search(words(1, 2, 3), min_score=0, score_pct=0)] == [2, 1]


def test_a_commit_that_could_not_be_made_visible_is_the_last_until_the_index_is_opened_anew(monkeypatch):
    directory = MemoryDirectory()
    index = Index(directory)
    index.update(make_update([(1, [1])]))

    def fail(commits: object) -> None:
        raise MemoryError

    monkeypatch.setattr(index._parts, "apply", fail)
    for _ in range(2):
        with pytest.raises(Unavailable):
            index.update(make_update([(2, [1])]))
        monkeypatch.undo()
    index.close()
    with Index(directory) as again:
        assert again.version == 2
        assert again.update(make_update([(3, [1])])) == 3


def test_metadata_that_would_be_too_much_or_are_no_text_are_refused_and_the_others_in_the_batch_are_not():
    with Index(MemoryDirectory()) as index:
        outcomes = index.update_all(
            [
                make_update(metadata={"a": "x" * 3_000_000}),
                make_update(metadata={"b": "x" * 3_000_000}),
                make_update(metadata={"c": "\ud800"}),
                make_update([(7, [7])], metadata={"d": "1"}),
            ]
        )
        assert [type(outcome) for outcome in outcomes] == [int, Invalid, Invalid, int]
        assert set(index.metadata) == {"a", "d"}
        index.flush()


def test_when_close_returns_nothing_is_written_any_more():
    directory = MemoryDirectory()
    index = Index(directory, settings=IndexSettings(flush_postings=2000, flush_seconds=0))
    random = np.random.default_rng(1)
    for first in range(0, 20_000, 500):
        index.update(
            make_update([(first + i, random.integers(0, 1 << 32, 40, dtype=np.uint32)) for i in range(1, 501)])
        )

    def merge() -> None:
        with suppress(Unavailable):
            index.merge()

    merging = threading.Thread(target=merge)
    merging.start()
    index.close()
    before = {name: directory.size(name) for name in directory.names()}
    merging.join()
    assert {name: directory.size(name) for name in directory.names()} == before
    with Index(directory) as again:
        assert again.stats().documents == 20_000


def test_files_that_are_not_the_indexs_own_are_left_alone():
    directory = MemoryDirectory()
    directory.replace("lost-ids.txt", b"1\n")
    directory.replace("segment-00000001.seg.damaged", b"x")
    with Index(directory) as index:
        index.update(make_update([(1, [1])]))
        index.flush()
        assert {"lost-ids.txt", "segment-00000001.seg.damaged"} <= set(directory.names())


def test_any_array_of_words_may_be_asked_with():
    with Index(MemoryDirectory()) as index:
        index.update(make_update([(1, [1, 2, 3])]))
        query = words(1, 9, 2, 9, 3, 9)
        query.setflags(write=False)
        assert index.search(query[::2]) == index.search(query) == [(1, 3)]


def test_a_limit_is_zero_or_more_and_may_be_enormous():
    with Index(MemoryDirectory()) as index:
        index.update(make_update([(1, [1])]))
        assert index.search(words(1), limit=0) == []
        assert index.search(words(1), limit=(1 << 32) - 1) == [(1, 1)]
        with pytest.raises(Invalid):
            index.search(words(1), limit=-1)


def test_an_old_buffer_is_flushed_by_the_age_of_its_first_commit_and_not_its_own(monkeypatch):
    with Index(MemoryDirectory(), settings=IndexSettings(flush_seconds=3600)) as index:
        monkeypatch.setattr(index._parts.buffer, "begun", -1e9)
        index.update(make_update([(1, [1])]))
        index.maintain()
        assert index.saved_version == 0


def test_dead_documents_that_logs_still_hold_up_do_not_make_merging_go_on_for_ever():
    with Index(MemoryDirectory(), settings=IndexSettings(flush_seconds=0, idle_seconds=0)) as index:
        index.update(make_update([(id_, [id_]) for id_ in range(1, 4001)]))
        index.flush()
        index.update(make_update(deletes=range(1, 4001)))
        assert sum(1 for _ in iter(index.maintain, False)) < 5
        index.flush()
        while index.maintain():
            pass
        assert index.stats().documents == index.stats().segments == 0
