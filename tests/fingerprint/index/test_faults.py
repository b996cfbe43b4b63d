"""Whatever fails below an index, what was acknowledged stays, and an answer is right or is none."""

from __future__ import annotations

import pytest

from linernotes.domain.errors import Unavailable
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import make_update
from tests.fingerprint.index.faults import Crash, FaultyDirectory
from tests.fingerprint.index.plain import PlainIndex, check_all, check_state, update_of, words

EXACT = IndexSettings(frequency_cap=0)
ONE_BY_ONE = IndexSettings(frequency_cap=0, flush_postings=1)


def test_a_flush_that_could_not_be_saved_is_covered_by_the_next_manifest_of_a_merge() -> None:
    directory = FaultyDirectory(MemoryDirectory(), only={"replace"})
    index, plain = Index(directory, settings=EXACT), PlainIndex()
    for id_ in (1, 2, 3):
        index.update(update_of([(id_, [id_, 9])]))
        plain.apply([(id_, [id_, 9])])
        if id_ == 1:
            index.flush()
        if id_ == 2:
            directory.fail_at = directory.operations + 1
            with pytest.raises(Unavailable):
                index.flush()
            directory.heal()
    index._upkeep.merge_all()
    assert index.saved_version == 2
    index.close()
    with Index(directory, settings=EXACT) as again:
        check_state(again, plain)
        check_all(again.searcher(), plain)


def test_what_a_killed_process_wrote_and_did_not_sync_is_synced_when_its_log_is_gone_on_in() -> None:
    inner = MemoryDirectory()
    directory = FaultyDirectory(inner, only={"file sync"})
    index = Index(directory)
    index.update(make_update([(1, [1])]))
    directory.crash_at = directory.operations + 1
    with pytest.raises(Crash):
        index.update(make_update([(2, [1])]))
    again = Index(FaultyDirectory(inner, only={"create"}, fail_at=2))  # the first is a log, the second a segment
    assert again.version == 2
    with pytest.raises(Unavailable):
        again.flush()
    assert again.update(make_update([(3, [1])])) == 3
    assert Index(inner.crash()).version == 3


def test_the_name_of_a_log_is_durable_when_a_log_is_gone_on_in() -> None:
    inner = MemoryDirectory()
    with pytest.raises(Crash):
        Index(FaultyDirectory(inner, only={"sync"}, crash_at=1))
    assert Index(inner).update(make_update([(1, [1])])) == 1
    assert Index(inner.crash()).version == 1


def test_an_index_that_is_read_only_or_closed_writes_nothing() -> None:
    inner = MemoryDirectory()
    index = Index(inner, settings=ONE_BY_ONE)
    for id_ in (1, 2, 3):
        index.update(make_update([(id_, [1])]))
    before = {name: inner.read(name) for name in inner.names()}
    index.close()
    for shut in (index, Index(inner, settings=ONE_BY_ONE, read_only=True)):
        for change in (shut.flush, shut.merge, lambda shut=shut: shut.update(make_update([(4, [1])]))):
            with pytest.raises(Unavailable):
                change()
        assert shut.maintain() is False
    assert {name: inner.read(name) for name in inner.names()} == before


def test_an_index_that_cannot_be_opened_leaves_no_file_open(tmp_path) -> None:
    (tmp_path / "stray").write_bytes(b"")
    with pytest.raises(Unavailable):
        Index(FaultyDirectory(FolderDirectory(tmp_path), only={"remove"}, fail_at=1))


def test_more_than_a_hundred_hundredths_leave_the_best_hits_whatever_part_they_are_in() -> None:
    with Index(MemoryDirectory()) as index:
        for id_, hashes in ((1, [1, 2]), (2, [1, 2, 3])):
            index.update(make_update([(id_, hashes)]))
            index.flush()
        assert index.search(words([1, 2, 3]), score_pct=300) == [(2, 3)]


@pytest.mark.parametrize("work", [Index.flush, Index.merge, Index.maintain])
def test_a_log_that_cannot_be_begun_is_said_in_our_words(work) -> None:
    directory = FaultyDirectory(MemoryDirectory())
    with Index(directory, settings=ONE_BY_ONE) as index:
        index.update(make_update([(1, [1])]))
        directory.fail_at = directory.operations + 1
        with pytest.raises(Unavailable):
            work(index)
        work(index)
        assert index.saved_version == 1
