"""The log gives back what was written whole, cuts what a crash tore, and does not pass over other damage."""

from __future__ import annotations

import errno
import struct
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Corrupt, Invalid
from linernotes.fingerprint.index import records
from linernotes.fingerprint.index.folder import FolderDirectory
from linernotes.fingerprint.index.log import LogWriter, replay
from linernotes.fingerprint.index.memory import MemoryDirectory
from linernotes.fingerprint.index.values import Update, make_update
from tests.fingerprint.index.faults import Crash, FaultyDirectory

LOG = "log"
Plain = tuple[list[int], list[int], list[int], list[bool], dict[str, str]]

words = st.lists(st.integers(0, (1 << 32) - 1), max_size=5)
updates = st.builds(
    make_update,
    st.lists(st.tuples(st.integers(1, (1 << 32) - 1), words), max_size=3),
    st.lists(st.integers(1, (1 << 32) - 1), max_size=2),
    metadata=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
batches = st.lists(st.lists(updates, min_size=1, max_size=3), max_size=4)


def plain(update: Update) -> Plain:
    """An update as lists, which can be compared."""
    columns = (update.ids, update.ends, update.hashes, update.removed)
    return (*(column.tolist() for column in columns), dict(update.metadata))


def numbered(batches: Sequence[Sequence[Update]]) -> list[list[tuple[int, Update]]]:
    versions = iter(range(1, 1000))
    return [[(next(versions), update) for update in batch] for batch in batches]


def write(directory, batches: Sequence[Sequence[Update]]) -> None:
    writer = LogWriter(directory, LOG)
    for batch in numbered(batches):
        writer.append(batch)
    writer.close()


def commits(directory) -> list[tuple[int, Plain]]:
    return [(version, plain(update)) for version, update in replay(directory, LOG).commits]


def expected(batches: Sequence[Sequence[Update]]) -> list[tuple[int, Plain]]:
    return [(version, plain(update)) for batch in numbered(batches) for version, update in batch]


def holding(data: bytes) -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.replace(LOG, data)
    return directory


def one(number: int) -> Update:
    return make_update([(number, [number] * 4)])


def framed(payload: bytes) -> bytes:
    """A record whose checksum is right, whatever is in it."""
    return struct.pack("<4sIQ", records.MAGIC, len(payload), xxhash.xxh3_64_intdigest(payload)) + payload


@given(batches)
def test_what_is_appended_is_replayed_also_after_a_loss_of_power(batches: list[list[Update]]):
    directory = MemoryDirectory()
    write(directory, batches)
    assert commits(directory) == commits(directory.crash()) == expected(batches)
    assert replay(directory, LOG)[1:] == (directory.size(LOG), False)


def test_a_log_in_a_folder_is_the_same(tmp_path: Path):
    batches = [[one(1), one(2)], [make_update(deletes=[1], metadata={"a": "b"})]]
    write(FolderDirectory(tmp_path), batches)
    write(memory := MemoryDirectory(), batches)
    assert commits(FolderDirectory(tmp_path)) == expected(batches)
    assert (tmp_path / LOG).read_bytes() == memory.read(LOG)


def test_a_batch_costs_one_write_and_one_sync():
    directory = FaultyDirectory(MemoryDirectory())
    writer = LogWriter(directory, LOG)
    before = directory.operations
    writer.append([(number, one(number)) for number in range(1, 33)])
    writer.append([])
    assert directory.operations - before == 2
    assert writer.size == directory.size(LOG)


def test_what_is_replayed_can_be_changed_and_keeps_nothing_of_the_file():
    directory = MemoryDirectory()
    write(directory, [[one(1)]])
    (_, update), *_ = replay(directory, LOG).commits
    update.hashes[0] = 7
    assert commits(directory) == expected([[one(1)]])


@given(batches, st.data())
def test_every_beginning_of_a_log_replays_to_a_beginning_of_its_commits(batches: list[list[Update]], data):
    write(directory := MemoryDirectory(), batches)
    whole = directory.read(LOG)
    cut = data.draw(st.integers(0, len(whole)))
    found = replay(holding(whole[:cut]), LOG)
    everything = replay(directory, LOG)
    assert [version for version, _ in found.commits] == list(range(1, len(found.commits) + 1))
    assert len(found.commits) <= len(everything.commits)
    assert found.torn == (found.good_end < cut)
    assert commits(holding(whole[:cut])) == expected(batches)[: len(found.commits)]


@given(batches, st.integers(1, 5000))
def test_zeros_after_the_last_record_are_a_torn_tail(batches: list[list[Update]], zeros: int):
    write(directory := MemoryDirectory(), batches)
    whole = directory.read(LOG)
    found = replay(holding(whole + bytes(zeros)), LOG)
    assert (len(found.commits), found.good_end, found.torn) == (len(expected(batches)), len(whole), True)


@given(st.lists(st.lists(updates, min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_a_flipped_bit_is_a_torn_batch_at_the_end_and_damage_before_it(batches: list[list[Update]], data):
    write(directory := MemoryDirectory(), batches)
    whole = directory.read(LOG)
    write(earlier := MemoryDirectory(), batches[:-1])
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    FaultyDirectory(directory).flip(LOG, bit)
    if bit // 8 >= earlier.size(LOG):
        found = replay(directory, LOG)
        assert found.torn
        assert len(found.commits) >= len(expected(batches[:-1]))
        assert commits(directory) == expected(batches)[: len(found.commits)]
    else:
        with pytest.raises(Corrupt, match=LOG) as raised:
            replay(directory, LOG)
        assert "linernotes index repair" in raised.value.hint


def test_damage_is_named_by_its_offset():
    write(directory := MemoryDirectory(), [[one(1)], [one(2)], [one(3)]])
    length = directory.size(LOG) // 3
    FaultyDirectory(directory).flip(LOG, (length + 40) * 8)
    with pytest.raises(Corrupt, match=f"at byte {length}:"):
        replay(directory, LOG)


def test_the_second_half_of_a_batch_that_was_never_synced_is_no_proof_of_damage():
    write(directory := MemoryDirectory(), [[one(1)], [one(2), one(3)]])
    length = directory.size(LOG) // 3
    data = directory.read(LOG)
    found = replay(holding(data[:length] + bytes(length) + data[2 * length :]), LOG)
    assert ([version for version, _ in found.commits], found.good_end, found.torn) == ([1], length, True)


def test_the_magic_of_a_record_among_the_hashes_of_a_torn_one_misleads_nobody():
    magic = int.from_bytes(records.MAGIC, "little")
    write(directory := MemoryDirectory(), [[make_update([(1, [magic, 60] * 500)])]])
    assert replay(holding(directory.read(LOG)[:-1]), LOG) == ([], 0, True)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_commits_or_damage(content: bytes, right_checksum):
    data = framed(content) + framed(content) if right_checksum else content
    with suppress(Corrupt):
        assert replay(holding(data), LOG).good_end <= len(data)


@given(
    st.integers(0, 3),
    st.integers(0, 4),
    st.integers(0, 8),
    st.lists(st.integers(0, 3), max_size=12),
    st.binary(max_size=8),
)
def test_a_record_with_a_right_checksum_is_sound_or_damage(changes, hashes, metadata, columns, rest):
    head = struct.pack("<QQIII4x", 1, 0, changes, hashes, metadata)
    payload = head + np.array(columns, dtype="<u4").tobytes() + rest
    with suppress(Corrupt):
        for _, update in replay(holding(framed(payload)), LOG).commits:
            ends = [0, *update.ends.tolist()]
            assert ends == sorted(ends)
            assert ends[-1] == update.hashes.size
            assert update.ids.all()


@pytest.mark.parametrize(
    ("changes", "hashes", "rest", "what"),
    [
        (0, 1, [5], "no document"),
        (1, 1, [0, 1, 5], "id 0"),
        (2, 1, [1, 2, 4, 1, 5], "do not fit"),
        (1, 1, [1, 2, 5], "do not fit"),
        (0xFFFFFFFF, 0xFFFFFFFF, [], "add up"),
    ],
)
def test_a_record_that_contradicts_itself_is_damage(changes, hashes, rest, what):
    head = struct.pack("<QQIII4x", 1, 0, changes, hashes, 0)
    payload = head + np.array(rest, dtype="<u4").tobytes() + bytes(min(changes, 2))
    with pytest.raises(Corrupt, match=what):
        replay(holding(framed(payload)), LOG)


def test_versions_that_do_not_rise_are_damage():
    record = b"".join(records.encode(5, one(1)))
    with pytest.raises(Corrupt, match="version 5 follows 5"):
        replay(holding(record + record), LOG)


def test_a_length_that_was_made_up_takes_no_memory():
    frame = struct.pack("<4sIQ", records.MAGIC, records.LARGEST, 0) + bytes(1000)
    directory = holding(frame * 3)
    tracemalloc.start()
    try:
        found = replay(directory, LOG)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == ([], 0, True)
    assert most < 1 << 20


def test_an_update_that_is_too_large_is_refused_and_writes_nothing():
    huge = np.broadcast_to(np.zeros(1, dtype=np.uint32), (1 << 28,))  # takes no memory until it is copied
    update = Update(ids=one(1).ids, ends=one(1).ends, hashes=huge, removed=one(1).removed)
    directory = MemoryDirectory()
    writer = LogWriter(directory, LOG)
    with pytest.raises(Invalid, match="1 GiB"):
        writer.append([(1, update)])
    assert (directory.size(LOG), writer.broken) == (0, False)


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(part: float):
    directory = FaultyDirectory(MemoryDirectory(), only={"write"}, fail_at=2, part=part)
    writer = LogWriter(directory, LOG)
    writer.append([(1, one(1))])
    with pytest.raises(OSError, match="No space left"):
        writer.append([(2, one(2)), (3, one(3))])
    assert not writer.broken
    writer.append([(2, one(4))])
    assert commits(directory.after_crash()) == [(1, plain(one(1))), (2, plain(one(4)))]


@pytest.mark.parametrize("kinds", [{"write", "truncate"}, {"file sync"}, {"file sync", "truncate"}])
def test_a_writer_whose_file_is_in_an_unknown_state_writes_nothing_more(kinds: set[str]):
    directory = FaultyDirectory(MemoryDirectory(), error=errno.EIO, part=0.5)
    writer = LogWriter(directory, LOG)
    writer.append([(1, one(1))])
    directory.only, directory.fail_from, directory.operations = kinds, 1, 0
    with pytest.raises(OSError, match="Input/output"):
        writer.append([(2, one(2))])
    assert writer.broken
    directory.heal()
    with pytest.raises(OSError, match="earlier failure"):
        writer.append([(2, one(2))])
    writer.close()
    assert commits(directory.after_crash()) == [(1, plain(one(1)))]


def test_after_a_sync_that_failed_no_reader_sees_what_it_should_have_made_durable():
    directory = FaultyDirectory(MemoryDirectory(), only={"file sync"}, fail_at=2)
    writer = LogWriter(directory, LOG)
    writer.append([(1, one(1))])
    with pytest.raises(OSError, match="No space left"):
        writer.append([(2, one(2))])
    assert commits(directory) == [(1, plain(one(1)))]


def test_writing_goes_on_after_a_torn_tail():
    write(directory := MemoryDirectory(), [[one(1)], [one(2)]])
    torn = holding(directory.read(LOG)[:-1])
    found = replay(torn, LOG)
    writer = LogWriter(torn, LOG, end=found.good_end)
    writer.append([(2, one(3))])
    writer.close()
    assert commits(torn.crash()) == [(1, plain(one(1))), (2, plain(one(3)))]


def test_a_new_log_takes_the_place_of_another_and_its_name_is_durable():
    directory = MemoryDirectory()
    write(directory, [[one(1)]])
    LogWriter(directory, LOG).close()
    assert replay(directory.crash(), LOG) == ([], 0, False)


def test_a_writer_that_cannot_be_made_says_so():
    for number in (1, 2):
        with pytest.raises(OSError, match="No space left"):
            LogWriter(FaultyDirectory(MemoryDirectory(), fail_at=number), LOG)
    with pytest.raises(FileNotFoundError):
        LogWriter(MemoryDirectory(), LOG, end=0)


@given(st.lists(st.lists(updates, min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_no_loss_of_power_at_any_operation_loses_an_acknowledged_commit(batches: list[list[Update]], data):
    directory = FaultyDirectory(MemoryDirectory(), crash_at=data.draw(st.integers(1, 2 + 2 * len(batches))))
    directory.part = data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    directory.late = data.draw(st.booleans())
    acknowledged = -1
    with suppress(Crash):
        writer = LogWriter(directory, LOG)
        acknowledged = 0
        for batch in numbered(batches):
            writer.append(batch)
            acknowledged += len(batch)
    left = directory.after_crash(Random(data.draw(st.integers())))
    if acknowledged < 0 and LOG not in left.names():
        return
    found = commits(left)
    assert len(found) >= acknowledged
    assert found == expected(batches)[: len(found)]
