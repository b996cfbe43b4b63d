"""Whatever fails below an index, what was acknowledged stays, and an answer is right or is none."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from linernotes.domain.errors import Corrupt, Unavailable
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.index import Index
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.settings import IndexSettings
from linernotes.fingerprint.index.values import make_update
from tests.fingerprint.index.faults import Crash, FaultyDirectory
from tests.fingerprint.index.plain import Change, PlainIndex, check_all, check_state, update_of, words

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


@pytest.mark.parametrize("work", [Index.flush, Index.merge, Index.maintain])
def test_a_manifest_that_could_not_be_saved_is_saved_by_the_next_upkeep(work) -> None:
    directory = FaultyDirectory(MemoryDirectory(), only={"replace"}, fail_at=1)
    with Index(directory, settings=EXACT) as index:
        index.update(make_update([(1, [1])]))
        with pytest.raises(Unavailable):
            index.flush()
        assert index.saved_version == 0
        work(index)
        assert index.saved_version == 1
        assert not index.maintain()


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
    (tmp_path / "segment-00000001.dead-00000002").write_bytes(b"")
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


def documents_of(step: int) -> list[Change]:
    """What a step changes: a new document, one that is replaced, one that is taken away."""
    return [(step, [step, 1000 + step % 3, 7]), (5, [step, 7]), (6, [step]), (max(1, step - 4), None)]


def work_on(index: Index, plain: PlainIndex) -> list[str]:
    """Commit, flush and merge; return what was refused. What was done is in the plain index."""
    refused = []
    for step in range(10, 22):
        try:
            index.update(update_of(documents_of(step), metadata={"step": str(step)}))
            plain.apply(documents_of(step), {"step": str(step)})
        except Unavailable:
            refused.append("update")
        works = {12: index.flush, 14: index.flush, 16: index.merge, 18: index.maintain, 20: index.merge}
        try:
            works.get(step, lambda: None)()
        except Unavailable:
            refused.append("work")
        check_state(index, plain, range(1, 25))
        check_all(index.searcher(), plain)
    return refused


def operations_of_work() -> int:
    directory = FaultyDirectory(MemoryDirectory())
    with Index(directory, settings=EXACT) as index:
        assert work_on(index, PlainIndex()) == []
    return directory.operations


@pytest.mark.parametrize("late", [False, True], ids=["not done", "done and still failing"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_whatever_operation_fails_the_index_is_right_and_keeps_what_it_acknowledged(
    *, lasting: bool, late: bool
) -> None:
    for number in range(1, operations_of_work() + 1):
        directory = FaultyDirectory(MemoryDirectory(), part=0.6, late=late)
        directory.fail_at, directory.fail_from = (None, number) if lasting else (number, None)
        try:
            index = Index(directory, settings=EXACT)
        except Unavailable:
            assert number <= 3
            continue
        plain = PlainIndex()
        refused = work_on(index, plain)
        # What fails while files are removed that nobody needs refuses nothing, but is said.
        assert refused or not lasting, number
        directory.heal()
        for left in (directory.after_crash(), directory.after_crash(Random(number)), directory.inner):
            with Index(left, settings=EXACT) as again:
                check_again(again, plain, number)
        index.close()


def check_again(index: Index, plain: PlainIndex, number: int) -> None:
    """Fail when what was acknowledged is not there, or what was refused is there twice or in part."""
    tail = index.version - plain.version
    assert tail in {0, 1}, number
    if not tail:
        check_state(index, plain, range(1, 25))
        check_all(index.searcher(), plain)
        return
    # The sync failed, and so did cutting off what had not been synced: it may have come through, as a whole.
    step = int(index.metadata["step"])
    assert step > int(plain.metadata.get("step", 0)), number
    after = plain.after(documents_of(step), {"step": str(step)})
    check_state(index, after, range(1, 25))
    check_all(index.searcher(), after)


@pytest.mark.parametrize("kind", ["write", "file sync", "truncate"])
def test_a_log_that_failed_goes_on_or_says_that_the_index_must_be_opened_again(kind: str) -> None:
    for lasting in (False, True):
        directory = FaultyDirectory(MemoryDirectory(), only={"write", "file sync", "truncate"}, part=0.5)
        index, plain = Index(directory, settings=EXACT), PlainIndex()
        index.update(update_of([(1, [1])]))
        plain.apply([(1, [1])])
        first = directory.operations + (2 if kind == "file sync" else 1)
        directory.fail_at, directory.fail_from = (None, first) if lasting or kind == "truncate" else (first, None)
        with pytest.raises(Unavailable):
            index.update(update_of([(2, [2])]))
        check_all(index.searcher(), plain)
        directory.heal()
        if kind == "write" and not lasting:
            assert index.update(update_of([(3, [3])])) == 2
            plain.apply([(3, [3])])
        else:
            with pytest.raises(Unavailable):
                index.update(update_of([(3, [3])]))
        index.close()
        with Index(directory.after_crash(), settings=EXACT) as again:
            check_state(again, plain, [1, 2, 3])


def made(flushes: int = 2) -> tuple[MemoryDirectory, PlainIndex]:
    """An index with segments, a list of dead documents, and two commits in its log, each synced."""
    directory, plain = MemoryDirectory(), PlainIndex()
    with Index(directory, settings=EXACT) as index:
        for step in range(10, 10 + 3 * flushes):
            index.update(update_of(documents_of(step), metadata={"step": str(step)}))
            plain.apply(documents_of(step), {"step": str(step)})
            if step % 3 == 2:
                index.flush()
        for step in (30, 31):
            index.update(update_of(documents_of(step), metadata={"step": str(step)}))
            plain.apply(documents_of(step), {"step": str(step)})
    return directory, plain


def check_damaged(directory: MemoryDirectory, plain: PlainIndex, *, read_only: bool = True) -> bool:
    """Fail for a wrong answer; return whether there was none at all. An index that found damage stays so."""
    try:
        with Index(directory, settings=EXACT, read_only=read_only) as index:
            check_state(index, plain, range(1, 35))
            for step in range(10, 33):
                query = words([step, 1000 + step % 3, 7])
                try:
                    assert index.search(query, limit=1000, min_score=1, score_pct=0) == plain.search(
                        query.tolist(), min_score=1
                    )
                except Corrupt:
                    return True
            check_all(index.searcher(), plain)
    except Corrupt:
        return True
    return False


def copied(directory: MemoryDirectory, without: str = "") -> MemoryDirectory:
    copy = MemoryDirectory()
    for name in directory.names():
        if name != without:
            copy.replace(name, directory.read(name))
    return copy


def test_a_bit_that_flips_in_any_byte_of_any_file_gives_the_right_answer_or_none() -> None:
    directory, plain = made()
    kinds = {name.split("-")[0] + name[-5:] for name in directory.names()}
    assert len(kinds) >= 3
    assert not check_damaged(copied(directory), plain)
    random = Random(1)
    for name in directory.names():
        size, found = directory.size(name), 0
        # The last batch of a log cannot be told from one that was torn before it was acknowledged.
        places = range(size // 2 - 20 if name.startswith("log") else size)
        for place in places:
            damaged = copied(directory)
            FaultyDirectory(damaged).flip(name, 8 * place + random.randrange(8))
            found += check_damaged(damaged, plain)
        assert found >= 0.2 * len(places), name


def test_a_file_that_is_missing_or_cut_short_is_said() -> None:
    directory, plain = made()
    for name in directory.names():
        assert check_damaged(copied(directory, without=name), plain), name
        if name.startswith("log"):
            continue
        for size in (0, 1, directory.size(name) // 2, directory.size(name) - 1):
            cut = copied(directory)
            cut.replace(name, directory.read(name, 0, size))
            assert check_damaged(cut, plain), (name, size)
        longer = copied(directory)
        longer.replace(name, directory.read(name) + b"\0")
        assert check_damaged(longer, plain), name


def of_many_blocks() -> tuple[MemoryDirectory, PlainIndex]:
    """An index with a segment so large that its parts are verified when they are first used."""
    directory, plain = MemoryDirectory(), PlainIndex()
    changes = [(id_, [id_ * step * 2654435761 % (1 << 32) for step in range(1, 41)]) for id_ in range(1, 2001)]
    with Index(directory, settings=EXACT) as index:
        index.update(update_of(changes))
        plain.apply(changes)
        index.flush()
    return directory, plain


def test_a_flipped_bit_in_a_large_segment_never_makes_a_wrong_answer() -> None:
    directory, plain = of_many_blocks()
    name = next(name for name in directory.names() if name.endswith(".seg"))
    random, refused = Random(2), 0
    assert directory.size(name) > 1 << 18
    for _ in range(60):
        damaged = copied(directory)
        FaultyDirectory(damaged).flip(name, random.randrange(8 * directory.size(name)))
        try:
            with Index(damaged, settings=EXACT, read_only=True) as index:
                for id_ in random.sample(range(1, 2001), 15):
                    query = sorted(plain.documents[id_][1])
                    assert index.search(words(query), limit=1, min_score=1) == [(id_, 40)]
        except Corrupt:
            refused += 1
    assert refused > 20


def maintain(index: Index) -> None:
    while index.maintain():
        pass


def test_damage_that_no_search_has_met_is_found_by_upkeep_and_ends_the_index() -> None:
    directory, _ = of_many_blocks()
    segment = next(name for name in directory.names() if name.endswith(".seg"))
    FaultyDirectory(directory).flip(segment, 8)
    with Index(directory, settings=EXACT) as index:
        with pytest.raises(Corrupt):
            maintain(index)
        for ask in (
            index.searcher,
            lambda: index.search(words([424242])),
            lambda: index.update(update_of([(1, [1])])),
        ):
            with pytest.raises(Corrupt):
                ask()


def test_a_merge_of_a_damaged_segment_is_refused_and_keeps_the_files() -> None:
    directory, _ = of_many_blocks()
    segment = next(name for name in directory.names() if name.endswith(".seg"))
    FaultyDirectory(directory).flip(segment, 8)
    with Index(directory, settings=EXACT) as index:
        index.update(update_of([(1, None)]))
        with pytest.raises(Corrupt):
            index.merge()
    assert segment in directory.names()


def test_reads_that_fail_are_unavailable_and_nothing_is_lost() -> None:
    directory, plain = made()
    for number in range(1, 60):
        faulty = FaultyDirectory(copied(directory), only={"names", "size", "read", "map"}, fail_at=number)
        with suppress(Unavailable), Index(faulty, settings=EXACT) as index:
            check_state(index, plain)
            index.merge()
        faulty.heal()
        with Index(faulty, settings=EXACT) as again:
            check_state(again, plain)
            check_all(again.searcher(), plain)
